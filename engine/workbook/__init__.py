"""A workbook file as values: safe opening, cells and their stored values, names, tables, the contract."""
