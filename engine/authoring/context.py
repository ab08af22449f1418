"""What every page of a composed workbook reads: the model, where its lines lie, and what names mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.authoring.combine import Model
from engine.authoring.formula import Here, Scope, Translated, translate
from engine.authoring.layout import TOP, Layout, absolute, lay_out
from engine.authoring.reading import finding
from engine.core.exceptions import Finding
from engine.xlsx.tree import DefinedName

ASSUMPTIONS, SCENARIOS, CHECKS = "Assumptions", "Scenarios", "Checks"
SCENARIO_ROOM_ROWS, SCENARIO_ROOM_COLUMNS = 500, 20  # rows below the inputs' own, and columns, still read
COLUMNS = ("name", "label", "unit", "low", "base", "high", "distribution", "live", "source", "note")
SCENARIO_ROW = "scenario row"  # the analyst's own column beside the contract's: where the input stands there
LIVE, FOUND = 8, 11
ACTIVE_ROW, NUMBER_ROW, INPUT_COLUMN = 4, 5, 2
SCENARIO_TOP = 8
CHECK_COLUMNS = {"label": 1, "measure": 2, "value": 3, "status": 4}
MASTER_ROW, TOLERANCE_ROW, DECIMALS_ROW, CHECK_TOP = 4, 5, 6, 8


@dataclass(frozen=True, slots=True)
class Context:
    """The model with its layout and scope; ``mistakes`` collects what pages find wrong in formulas."""

    model: Model
    layout: Layout
    scope: Scope
    check_labels: tuple[str, ...]
    mistakes: list[Finding] = field(default_factory=list)

    def formula(self, text: str, here: Here, origin: str, key: str = "formula") -> Translated:
        """Translate a template formula and keep its mistakes for the one report at the end."""
        translated = translate(text, here, self.scope)
        for mistake in translated.mistakes:
            found = finding(origin, key, f"{mistake} (in {text!r})")
            if found not in self.mistakes:
                self.mistakes.append(found)
        return translated

    def origin(self, name: str) -> str:
        """Return the file and key path of a line, or of another record named "kind:name"."""
        return self.model.files.get(name, "")

    def wrong(self, name: str, key: str, message: str) -> None:
        """Keep a mistake in the record of a name."""
        self.mistakes.append(finding(self.origin(name), key, message))


def context_of(model: Model) -> Context:
    """Lay a model out and gather what names mean."""
    layout = lay_out(model)
    rows = {name: TOP + number for number, name in enumerate(model.assumptions, start=1)}
    defined = frozenset(name.name for name in _own_names(0, "", 0))
    scope = Scope(layout.places, rows, defined)
    labels = tuple(check.label for check in model.checks)
    return Context(model, layout, scope, labels)


def _own_names(checks: int, last: str, inputs: int) -> list[DefinedName]:
    bottom = SCENARIO_TOP + inputs + SCENARIO_ROOM_ROWS
    area = f"$A${SCENARIO_TOP + 1}:$A${bottom}"
    values = f"$B${SCENARIO_TOP + 1}:${last}${bottom}"
    first, end = CHECK_TOP + 1, CHECK_TOP + checks
    return [
        DefinedName("active_scenario", absolute(SCENARIOS, ACTIVE_ROW, INPUT_COLUMN)),
        DefinedName("scenario_number", absolute(SCENARIOS, NUMBER_ROW, INPUT_COLUMN)),
        DefinedName("scenario_inputs", f"{SCENARIOS}!{area}"),
        DefinedName("scenario_values", f"{SCENARIOS}!{values}"),
        DefinedName("master_check", absolute(CHECKS, MASTER_ROW, CHECK_COLUMNS["value"])),
        DefinedName("check_tolerance", absolute(CHECKS, TOLERANCE_ROW, CHECK_COLUMNS["value"])),
        DefinedName("check_decimals", absolute(CHECKS, DECIMALS_ROW, CHECK_COLUMNS["value"])),
        DefinedName("check_labels", f"{CHECKS}!$A${first}:$A${end}"),
        DefinedName("check_values", f"{CHECKS}!$C${first}:$C${end}"),
        DefinedName("model_title", absolute("Cover", 1, 1)),
    ]


def defined_names(context: Context, checks: int, last_column: str) -> tuple[DefinedName, ...]:
    """Return every defined name: the inputs' live cells, the named lines, and the writer's own."""
    rows = context.scope.assumption_rows
    names = _own_names(checks, last_column, len(rows))
    names += [DefinedName(name, absolute(ASSUMPTIONS, row, LIVE)) for name, row in rows.items()]
    for lines in context.model.lines.values():
        for line in lines:
            if line.named:
                place = context.layout.places[line.name]
                whole = place.cell(0, "", "$") if not place.axis else place.whole("")
                names.append(DefinedName(line.name, whole))
    return tuple(names)


def named(context: Context) -> frozenset[str]:
    """Return the names that Outputs, Analyses and Phases may use: inputs and single named cells or rows."""
    lines: Sequence[str] = [
        line.name for lines in context.model.lines.values() for line in lines if line.named
    ]
    return frozenset([*lines, *context.model.assumptions, *context.scope.defined])
