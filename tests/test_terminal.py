"""What people and programs read: tables, verdicts, JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from engine.analysis.results import ClaimVerdict, WouldHold
from engine.audit import Audit
from engine.core.exceptions import Finding
from engine.core.values import DIV0, NA
from engine.evaluate.parity import Difference, NotEvaluated, Parity
from engine.json_output import audit_json, jsonable, to_json, values_json
from engine.pipeline import Built, Figure
from engine.report import Check
from engine.terminal import audit_text, build_text, columns, figures_text, progress, shown

SPOT = WouldHold("spot_price", "Spot price", "$/h", 0.25, True, 0.1, 0.4, 0.3, 1.5)
NONE = WouldHold("packing", "Packing", "users", None, False, 1.0, 2.0, 1.5)
BREAKS = ClaimVerdict(
    "C1", "B1", "Compute", "$", (1.5, 1.5), 0.01, (2.05, 2.1), 2.07, "breaks", (SPOT, NONE), "Claims!A2"
)
TIES = ClaimVerdict("C2", "B2", "Egress", "$", (1.0, 2.0), 0.01, (1.0, 2.0), 1.5, "ties", (), "Claims!A3")
WHOLE = Parity(10, 8, 8, (), (), {"volatile": 2})
TORN = Parity(
    4,
    3,
    2,
    (Difference("S!A1", "=B1", 1.0, DIV0, "formula"),),
    (NotEvaluated("S!A2", "CUBEVALUE", ("x",)),),
    {},
)
SOUND = Audit((), WHOLE, (Check("Balance", 0.0, "Checks!B2"),), (BREAKS, TIES))
WRONG = Audit(
    (Finding("error-cell", "error", "S!A1", "gives #DIV/0!"),),
    TORN,
    (Check("Balance", 3.0, "Checks!B2"),),
    (),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.1, "0.1"),
        (1 / 3, "0.333333333333333"),
        (True, "TRUE"),
        (None, "(blank)"),
        (NA, "#N/A"),
        ("a", "a"),
    ],
)
def test_a_value_shows_as_excel_keeps_it(value: object, text: str) -> None:
    """A value has the fifteen digits that Excel keeps, and blank can be seen."""
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (1.5, 1.5),
        (None, None),
        (True, True),
        ("a", "a"),
        (DIV0, {"error": "#DIV/0!"}),
        (((1.0, NA),), [[1.0, {"error": "#N/A"}]]),
    ],
)
def test_a_value_as_json(value: object, plain: object) -> None:
    """An Excel error is an object, rows are lists, the rest is itself."""
    assert jsonable(value) == plain


def test_json_never_holds_nan() -> None:
    """NaN and infinity are no JSON: they come out as null."""
    assert json.loads(to_json([jsonable(math.nan), jsonable(math.inf)])) == [None, None]


def test_a_build_tells_what_does_not_settle() -> None:
    """Iterated circular references without a value are told beside the pack's path."""
    built = Built((Path("a.xlsx"),), {}, (), (), WHOLE, ("S!A1", "S!A2"))
    assert "2 cells of circular references do not settle" in build_text(built)


def test_columns_align() -> None:
    """Columns start at the same place in every line, with no blanks at its end."""
    assert columns([("a", "bcd", "e"), ("fgh", "i", "")]) == "a    bcd  e\nfgh  i"
    assert columns([]) == ""


@pytest.mark.parametrize(
    ("audit", "sound"),
    [
        (SOUND, True),
        (WRONG, False),
        (Audit(WRONG.findings, WHOLE, (), ()), False),
        (Audit((), TORN, (), ()), False),
        (Audit((), WHOLE, WRONG.checks, ()), False),
        (Audit((Finding("analysis-not-run", "info", "", "later"),), WHOLE, (), ()), True),
    ],
)
def test_what_is_a_fault(audit: Audit, sound: bool) -> None:
    """Findings, differences, gaps and failed checks are faults; a broken claim and a remark are not."""
    assert audit.sound is sound


def test_the_audit_in_words() -> None:
    """Each part says how it stands, and a claim that breaks says what would have to be true."""
    text = audit_text(SOUND)
    assert "8 of 8 stored values" in text
    assert "2 volatile" in text
    assert "1 of 1 pass" in text
    assert "1 ties, 1 breaks" in text
    assert "C1  breaks  Compute  ($)" in text
    assert "stated 1.5  computed 2.05 to 2.1  would hold at spot_price = 0.25" in text
    wrong = audit_text(WRONG)
    for words in (
        "stored 1  computed #DIV/0!  formula",
        "touches x",
        "error-cell",
        "Balance  3",
        "0 of 1 pass",
    ):
        assert words in wrong


def test_claims_that_were_not_judged_are_not_said_to_be_absent() -> None:
    """Mistakes in the contract tables leave the claims open; a workbook without claims is something else."""
    mistaken = Audit(WRONG.findings, WHOLE, (), (), contract_read=False)
    assert "not judged" in audit_text(mistaken)
    assert "Claims: the workbook has none" in audit_text(WRONG)


def test_what_breaks_comes_first() -> None:
    """However many claims there are, those that break lead the list."""
    overlap = ClaimVerdict("C0", "B", "x", "$", (1.0, 2.0), 0.0, (0.0, 3.0), 1.0, "overlaps", (), "Claims!A4")
    text = audit_text(Audit((), WHOLE, (), (*[overlap] * 30, BREAKS)))
    assert text.index("C1") < text.index("C0")


@pytest.mark.parametrize(
    ("stated", "shown", "ends"),
    [
        ((1.0, 2.0), "stated 1 to 2", [1.0, 2.0]),
        ((25.0, math.inf), "stated at least 25", [25.0, None]),
        ((-math.inf, 0.0), "stated at most 0", [None, 0.0]),
    ],
)
def test_an_open_end_is_said(stated: tuple[float, float], shown: str, ends: list[float | None]) -> None:
    """At least and at most read so on a terminal, and JSON has null for the end that is open."""
    claim = ClaimVerdict("C0", "B", "x", "$", stated, 0.0, (-9.0, 99.0), 1.0, "wider", (), "Claims!A4")
    audit = Audit((), WHOLE, (), (claim,))
    assert shown in audit_text(audit)
    assert json.loads(to_json(audit_json(audit)))["claims"][0]["stated"] == ends


def test_no_figure_is_said() -> None:
    """A workbook that names nothing leads to the option that names cells."""
    assert "--get" in figures_text(())


def test_the_audit_as_json() -> None:
    """The document has the four parts, with fractions and an object per error."""
    document = json.loads(to_json(audit_json(WRONG)))
    assert list(document) == ["findings", "parity", "checks", "claims"]
    assert document["findings"] == [
        {"rule": "error-cell", "severity": "error", "cell": "S!A1", "message": "gives #DIV/0!"}
    ]
    assert document["parity"]["match_rate"] == pytest.approx(2 / 3)
    assert document["parity"]["differences"][0]["computed"] == {"error": "#DIV/0!"}
    assert document["parity"]["not_evaluated"] == [{"cell": "S!A2", "reason": "CUBEVALUE", "outputs": ["x"]}]
    assert document["checks"] == [{"label": "Balance", "cell": "Checks!B2", "value": 3.0, "passed": False}]


def test_a_claim_as_json() -> None:
    """A claim has both intervals and, per driver, the value at which it would hold, or null."""
    claim, other = json.loads(to_json(audit_json(SOUND)))["claims"]
    assert claim["stated"] == [1.5, 1.5]
    assert claim["computed"] == [2.05, 2.1]
    assert claim["verdict"] == "breaks"
    assert claim["would_hold"]["spot_price"]["value"] == 0.25
    assert claim["would_hold"]["packing"]["value"] is None
    assert other["would_hold"] == {}


def test_figures_as_text_and_json() -> None:
    """Figures have their unit and label beside them, and a range its rows below its name."""
    figures = (Figure("price", "Price", "$", 10.0), Figure("S!A1:B1", "", "", ((1.0, NA),)))
    assert figures_text(figures).splitlines() == ["price    10       $ Price", "S!A1:B1", "         1  #N/A"]
    rates = (Figure("margin", "Margin", "% of price", 0.07), Figure("churn", "", "%", NA))
    assert figures_text(rates).splitlines() == ["margin  7%    of price Margin", "churn   #N/A  %"]
    assert values_json(figures) == {"price": 10.0, "S!A1:B1": [[1.0, {"error": "#N/A"}]]}


def test_a_build_says_what_matters() -> None:
    """The files come first, then the claims, then what fails."""
    built = Built((Path("outputs/pack.xlsx"),), {"Writing": 1.25}, (BREAKS,), ("Balance",), TORN)
    text = build_text(replace(built, errors=WRONG.findings * 3))
    assert text.splitlines()[0] == f"{Path('outputs/pack.xlsx')}  (1.2 s)"
    for words in (
        "1 break",
        "Balance",
        "begin at S!A1: gives #DIV/0!; 2 more in tieout check",
        "1 cells not evaluated, 1 differ",
    ):
        assert words in text


def test_progress_is_quiet_off_a_terminal(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is shown where no one is watching, however long it takes."""
    monkeypatch.setattr("engine.terminal.PATIENCE", 0.0)
    with progress() as stage:
        stage("Evaluating")
    assert capfd.readouterr() == ("", "")
