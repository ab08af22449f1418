"""What the names in an analysis stand for: drivers with their ranges, outputs with their labels and units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.analysis.designs import points
from engine.analysis.results import Outcome
from engine.analysis.runner import BaseCase, Floats, outcome
from engine.core.exceptions import AnalysisError
from engine.core.values import Value

if TYPE_CHECKING:
    from engine.workbook.contract import Analysis, Assumption, Contract

_LABEL_AND_UNIT = 2


@dataclass(frozen=True, slots=True)
class Driver:
    """An input by name or address; ``low`` and ``high`` are None where it has no range of its own."""

    name: str
    label: str
    unit: str
    low: float | None
    base: Outcome
    high: float | None

    @property
    def span(self) -> tuple[float, float] | None:
        """Low and high where the driver can move between them, else None."""
        if self.low is None or self.high is None or self.low >= self.high:
            return None
        return self.low, self.high

    def at_base(self) -> float:
        """Return the base value; raise AnalysisError where the cell holds no number."""
        if isinstance(self.base, float):
            return self.base
        raise AnalysisError(f"{self.name} holds no number ({self.base}), so it can't be a driver")


@dataclass(frozen=True, slots=True)
class Measure:
    """An output by name or address; ``better`` is "higher", "lower" or ""."""

    name: str
    label: str
    unit: str
    better: str
    base: Outcome


class Terms:
    """The names of a contract, looked up without regard to case as Excel does, with their base values."""

    def __init__(self, contract: Contract, result: BaseCase) -> None:
        self.contract = contract
        self._result = result
        self._assumptions = {row.name.casefold(): row for row in contract.assumptions}
        self._outputs = {row.name.casefold(): row for row in contract.outputs}

    def value(self, name: str) -> Value:
        """Return the base value of any cell as the workbook has it; raises UnknownName for another text."""
        return self._result[name]

    def assumption(self, name: str) -> Assumption | None:
        """Return the row of the Assumptions table of that name, or None."""
        return self._assumptions.get(name.casefold())

    def driver(self, name: str) -> Driver:
        """Return an input with its range; raises UnknownName where the workbook has no such cell."""
        base = outcome(self._result[name])
        row = self._assumptions.get(name.casefold())
        if row is None:
            return Driver(name, *self.labels(name), None, base, None)
        low, high = _number(row.low), _number(row.high)
        if low is not None and high is not None:
            low, high = min(low, high), max(low, high)
        return Driver(row.name, row.label or row.name, row.unit or "", low, base, high)

    def measure(self, name: str) -> Measure:
        """Return an output; an assumption or any other cell can be one."""
        label, unit = self.labels(name)
        row = self._outputs.get(name.casefold())
        better = "" if row is None else row.better or ""
        return Measure(name, label, unit, better, outcome(self._result[name]))

    def labels(self, name: str) -> tuple[str, str]:
        """Return the label and the unit of an output or an assumption, for any other cell the texts left of
        it: the first as label, the second, where there are just two, as unit; the name itself without any.
        """
        row = self._outputs.get(name.casefold()) or self._assumptions.get(name.casefold())
        if row is not None:
            return row.label or name, row.unit or ""
        texts = self._result.beside(name)
        return (texts[0] if texts else name), (texts[1] if len(texts) == _LABEL_AND_UNIT else "")

    def drivers(self, row: Analysis, least: int = 1, most: int | None = None) -> tuple[Driver, ...]:
        """Return the drivers a row names; raise AnalysisError where they are too few or too many."""
        _count("driver", row.drivers, least, most)
        return tuple(self.driver(name) for name in row.drivers)

    def measures(self, row: Analysis, least: int = 1, most: int | None = None) -> tuple[Measure, ...]:
        """Return the outputs a row names; raise AnalysisError where they are too few or too many."""
        _count("output", row.outputs, least, most)
        return tuple(self.measure(name) for name in row.outputs)

    def headline(self, row: Analysis) -> tuple[Measure, ...]:
        """Return the outputs a row names, or every headline output where it names none."""
        names = row.outputs or tuple(output.name for output in self.contract.outputs)
        if not names:
            raise AnalysisError("it names no output and the workbook has no Outputs table; name one")
        return tuple(self.measure(name) for name in names)

    def movable(self) -> tuple[Driver, ...]:
        """Return every assumption that has a low below its high and a number as base."""
        rows = [row for row in self.contract.assumptions if _moves(row)]
        found = [self.driver(row.name) for row in rows]
        return tuple(driver for driver in found if isinstance(driver.base, float))


def range_points(row: Analysis, driver: Driver, count: int) -> Floats:
    """Return the points of one driver: from and to of the row, where blank the driver's own low and high."""
    start = row.start if row.start is not None else driver.low
    stop = row.stop if row.stop is not None else driver.high
    if start is None or stop is None:
        raise AnalysisError(f"{driver.name} has no low and high; give from and to")
    try:
        return points(start, stop, count, (driver.base,))
    except AnalysisError as error:
        raise AnalysisError(f"driver {driver.name}: {error}") from None


def id_of(row: Analysis, *parts: str) -> str:
    """Return a result's id: the row's own, with the names that tell several results of one row apart."""
    return ".".join([str(row.id), *parts])


def steps_of(row: Analysis, default: int) -> int:
    """Return how many points a row asks for, both ends included."""
    return default if row.steps is None else int(row.steps)


def _count(what: str, names: Sequence[str], least: int, most: int | None) -> None:
    if least <= len(names) and (most is None or len(names) <= most):
        return
    wanted = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
    raise AnalysisError(f"it names {len(names)} {what}s ({'; '.join(names) or 'none'}) and needs {wanted}")


def _moves(row: Assumption) -> bool:
    low, high = _number(row.low), _number(row.high)
    return low is not None and high is not None and low != high


def _number(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return None
