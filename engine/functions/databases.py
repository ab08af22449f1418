"""Functions over lists with headings: DSUM, DGET, DCOUNT and their like.

Conditions in one row of the criteria hold together, rows are alternatives; text asks for values that begin
with it. Source: "Database functions (reference)", Excel's documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import DIV0, NUM, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.collation import folded
from engine.functions.criteria import Test, criterion, wildcard
from engine.functions.operands import Operand, Reference, as_rows
from engine.functions.statistics import variance
from engine.functions.table import Fault, excel

Rows = list[list[Value]]


def _folded(heading: Value) -> str:
    """Return a heading for comparison: as text, without case."""
    return folded(str(coerce.text(heading)))


def _heading(headings: list[Value], field: Value) -> int:
    """Return the column of a field by name or number."""
    if isinstance(field, str):
        names = [_folded(heading) for heading in headings]
        if _folded(field) not in names:
            raise Fault(VALUE)
        return names.index(_folded(field))
    number = coerce.number(field)
    if isinstance(number, ExcelError):
        raise Fault(number)
    if not 1 <= number < len(headings) + 1:
        raise Fault(VALUE)
    return int(number) - 1


def _test(value: Value) -> Test:
    if (
        isinstance(value, str)
        and value
        and value[0] not in "<>="
        and isinstance(coerce.text_number(value), ExcelError)
    ):
        pattern = wildcard(value + "*")
        return lambda cell: isinstance(cell, str) and pattern.match(cell) is not None
    return criterion(value)


def _never(cell: Value) -> bool:  # noqa: ARG001  # a test is given a cell
    return False


def _conditions(headings: list[Value], criteria: Rows) -> list[list[tuple[int, Test]]]:
    names = [_folded(heading) for heading in headings]
    found = []
    for row in criteria[1:]:
        tests = []
        for heading, value in zip(criteria[0], row, strict=True):
            if value is None or value == "":
                continue
            wanted = _folded(heading)
            if wanted and wanted in names:
                tests.append((names.index(wanted), _test(value)))
            elif isinstance(value, bool):
                raise UnsupportedFormula(
                    "criteria that are computed for each row of a database are not evaluated"
                )
            else:
                tests.append((0, _never))
        found.append(tests)
    return found


def _chosen(database: Operand, field: Value, criteria: Operand) -> list[Value]:
    """Return the field's value in every row that meets the criteria."""
    rows = as_rows(database)
    if len(rows) < 2:
        raise Fault(VALUE)
    column = _heading(rows[0], field)
    if isinstance(criteria, ExcelError) or not isinstance(criteria, Reference) or criteria.height < 2:
        raise Fault(criteria if isinstance(criteria, ExcelError) else VALUE)
    alternatives = _conditions(rows[0], as_rows(criteria))
    return [
        row[column]
        for row in rows[1:]
        if any(all(test(row[place]) for place, test in tests) for tests in alternatives)
    ]


def _numbers(database: Operand, field: Value, criteria: Operand) -> list[float]:
    found = []
    for value in _chosen(database, field, criteria):
        if isinstance(value, ExcelError):
            raise Fault(value)
        if type(value) is float:
            found.append(value)
    return found


def _mean(found: list[float]) -> float:
    if not found:
        raise Fault(DIV0)
    return math.fsum(found) / len(found)


_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "DSUM": math.fsum,
    "DPRODUCT": lambda found: math.prod(found) if found else 0.0,
    "DMAX": lambda found: max(found, default=0.0),
    "DMIN": lambda found: min(found, default=0.0),
    "DAVERAGE": _mean,
    "DVAR": lambda found: variance(found, 1),
    "DVARP": lambda found: variance(found, 0),
    "DSTDEV": lambda found: math.sqrt(variance(found, 1)),
    "DSTDEVP": lambda found: math.sqrt(variance(found, 0)),
}


def _enter(name: str, aggregate: Callable[[list[float]], float]) -> None:
    @excel(name, "r v r")
    def over_rows(database: Operand, field: Value, criteria: Operand) -> float:
        """Return an aggregate of a field over the rows that meet criteria."""
        return aggregate(_numbers(database, field, criteria))


for _name, _aggregate in _AGGREGATES.items():
    _enter(_name, _aggregate)


@excel("DCOUNT", "r v r")
def dcount(database: Operand, field: Value, criteria: Operand) -> float:
    """Count the numbers of a field in the rows that meet criteria, or those rows without a field."""
    if field is None:
        return float(len(_chosen(database, 1.0, criteria)))
    return float(sum(type(value) is float for value in _chosen(database, field, criteria)))


@excel("DCOUNTA", "r v r")
def dcounta(database: Operand, field: Value, criteria: Operand) -> float:
    """Count what is not blank in a field in the rows that meet criteria, or those rows without a field."""
    if field is None:
        return float(len(_chosen(database, 1.0, criteria)))
    return float(sum(value is not None for value in _chosen(database, field, criteria)))


@excel("DGET", "r v r")
def dget(database: Operand, field: Value, criteria: Operand) -> Value:
    """Return a field of the one row that meets criteria; #VALUE! for none, #NUM! for several."""
    found = _chosen(database, field, criteria)
    if not found:
        raise Fault(VALUE)
    if len(found) > 1:
        raise Fault(NUM)
    return found[0]
