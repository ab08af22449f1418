"""Whatever the bytes are, opening gives a workbook or a WorkbookError, never another exception."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.exceptions import WorkbookError
from engine.workbook.opening import open_workbook
from tests.workbook.packages import basic_parts, workbook, worksheet

_WORDS = [
    "",
    "0",
    "1",
    "-1",
    "A1",
    "B2:C3",
    "XFD1048576",
    "1e999",
    "true",
    "x",
    "é",
    "_x0041_",
    "99999999999",
]
_KINDS = ["n", "s", "str", "b", "e", "d", "inlineStr", "shared", "array", "dataTable", "normal", "q"]
_NAMES = ["r", "t", "s", "cm", "vm", "ref", "si", "r1", "r2", "dt2D", "hidden", "ca", "id", "name", "sheetId"]
_TAGS = [
    "row",
    "c",
    "f",
    "v",
    "is",
    "t",
    "rPh",
    "sheetData",
    "definedNames",
    "definedName",
    "calcPr",
    "sheet",
]
_attributes = st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(_WORDS + _KINDS), max_size=4)


def _element(tag: str, attributes: dict[str, str], inner: str) -> str:
    given_attributes = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{given_attributes}>{inner}</{tag}>"


_tree = st.recursive(
    st.sampled_from(_WORDS),
    lambda inner: st.builds(
        _element, st.sampled_from(_TAGS), _attributes, st.lists(inner, max_size=4).map("".join)
    ),
    max_leaves=20,
)


def _opens_or_says_why(parts: dict[str, str] | None = None, raw: bytes | None = None) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.xlsx"
        if raw is not None:
            path.write_bytes(raw)
        else:
            with zipfile.ZipFile(path, "w") as package:
                for part, text in {**basic_parts(), **(parts or {})}.items():
                    package.writestr(part, text)
        said = ""
        try:
            said = str(open_workbook(path).path)
        except WorkbookError as error:
            said = str(error)
        assert str(path) in said


@settings(max_examples=150, deadline=None)
@given(rows=_tree, inner=_tree, other=_tree)
def test_any_xml(rows: str, inner: str, other: str) -> None:
    """Elements and attributes in any order and with any values."""
    parts = {
        "xl/worksheets/sheet1.xml": worksheet(rows),
        "xl/workbook.xml": workbook(inner),
        "xl/styles.xml": f"<styleSheet>{other}</styleSheet>",
        "xl/sharedStrings.xml": f"<sst>{other}</sst>",
        "xl/metadata.xml": f"<metadata>{other}</metadata>",
    }
    _opens_or_says_why(parts)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage(data: st.DataObject) -> None:
    """A sound file with bytes changed, taken out or cut off."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sound.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for part, text in basic_parts().items():
                package.writestr(part, text)
        raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    _opens_or_says_why(raw=bytes(raw))
