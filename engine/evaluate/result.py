"""What one evaluation gave: every formula cell's value, by address or defined name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.core.address import key_of, parse_rect
from engine.core.exceptions import CircularReference, UnsupportedFormula
from engine.core.values import Value
from engine.evaluate.reference import Evaluation
from engine.evaluate.state import CellId
from engine.evaluate.targets import Targets
from engine.plan.forms import address_of


class FormulaCells(Mapping[str, Value]):
    """The evaluated formula cells: "Sheet!A1" to value, in the workbook's order."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._sheets = evaluation.program.workbook.sheets

    def _evaluated(self, cell: CellId) -> bool:
        sheet, key = cell
        return key in self._sheets[sheet].formulas and cell not in self._evaluation.unevaluated

    def __getitem__(self, address: str) -> Value:
        try:
            rect = parse_rect(address)
        except ValueError:
            raise KeyError(address) from None
        number = self._evaluation.program.scope.number(rect.sheet)
        if number is None or number >= len(self._sheets):
            raise KeyError(address)
        key = key_of(rect.top, rect.left)
        if not self._evaluated((number, key)):
            raise KeyError(address)
        return self._evaluation.state.cells[number][key]

    def __iter__(self) -> Iterator[str]:
        for number, sheet in enumerate(self._sheets):
            for key in sheet.formulas:
                if self._evaluated((number, key)):
                    yield address_of(sheet.name, key)

    def __len__(self) -> int:
        total = sum(len(sheet.formulas) for sheet in self._sheets)
        lost = sum(key in self._sheets[number].formulas for number, key in self._evaluation.unevaluated)
        return total - lost


@dataclass(frozen=True)
class Result:
    """The values of one evaluation.

    ``cells`` maps "Sheet!A1" to the value of every formula cell evaluated; ``not_evaluated`` maps the others
    to the reason; ``circles`` are circular references, each as its cells' addresses in order.
    """

    evaluation: Evaluation
    targets: Targets

    @property
    def cells(self) -> FormulaCells:
        """Every evaluated formula cell's value by "Sheet!A1"."""
        return FormulaCells(self.evaluation)

    @property
    def not_evaluated(self) -> dict[str, str]:
        """Cells that could not be evaluated, each with its reason, which names the first cell at fault."""
        return {self._address(cell): self._reason(cell) for cell in self.evaluation.unevaluated}

    @property
    def circles(self) -> tuple[tuple[str, ...], ...]:
        """The circular references that were met with iteration off, each as its cells in order."""
        if self.evaluation.iterates:
            return ()
        return tuple(tuple(map(self._address, circle)) for circle in self.evaluation.circles)

    @property
    def converged(self) -> bool:
        """Whether circular references that the workbook iterates settled within its maximum change."""
        return not self.evaluation.unsettled

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The cells of circular references that the workbook iterates and that did not settle."""
        found = self.evaluation
        cells = [] if found.converged else found.loop
        return tuple(map(self._address, dict.fromkeys([*cells, *sorted(found.restless)])))

    def __getitem__(self, name: str) -> Value:
        """Return the value of one cell by address or defined name.

        Raises UnknownName for a text that names no single cell, UnsupportedFormula for a cell that could not
        be evaluated.
        """
        return self.value(self.targets.cell(name))

    def range(self, name: str) -> tuple[tuple[Value, ...], ...]:
        """Return the values of a range by address or defined name, row by row."""
        rect = self.targets.rect(name)
        sheet = self.targets.scope.number(rect.sheet)
        assert sheet is not None
        return tuple(
            tuple(self.value((sheet, key_of(row, column))) for column in range(rect.left, rect.right + 1))
            for row in range(rect.top, rect.bottom + 1)
        )

    def beside(self, name: str) -> tuple[str, ...]:
        """Return the texts left of a cell or range in its first row, from the left: how people label it."""
        rect = self.targets.rect(name)
        sheet = self.targets.scope.number(rect.sheet)
        assert sheet is not None
        known = self.evaluation.state.cells[sheet]
        values = (known.get(key_of(rect.top, column)) for column in range(1, rect.left))
        return tuple(" ".join(v.split()) for v in values if isinstance(v, str) and v.strip())

    def require_whole(self) -> Result:
        """Return this result; raise CircularReference or UnsupportedFormula where cells are missing."""
        book = self.evaluation.program.workbook.path.name
        if self.circles:
            chains = "\n".join("  " + " -> ".join((*circle, circle[0])) for circle in self.circles)
            raise CircularReference(
                f"{book} has circular references and does not iterate; "
                f"break each circle at one cell:\n{chains}"
            )
        if self.evaluation.unevaluated:
            reasons = dict.fromkeys(self._reason(cell) for cell in self.evaluation.unevaluated)
            listed = "\n".join(f"  {reason}" for reason in list(reasons)[:20])
            raise UnsupportedFormula(f"{book} has cells that can't be evaluated:\n{listed}")
        return self

    def value(self, cell: CellId) -> Value:
        """Return the value of a cell by sheet number and key; raise UnsupportedFormula where it has none."""
        if cell in self.evaluation.unevaluated:
            raise UnsupportedFormula(self._reason(cell))
        return self.evaluation.state.cells[cell[0]].get(cell[1])

    def _reason(self, cell: CellId) -> str:
        source, reason = self.evaluation.unevaluated[cell]
        formula = self.evaluation.state.texts.get(source, "")
        shown = f" (={formula})" if formula and f"={formula}" not in reason else ""
        return f"{self._address(source)}{shown}: {reason}"

    def _address(self, cell: CellId) -> str:
        return address_of(self.evaluation.program.scope.sheets[cell[0]], cell[1])
