"""The rendered pages of the shipped pack: a picture for each sheet, called so that its name lasts."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from docs.render_pack import names_of, sheet_of, title

ROOT = Path(__file__).parents[1]
FOOTER = "Confidential pack.xlsx · Grid open core · tieout 0.1.0 Page 3 of 9"


def test_every_sheet_has_its_pages() -> None:
    """The committed pictures are of the committed pack: each sheet has one, and no other is left."""
    book = openpyxl.load_workbook(ROOT / "outputs" / "investor-pack.xlsx", read_only=True)
    wanted = set(names_of(book.sheetnames))
    book.close()
    drawn = {path.stem for path in (ROOT / "docs" / "pack").glob("*.png")}
    assert wanted - drawn == set()
    further = {name.rpartition("-")[0] for name in drawn - wanted}
    assert further - wanted == set()


@pytest.mark.parametrize(
    ("sheets", "names"),
    [
        (["Cover", "Claims", "Claims", "Grid open core"], ["cover", "claims", "claims-2", "grid-open-core"]),
        (["AI-run business", "Price & cost"], ["ai-run-business", "price-cost"]),
    ],
)
def test_names_of(sheets: list[str], names: list[str]) -> None:
    """A page is called by its sheet; from the second page on with a number."""
    assert names_of(sheets) == names


def test_a_page_tells_its_sheet_and_title() -> None:
    """The footer names the sheet, the first line that is no link is the title."""
    lines = ["← Contents All checks pass", "Revenue doubles", "What it shows", FOOTER]
    assert sheet_of(lines, "pack.xlsx") == "Grid open core"
    assert title(lines, 3) == "Revenue doubles"
