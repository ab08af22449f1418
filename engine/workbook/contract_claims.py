"""The table Claims: what a document states, and the formula that works it out."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.workbook.contract_inputs import unique
from engine.workbook.contract_names import Names
from engine.workbook.contract_rows import Assumption, Claim
from engine.workbook.contract_tables import Column, ContractTable, Row

_AT_LEAST, _AT_MOST = "at least", "at most"
_STATED = {_AT_LEAST: _AT_LEAST, _AT_MOST: _AT_MOST, "both": "both"} | {">=": _AT_LEAST, "<=": _AT_MOST}

CLAIMS = (
    Column("id"),
    Column("source"),
    Column("statement", required=False),
    Column("unit", required=False),
    Column("bounds", required=False),
    Column("stated low"),
    Column("stated high"),
    Column("precision", required=False),
    Column("computed"),
    Column("drivers", ("driver", "driver(s)")),
    Column("note", required=False),
)


def read_claims(
    table: ContractTable, names: Names, assumptions: Mapping[str, Assumption]
) -> tuple[Claim, ...]:
    """Return the rows of Claims."""
    seen: dict[str, str] = {}
    return tuple(_claim(row, names, assumptions, seen) for row in table.rows())


def _claim(row: Row, names: Names, assumptions: Mapping[str, Assumption], seen: dict[str, str]) -> Claim:
    identity = row.text("id", required=True)
    unique(row, "id", identity, seen)
    low, high = _stated(row)
    drivers = row.names("drivers")
    for driver in drivers:
        if driver.casefold() not in assumptions:
            names.check_cell(row, "drivers", driver, "unknown-driver")
    precision = row.number("precision")
    if precision is not None and precision < 0:
        row.wrong(
            "not-a-number",
            "precision",
            f"precision is {precision:g}; type how far off a tie may be, 0 or more",
        )
    _check_computed(row)
    return Claim(
        id=identity,
        source=row.text("source"),
        statement=row.text("statement"),
        unit=row.text("unit"),
        stated_low=low,
        stated_high=high,
        precision=precision,
        computed=row.address("computed"),
        drivers=drivers,
        cell=row.cell,
        note=row.text("note"),
    )


def _stated(row: Row) -> tuple[float, float]:
    """Return the ends of what is stated; the one that "at least" or "at most" leaves open is infinite."""
    kind = row.choice("bounds", _STATED, "unknown-bounds")
    low = row.number("stated low", required=kind != _AT_MOST)
    high = row.number("stated high", required=kind == _AT_MOST)
    for open_end, column, value in ((_AT_LEAST, "stated high", high), (_AT_MOST, "stated low", low)):
        if kind == open_end and value is not None:
            row.wrong(
                "end-not-open", column, f"{column} is {value:g} beside the bounds {kind!r}; leave it blank"
            )
    if kind == _AT_LEAST:
        return low or 0.0, math.inf
    if kind == _AT_MOST:
        return -math.inf, high or 0.0
    if low is not None and high is not None and low > high:
        row.wrong(
            "low-above-high", "stated low", f"stated low {low:g} is above stated high {high:g}; swap them"
        )
    low = low or 0.0
    return low, low if high is None else high


def _check_computed(row: Row) -> None:
    if row.has_formula("computed"):
        return
    if row.value("computed") is None:
        row.missing("computed")
    else:
        row.wrong("typed-result", "computed", "computed is typed in; write the formula that works it out")
