"""The command as its users meet it: help, values, exit codes, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.properties import CalcProperties

from engine.cli import typed
from engine.core.values import NA
from tests.end_to_end.conftest import ROOT, Tieout


@pytest.mark.parametrize("command", [[], ["build"], ["calc"], ["check"]])
def test_help_has_examples(command: list[str], tieout: Tieout) -> None:
    """Each command's help shows it in use."""
    said = tieout(*command, "--help")
    assert said.code == 0
    assert "tieout build" in said.out if not command else "Examples:" in said.out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["biuld"], "biuld"),
        (["calc", "--set", "price"], "NAME=VALUE"),
        (["build", "--nope"], "--nope"),
        (["check", "a.xlsx", "b.xlsx"], "b.xlsx"),
    ],
)
def test_a_wrong_command_line(arguments: list[str], word: str, tieout: Tieout) -> None:
    """A command line that can't be read is told with exit code 2."""
    said = tieout(*arguments)
    assert said.code == 2
    assert word in said.err


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10.0),
        ("-1.5e3", -1500.0),
        ("1,234.5", 1234.5),
        ("5%", 0.05),
        (".5", 0.5),
        ("TRUE", True),
        ("false", False),
        ("", None),
        ('"5%"', "5%"),
        ('"a ""b"""', 'a "b"'),
        ("Downside", "Downside"),
        ("1,23", "1,23"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("-", "-"),
        ("%", "%"),
        (".", "."),
        ("1 000", "1 000"),
        ("#n/a", NA),
        ("#TODO", "#TODO"),
    ],
)
def test_a_value_reads_as_excel_reads_it(text: str, value: object) -> None:
    """What follows --set means what typing it into a cell means."""
    assert typed(text) == value
    assert type(typed(text)) is type(value)


def test_python_m_engine_is_the_command(tmp_path: Path) -> None:
    """``python -m engine`` does the same as ``tieout``."""
    run = [sys.executable, "-m", "engine", "calc", str(tmp_path / "none.xlsx")]
    shown = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode == 1
    assert shown.stderr.startswith("tieout: ")
    assert "none.xlsx" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_fault_of_ours_is_no_traceback(monkeypatch: pytest.MonkeyPatch, tieout: Tieout) -> None:
    """An exception that nobody foresaw still ends in a sentence and exit code 1."""
    monkeypatch.setattr("engine.pipeline.check", lambda *_: 1 / 0)
    said = tieout("check")
    assert said.code == 1
    assert "ZeroDivisionError" in said.err
    assert "fault in tieout" in said.err


def test_calc_prints_the_outputs(tieout: Tieout, model: Path) -> None:
    """Without --get, every row of the Outputs table is printed with its unit."""
    said = tieout("calc", model)
    assert said.code == 0
    assert "break_even_users" in said.out
    assert said.err == ""


def test_calc_says_what_does_not_settle(tieout: Tieout, tmp_path: Path) -> None:
    """A circle that grows for ever has a last value, which the command says not to rely on."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"], book.active["A2"] = "=A2+1", "=A1+1"
    book.calculation = CalcProperties(iterate=True)
    book.save(tmp_path / "circle.xlsx")
    said = tieout("calc", tmp_path / "circle.xlsx", "--get", "Sheet!A1")
    assert said.code == 0
    assert said.out.startswith("Sheet!A1")
    assert "2 cells of circular references do not settle: don't rely on what reads them" in said.err


def test_calc_by_name_address_and_range(tieout: Tieout, model: Path) -> None:
    """Names, addresses and ranges can be asked for together; JSON holds values, and rows for a range."""
    said = tieout("calc", model, "--get", "break_even_users", "--get", "scale_users", "--json")
    values = json.loads(said.out)
    assert isinstance(values["break_even_users"], float)
    assert values["scale_users"][0][0] == 1000


def test_an_error_is_a_json_object(tieout: Tieout, model: Path) -> None:
    """An Excel error in JSON is an object that no one can take for text."""
    said = tieout("calc", model, "--set", "break_even_users=#N/A", "--get", "break_even_users", "--json")
    assert json.loads(said.out) == {"break_even_users": {"error": "#N/A"}}


def test_setting_the_scenario_switches_it(tieout: Tieout, model: Path) -> None:
    """Setting active_scenario is what picking it in Excel is: figures change, and change back."""
    figures = [
        json.loads(tieout("calc", model, "--set", f"active_scenario={name}", "--json").out)
        for name in ("Base", "Downside", "Upside", "Base")
    ]
    assert figures[0] == figures[3]
    assert figures[0] != figures[1] != figures[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--get", "brake_even_users"], ["brake_even_users", "break_even_users"]),
        (["--set", "brake=1"], ["brake"]),
        (["--get", "Sumary!C7"], ["Sumary", "Summary"]),
        (["--get", "brake_even_users", "--get", "Sumary!C7"], ["brake_even_users", "Sumary"]),
        (["--get", "Summary!ZZZZ7"], ["ZZZZ7"]),
        (["--set", "active_scenario=Sideways"], ["Sideways"]),
    ],
)
def test_an_unknown_name(arguments: list[str], words: list[str], tieout: Tieout, model: Path) -> None:
    """A name or address that is not there is told with the nearest that is."""
    said = tieout("calc", model, *arguments)
    assert said.code == 1
    assert [word for word in words if word not in said.err] == []
    assert said.out == ""


def test_text_where_a_number_belongs(tieout: Tieout, model: Path) -> None:
    """An input that holds a number refuses text, with its cell."""
    said = tieout("calc", model, "--set", "hosted_churn=two")
    assert said.code == 1
    assert "hosted_churn" in said.err
    assert "number" in said.err


def test_check_on_the_shipped_model(tieout: Tieout, model: Path) -> None:
    """The shipped model is sound: no finding, every stored value matched, every check passed."""
    said = tieout("check", model, "--json")
    document = json.loads(said.out)
    assert said.code == 0
    assert document["findings"] == []
    parity = document["parity"]
    assert parity["compared"] == parity["matched"] > 1000
    assert parity["match_rate"] == 1.0
    assert parity["differences"] == parity["not_evaluated"] == []
    assert document["checks"] != []
    assert all(check["passed"] for check in document["checks"])


def test_check_tells_what_became_of_each_claim(tieout: Tieout, model: Path) -> None:
    """A claim has both intervals, a verdict, and per driver what would have to be true."""
    claims = json.loads(tieout("check", model, "--json").out)["claims"]
    assert {"ties", "breaks"} <= {claim["verdict"] for claim in claims}
    for claim in claims:
        assert {"id", "source", "stated", "computed", "verdict", "would_hold"} <= set(claim)
        ends = [end for end in claim["stated"] if end is not None]  # null is an end left open
        assert ends
        assert ends[0] <= ends[-1]
        assert claim["verdict"] != "undetermined"
    assert any(claim["would_hold"] for claim in claims if claim["verdict"] == "breaks")
