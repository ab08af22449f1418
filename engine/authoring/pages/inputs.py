"""The Assumptions and Scenarios sheets: where an analyst types, and how the live value is chosen."""

from __future__ import annotations

from engine.authoring.context import (
    ACTIVE_ROW,
    ASSUMPTIONS,
    COLUMNS,
    FOUND,
    INPUT_COLUMN,
    LIVE,
    NUMBER_ROW,
    SCENARIO_ROOM_COLUMNS,
    SCENARIO_ROW,
    SCENARIO_TOP,
    SCENARIOS,
    Context,
)
from engine.authoring.layout import TOP
from engine.authoring.pages.draft import Draft
from engine.authoring.template import Assumption
from engine.core.address import column_letters
from engine.xlsx.tree import Area, PrintSetup, Sheet, Validation

_FOUND = "=IFERROR(MATCH($A{row},scenario_inputs,0),0)"
_LIVE = (
    '=IF($K{row}=0,$E{row},IF(INDEX(scenario_values,$K{row},scenario_number)="",$E{row},'
    "INDEX(scenario_values,$K{row},scenario_number)))"
)


def assumptions_sheet(context: Context) -> Sheet:
    """Return the Assumptions sheet: one row of the contract table per input."""
    draft = Draft(ASSUMPTIONS)
    draft.heading(
        "Assumptions",
        "Every input once, with its range and source. Type in low, base and high; live follows the scenario.",
    )
    rows = context.model.assumptions
    for row, one in zip(context.scope.assumption_rows.values(), rows.values(), strict=True):
        _assumption(draft, row, one)
    columns, numeric = (*COLUMNS, SCENARIO_ROW), ("low", "base", "high", "live", SCENARIO_ROW)
    table = draft.table("Assumptions", TOP, columns, len(rows), numeric=numeric)
    widths = (27.0, 40.0, 17.0, 13.0, 13.0, 13.0, 11.0, 13.0, 32.0, 66.0, 13.0)
    return draft.sheet(
        tables=(table,),
        widths=tuple(enumerate(widths, start=1)),
        freeze=(TOP + 1, 3),
        print_setup=PrintSetup(repeat_rows=(TOP, TOP)),
    )


def _assumption(draft: Draft, row: int, one: Assumption) -> None:
    number_format = format_of(one)
    draft.row(row, 1, (one.name, one.label), "label")
    draft.put(row, 3, one.unit, "unit")
    for column, value in enumerate((one.low, one.base, one.high), start=4):
        draft.put(row, column, value, "input", number_format=number_format)
    draft.put(row, 7, one.distribution, "input")
    draft.put(row, LIVE, formula=_LIVE.format(row=row), style="calc", number_format=number_format)
    draft.put(row, 9, one.source, "small")
    draft.put(row, 10, one.note, "small")
    draft.put(row, FOUND, formula=_FOUND.format(row=row), style="calc", number_format="integer")


def format_of(one: Assumption) -> str:
    """Return the number format of an input: its own, or one that its unit and size suggest."""
    if one.format:
        return one.format
    if one.unit.startswith("%"):
        return "percent2" if 0 < one.high < 0.02 else "percent1"
    largest = max(abs(one.low), abs(one.high))
    whole = all(value == int(value) for value in (one.low, one.base, one.high))
    if "$" in one.unit:
        return "money" if largest >= 1000 else "money3" if 0 < largest < 0.1 else "money2"
    return "number" if whole or largest >= 100 else "decimal2" if largest < 10 else "decimal1"


def scenarios_sheet(context: Context) -> Sheet:
    """Return the Scenarios sheet: the switch, and one column per scenario where blank means base."""
    draft = Draft(SCENARIOS)
    draft.heading("Scenarios", "One column per scenario; a blank cell means the base value of the input.")
    names = tuple(context.model.scenarios)
    last = column_letters(1 + SCENARIO_ROOM_COLUMNS)
    draft.put(ACTIVE_ROW, 1, "Active scenario: choose it here, the whole workbook follows", "label_bold")
    draft.put(ACTIVE_ROW, INPUT_COLUMN, names[0], "input")
    draft.put(NUMBER_ROW, 1, "Its column in the table", "label")
    header = f"$B${SCENARIO_TOP}:${last}${SCENARIO_TOP}"
    number = f"=MATCH(active_scenario,{header},0)"
    draft.put(NUMBER_ROW, INPUT_COLUMN, formula=number, style="calc", number_format="integer")
    for down, (name, one) in enumerate(context.model.assumptions.items(), start=1):
        draft.put(SCENARIO_TOP + down, 1, name, "label")
        for right, scenario in enumerate(names):
            value = context.model.scenarios[scenario].get(name)
            draft.put(SCENARIO_TOP + down, 2 + right, value, "input", number_format=format_of(one))
    table = draft.table(
        "Scenarios", SCENARIO_TOP, ("input", *names), len(context.model.assumptions), numeric=names
    )
    # the list grows with the table: it ends at the last header that is filled
    choices = f"$B${SCENARIO_TOP}:INDEX({header},COUNTA({header}))"
    area = Area(SCENARIOS, ACTIVE_ROW, INPUT_COLUMN, ACTIVE_ROW, INPUT_COLUMN)
    return draft.sheet(
        tables=(table,),
        validations=(
            Validation(area, choices_from=choices, message="Choose a scenario of the table below."),
        ),
        widths=((1, 54.0), *((2 + right, 16.0) for right in range(len(names)))),
        freeze=(SCENARIO_TOP + 1, 2),
        print_setup=PrintSetup(repeat_rows=(SCENARIO_TOP, SCENARIO_TOP)),
    )


def scenario_columns() -> str:
    """Return the letters of the last column that the live values read, room for more scenarios included."""
    return column_letters(1 + SCENARIO_ROOM_COLUMNS)
