"""What is kept of a workbook on disk is used when it is right, and is no answer when it is not."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from engine.cli import main
from engine.core import store as store_module
from engine.core.store import VARIABLE, Kept, Store, default_store, key_of_parts
from engine.core.values import Value
from engine.evaluate.model import Model
from engine.formula import parser
from engine.plan import forms
from engine.plan.plan import plan_key
from engine.workbook import known_sheets
from engine.workbook.opening import open_workbook
from tests.workbook.packages import basic_parts, worksheet

ROWS = 300


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a store that ``Model.open`` finds."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(known_sheets, "_SMALL", 0)
    return tmp_path / "cache"


def book(path: Path, *, price: float = 2.0, formula: str = "={cell}*price+rate", rate: str = "0.5") -> Path:
    """Write a workbook with a column of formulas, text and conditions among its constants, and a name."""
    with xlsxwriter.Workbook(path) as written:
        page = written.add_worksheet("Plan")
        page.write("A1", price)
        page.write_row("D1", ["größer & <", True, "#N/A", 7.25])
        written.define_name("price", "=Plan!$A$1")
        written.define_name("rate", f"={rate}")
        for row in range(1, ROWS):
            page.write(row, 1, row * 0.25)
            page.write_formula(row, 2, formula.format(cell=f"B{row + 1}"), None, 99.0)
        page.write_array_formula("F2:F4", "{=B2:B4*2}")
        page.write_formula("G1", '=IF(D1="größer & <",COUNTIF(B:B,">3"),"no")')
    return path


def computed(path: Path, *, cache: bool = True) -> dict[str, Value]:
    """Return every computed cell of a workbook."""
    return dict(Model.open(path, cache=cache).evaluate().cells)


def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the formulas parsed from now on."""
    texts: list[str] = []

    def parse(text: str, row: int = 1, column: int = 1) -> object:
        texts.append(text)
        return parser.parse(text, row, column)

    monkeypatch.setattr(forms, "parse", parse)
    return texts


def test_other_inputs_need_no_parsing(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second opening computes the new inputs right, and parses nothing."""
    computed(book(tmp_path / "a.xlsx"))
    changed = book(tmp_path / "b.xlsx", price=3.0)
    texts = parsed(monkeypatch)
    found = computed(changed)
    assert texts == []
    assert found == computed(changed, cache=False)
    assert found["Plan!C2"] == 0.25 * 3.0 + 0.5
    assert texts != []
    assert list(folder.iterdir()) != []


@pytest.mark.usefixtures("folder")
def test_everything_else_of_the_workbook_is_at_hand(tmp_path: Path) -> None:
    """Formulas, stored values and styles of a sheet found again are those of a sheet read anew."""
    path = book(tmp_path / "a.xlsx")
    computed(path)
    again, anew = (open_workbook(path, store).sheets[0] for store in (default_store(), None))
    assert len(again.formulas) == len(anew.formulas)
    assert list(again.formulas) == list(anew.formulas)
    assert dict(again.formulas) == anew.formulas
    assert dict(again.stored) == anew.stored
    assert dict(again.styles) == anew.styles
    assert (again.constants, again.extent, again.hidden_rows) == (
        anew.constants,
        anew.extent,
        anew.hidden_rows,
    )
    assert list(again.constants) == list(anew.constants)


def typed(path: Path) -> Path:
    """Write a workbook with constants of each kind on a sheet of more than 16 KiB."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}.5</v></c><c r="B{n}" t="b"><v>{n % 2}</v></c>'
        f'<c r="C{n}"><f>A{n}*2</f><v>{n * 3}</v></c><c r="D{n}" t="e"><v>#N/A</v></c>'
        f'<c r="E{n}" t="str"><v>t{n % 3}&amp;</v></c></row>'
        for n in range(1, 201)
    )
    with zipfile.ZipFile(path, "w") as package:
        for part, text in {**basic_parts(), "xl/worksheets/sheet1.xml": worksheet(rows)}.items():
            package.writestr(part, text)
    return path


def test_an_unchanged_sheet_is_not_looked_at(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed into it is at hand, each kind as it is; nothing that its formulas gave is."""
    path = typed(tmp_path / "a.xlsx")
    anew = open_workbook(path).sheets[0]
    open_workbook(path, default_store())
    kept = next(file for file in folder.iterdir() if file.name.startswith("contents-"))
    assert np.float64(199 * 3).tobytes() not in kept.read_bytes()
    monkeypatch.setattr(known_sheets, "Skeleton", None)
    again = open_workbook(path, default_store()).sheets[0]
    assert repr(again.constants) == repr(anew.constants)
    assert dict(again.formulas) == anew.formulas
    assert dict(again.stored) == dict(anew.stored)


@pytest.mark.parametrize("lost", ["contents", "layout"])
def test_a_part_of_what_was_kept_is_enough_or_made_anew(tmp_path: Path, folder: Path, lost: str) -> None:
    """Whichever file is gone, the sheet is what it is, and the file is written again."""
    path = typed(tmp_path / "a.xlsx")
    open_workbook(path, default_store())
    for file in folder.glob(f"{lost}-*"):
        file.unlink()
    again = open_workbook(path, default_store()).sheets[0]
    assert repr(again.constants) == repr(open_workbook(path).sheets[0].constants)
    assert list(folder.glob("layout-*"))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "change",
    [{"formula": "={cell}*price-rate"}, {"rate": "0.75"}, {"formula": "=price*{cell}+rate"}],
    ids=["formula", "name", "order of operands"],
)
def test_other_formulas_are_planned_anew(tmp_path: Path, change: dict[str, str]) -> None:
    """A changed formula or name has a plan of its own."""
    computed(book(tmp_path / "a.xlsx"))
    changed = book(tmp_path / "b.xlsx", **change)  # type: ignore[arg-type]  # texts all
    assert computed(changed) == computed(changed, cache=False)


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _unpickle(content: bytes) -> bytes:
    return b"cos\nsystem\n(S'touch hacked'\ntR." + content


@pytest.mark.parametrize("spoil", [_cut, _flipped, _unpickle, lambda _: b"", lambda c: c[:20]])
def test_a_spoilt_file_is_made_anew(
    tmp_path: Path, folder: Path, spoil: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file cut short, changed or of another kind is no answer, and right again afterwards."""
    path = book(tmp_path / "a.xlsx")
    expected = computed(path)
    kept = {file: file.read_bytes() for file in folder.iterdir()}
    assert {file.name.partition("-")[0] for file in kept} == {"contents", "layout", "plan"}
    for file, content in kept.items():
        file.write_bytes(spoil(content))
    assert computed(path) == expected
    assert {file.name for file in folder.iterdir()} == {file.name for file in kept}
    texts = parsed(monkeypatch)
    assert computed(path) == expected
    assert texts == []


def test_another_version_of_the_engine_finds_nothing(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by its key nor, under the key of this one, by its content."""
    path = book(tmp_path / "a.xlsx")
    key = plan_key(open_workbook(path, default_store()))
    computed(path)
    monkeypatch.setattr(store_module, "engine_version", lambda: b"another")
    assert plan_key(open_workbook(path, default_store())) != key
    assert Store(folder).get("plan", key) is None


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_another_users_file_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write into the folder can't make up a plan."""
    path = book(tmp_path / "a.xlsx")
    expected, uid = computed(path), os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    texts = parsed(monkeypatch)
    assert computed(path) == expected
    assert texts != []


def test_a_folder_that_cannot_be_written_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one that is a file."""
    path = book(tmp_path / "a.xlsx")
    expected = computed(path, cache=False)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    assert computed(path) == expected
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
    monkeypatch.setenv(VARIABLE, str(closed / "cache"))
    assert computed(path) == expected


def test_it_can_be_switched_off(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By argument and by environment."""
    path = book(tmp_path / "a.xlsx")
    computed(path, cache=False)
    monkeypatch.setenv(VARIABLE, "off")
    computed(path)
    assert not folder.exists()


def test_processes_share_a_folder(tmp_path: Path, folder: Path) -> None:
    """Several processes at once get the same values; nothing half written stays."""
    path = book(tmp_path / "a.xlsx")
    code = (
        "import sys; from engine.evaluate.model import Model; "
        "print(sorted(Model.open(sys.argv[1]).evaluate().cells.items())[:40])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    shown = {process.communicate()[0] for process in running}
    assert len(shown) == 1
    assert all(process.returncode == 0 for process in running)
    assert not [file for file in folder.iterdir() if file.name.startswith(".")]


def test_the_folder_is_bounded(tmp_path: Path) -> None:
    """What was unused for longest goes first."""
    store = Store(tmp_path)
    for number in range(6):
        store.put("plan", str(number), Kept({}, (np.arange(1000),)))
        os.utime(tmp_path / f"plan-{number}", (number, number))
    store.get("plan", "0")
    store.make_room(3 * 8_200)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["plan-0", "plan-4", "plan-5"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("value", ["1&#x30;", "nan", "1_0", "", "inf", "9" * 400])
def test_values_that_no_layout_expects_are_read_as_ever(tmp_path: Path, value: str) -> None:
    """An input written in another way gives what it gives without a store, its refusal included."""
    path = book(tmp_path / "a.xlsx")
    computed(path)
    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<v>2</v>", f"<v>{value}</v>".encode(), 1)
            new.writestr(name, content)
    assert _outcome(changed, cache=True) == _outcome(changed, cache=False)


def _outcome(path: Path, *, cache: bool) -> object:
    try:
        return computed(path, cache=cache)
    except Exception as problem:  # noqa: BLE001 -- whatever it is, it must be the same
        return type(problem), str(problem)


def test_keys_keep_parts_apart() -> None:
    """The same bytes cut elsewhere are another key."""
    assert key_of_parts(["ab", "c"]) != key_of_parts(["a", "bc"])


def test_the_command_keeps_nothing_where_it_is_told_to(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``tieout --no-cache`` calculates the same, and leaves no folder."""
    path = book(tmp_path / "a.xlsx")
    assert main(["--no-cache", "calc", str(path), "--get", "Plan!C2"]) == 0
    assert not folder.exists()

    os.environ[VARIABLE] = str(folder)
    assert main(["calc", str(path), "--get", "Plan!C2"]) == 0
    assert folder.exists()
    first, again = capsys.readouterr().out.splitlines()
    assert first == again
