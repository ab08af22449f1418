"""The writer: what lands in the file for each kind of value, and that equal books give equal bytes."""

from __future__ import annotations

import io
import math
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from engine.core.exceptions import TemplateError
from engine.core.values import DIV0, NA, Value
from engine.xlsx.sheets import footer
from engine.xlsx.theme import Theme
from engine.xlsx.tree import Area, Book, Cell, Chart, DefinedName, ExcelTable, Highlight, Series, Validation
from engine.xlsx.write import render, write
from tests.xlsx.conftest import book_of

GOLDEN = Path(__file__).parent / "golden"


def opened(book: Book, theme: Theme, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(book, theme)), data_only=values)


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def normalised(xml: str) -> str:
    """Return XML an element to a line, so that a difference shows where it is."""
    return re.sub(r">\s*<", ">\n<", xml).strip() + "\n"


def test_equal_books_give_equal_bytes(book: Book, theme: Theme) -> None:
    """Nothing of the clock, the path or a random name gets into a file."""
    assert render(book, theme) == render(book, theme)


def test_golden_parts(book: Book, theme: Theme) -> None:
    """Every part of the small book's file is what was looked at and kept (see keep_golden.py)."""
    found = {name.replace("/", "__"): normalised(xml) for name, xml in parts(render(book, theme)).items()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in sorted(GOLDEN.iterdir())}
    assert sorted(found) == sorted(kept)
    for name, xml in found.items():
        assert xml == kept[name], name


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "@x", "-1", "{=1}", '=HYPERLINK("http://x","y")', "http://x.org", "007"]
)
def test_text_stays_text(text: str, theme: Theme) -> None:
    """Whatever a text begins with, it is a text in the file."""
    cell = opened(book_of(Cell(text)), theme)["Data"]["A1"]
    assert cell.value == text
    assert "<f>" not in parts(render(book_of(Cell(text)), theme))["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (math.nan, "n/a"),
        (math.inf, "n/a"),
        (-math.inf, "n/a"),
        (DIV0, "#DIV/0!"),
        (1.5, 1.5),
        (True, True),
        (None, None),
        ("", None),
        ("Ω & <b>", "Ω & <b>"),
    ],
)
def test_constants(value: Value, shown: object, theme: Theme) -> None:
    """Each kind of value arrives as itself; what is no number says so."""
    assert opened(book_of(Cell(value)), theme)["Data"]["A1"].value == shown


@pytest.mark.parametrize(
    ("value", "kind", "stored"),
    [
        (2.5, None, "2.5"),
        ("word", "str", "word"),
        ("a<b&c", "str", "a&lt;b&amp;c"),
        (True, "b", "1"),
        (False, "b", "0"),
        (NA, "e", "#N/A"),
        (math.nan, "str", "n/a"),
        (None, None, ""),
    ],
)
def test_formulas_carry_their_value(value: Value, kind: str | None, stored: str, theme: Theme) -> None:
    """A formula is written with its stored value of the right type, so that viewers show it."""
    sheet = parts(render(book_of(Cell(value, formula="=B1")), theme))["xl/worksheets/sheet1.xml"]
    found = re.search(r'<c r="A1"([^>]*)><f>B1</f><v>(.*?)</v></c>', sheet)
    assert found is not None
    assert found[2] == stored
    kinds = re.search(r't="(\w+)"', found[1])
    assert (kinds[1] if kinds else None) == kind


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("=IFS(A1>0,1,TRUE,2)", "_xlfn.IFS(A1&gt;0,1,TRUE,2)"),
        ("=XLOOKUP(1,A1:A3,B1:B3)", "_xlfn.XLOOKUP(1,A1:A3,B1:B3)"),
        ("=SUM(A1:A3)", "SUM(A1:A3)"),
        ("=_xlfn.CONCAT(A1,B1)", "_xlfn.CONCAT(A1,B1)"),
    ],
)
def test_newer_functions_get_their_prefix(formula: str, written: str, theme: Theme) -> None:
    """Excel knows functions after 2007 by their _xlfn. prefix on disk."""
    sheet = parts(render(book_of(Cell(1.0), Cell(1.0, formula=formula)), theme))["xl/worksheets/sheet1.xml"]
    assert f">{written}</f>" in sheet


def test_long_text_is_cut_visibly(theme: Theme) -> None:
    """A text beyond Excel's limit is cut and says so, rather than dropped."""
    value = opened(book_of(Cell("x" * 40_000)), theme)["Data"]["A1"].value
    assert len(value) == 32_767
    assert value.endswith("[cut at Excel's limit of 32,767 characters]")


def test_not_a_value_is_refused(theme: Theme) -> None:
    """An object that is no cell value is a mistake of a page, and named."""
    with pytest.raises(TypeError, match="a cell can't hold"):
        render(book_of(Cell(object())), theme)  # type: ignore[arg-type]  # the mistake under test


def test_print_set_up(book: Book, theme: Theme) -> None:
    """Sheets print A4 landscape, one page wide, headings repeated, with the footer."""
    sheet = opened(book, theme)["Figures & all"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in {(None, 0), (1, 0), ("1", "0")}
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area.startswith("'Figures & all'!$A$1:")
    footer = parts(render(book, theme))["xl/worksheets/sheet1.xml"]
    middle = "&amp;C&amp;8&amp;F · &amp;A · tieout 0.1.0"
    assert f"&amp;L&amp;8Confidential{middle}&amp;R&amp;8Page &amp;P of &amp;N" in footer


def test_footer_of_a_digit() -> None:
    """A footer text that begins with a digit does not run into the font size before it."""
    assert footer("2026 draft", "a & b") == "&L&8 2026 draft&C&8&F · &A · a && b&R&8Page &P of &N"


def test_properties(book: Book, theme: Theme) -> None:
    """The document's dates are the book's."""
    properties = opened(book, theme).properties
    assert (properties.title, properties.creator) == ("A book", "Author")
    assert properties.created.isoformat() == properties.modified.isoformat() == "2026-06-01T00:00:00"


def test_iterate(book: Book, theme: Theme) -> None:
    """Iterative calculation, which xlsxwriter's API lacks, is written where a book asks for it."""
    from dataclasses import replace

    assert not opened(book, theme).calculation.iterate
    assert opened(replace(book, iterate=True), theme).calculation.iterate


def test_chart_features(book: Book, theme: Theme) -> None:
    """Log axes, a second axis, unseen series and labels from cells are in the charts, with cached data."""
    found = parts(render(book, theme))
    column, scatter, bar = (found[f"xl/charts/chart{n}.xml"] for n in (1, 2, 3))
    assert '<c:logBase val="10"/>' in scatter
    assert "<c:lineChart>" in column
    assert column.count("<c:valAx>") == 2
    assert "<a:noFill/>" in bar
    assert "$A$2</c:f>" in scatter
    assert '<c:legendEntry><c:idx val="0"/><c:delete val="1"/>' in bar
    assert all("<c:v>10</c:v>" in chart for chart in (column, scatter, bar))
    category = re.search(r"<c:catAx>.*?</c:catAx>", bar, re.DOTALL)
    assert category is not None
    assert 'orientation val="maxMin"' in category[0]


def test_everything_unknown_to_the_theme_at_once(theme: Theme) -> None:
    """All names that the theme lacks come in one message, each with its cell and the nearest name."""
    area = Area("Data", 1, 1, 2, 1)
    chart = Chart("line", "C", (Series("s", area, colour="seriesX"),), 4, 2)
    highlights = (Highlight(area, scale="lowest"), Highlight(area, formula="A1>0", style="goood"))
    wrong = book_of(Cell(1, "headr"), Cell(1, "body", "mony"), charts=(chart,), highlights=highlights)
    with pytest.raises(TemplateError) as caught:
        render(wrong, theme)
    text = str(caught.value)
    assert len(caught.value.findings) == 5
    assert "Data!A1: the theme has no style 'headr'; did you mean 'header'?" in text
    assert "Data!A2: the theme has no number format 'mony'; did you mean 'money'?" in text
    assert "Data!B4: the theme has no series colour 'seriesX'" in text


@pytest.mark.parametrize(
    "table",
    [
        ExcelTable("T", 1, 1, 1, 2, ("a", "b")),
        ExcelTable("T", 1, 1, 3, 2, ("a", "A")),
        ExcelTable("1T", 1, 1, 3, 1, ("a",)),
    ],
    ids=["no row", "same column twice", "bad name"],
)
def test_bad_tables(table: ExcelTable, theme: Theme) -> None:
    """A table that Excel would repair away is refused."""
    with pytest.raises((ValueError, UserWarning), match=r"table|Table|name"):
        render(book_of(Cell("a"), Cell(1), Cell(2), tables=(table,)), theme)


def test_bad_name_and_validation(theme: Theme) -> None:
    """A defined name or a list that Excel can't take is refused."""
    from dataclasses import replace

    with pytest.raises((ValueError, UserWarning)):
        render(replace(book_of(Cell(1)), names=(DefinedName("A1", "Data!$A$1"),)), theme)
    long = Validation(Area("Data", 1, 1, 1, 1), choices=tuple(f"choice number {n}" for n in range(40)))
    with pytest.raises((ValueError, UserWarning)):
        render(book_of(Cell(1), validations=(long,)), theme)


def test_write_makes_the_folder(book: Book, theme: Theme, tmp_path: Path) -> None:
    """The output's folder is made if it is not there."""
    path = tmp_path / "new" / "pack.xlsx"
    write(book, path, theme)
    assert path.read_bytes() == render(book, theme)
