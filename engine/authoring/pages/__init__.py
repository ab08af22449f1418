"""One module per kind of sheet of a composed workbook; each returns a Sheet of the workbook tree."""
