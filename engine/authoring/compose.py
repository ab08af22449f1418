"""The one writer of model workbooks: any set of templates becomes a Book with the six contract tables."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from engine.authoring.combine import BASE, Model, combine
from engine.authoring.context import Context, context_of, defined_names
from engine.authoring.layout import plain
from engine.authoring.pages.checks import checks_sheet
from engine.authoring.pages.contract import analyses_sheet, claims_sheet, outputs_sheet, phases_sheet
from engine.authoring.pages.front import contents_sheet, cover_sheet
from engine.authoring.pages.inputs import assumptions_sheet, scenario_columns, scenarios_sheet
from engine.authoring.pages.lines import model_sheet
from engine.authoring.pages.summary import summary_sheet
from engine.authoring.reading import did_you_mean, failure, finding
from engine.core.values import Value
from engine.xlsx.tree import Block, Book, Cell, Sheet

_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's dates have no time zone
_PURPOSES = {
    "Cover": "What this model is for, how to read it, and whether its checks pass",
    "Contents": "This list",
    "Assumptions": "Every input with its range, distribution, live value and source",
    "Scenarios": "The scenario switch, and what each scenario changes",
    "Summary": "Headline figures and charts",
    "Outputs": "The figures that analyses work on",
    "Analyses": "What the engine is asked to work out",
    "Phases": "When each phase begins, and the gate it must pass",
    "Claims": "What the source documents state, beside what this workbook computes",
    "Checks": "Each check, and the master check",
}


def compose(
    templates: Sequence[Path],
    values: Mapping[str, Value] | None = None,
    title: str | None = None,
    counts: Mapping[str, int] = MappingProxyType({}),
    purpose: str | None = None,
) -> Book:
    """Return the workbook of a set of templates.

    ``counts`` gives axes another number of columns than their template does: ``{"month": 48}``.

    ``values`` maps "Sheet!A1" to the value stored beside the formula there; formulas without one are stored
    blank. The same templates and values give the same book. Raises TemplateError with every mistake.
    """
    model = combine(templates, title, counts, purpose)
    context = context_of(model)
    _check_scenarios(context)
    sheets, checks = _sheets(context)
    if context.mistakes:
        raise failure(context.mistakes)
    book = Book(
        title=model.title,
        created=_date(model),
        sheets=sheets,
        names=defined_names(context, checks, scenario_columns()),
        subject=model.purpose,
    )
    return with_values(book, values or {})


def with_values(book: Book, values: Mapping[str, Value]) -> Book:
    """Return the book with a stored value in every formula cell that ``values`` knows."""
    return dataclasses.replace(book, sheets=tuple(_stored(sheet, values) for sheet in book.sheets))


def _stored(sheet: Sheet, values: Mapping[str, Value]) -> Sheet:
    return dataclasses.replace(
        sheet, blocks=tuple(_stored_block(sheet.name, one, values) for one in sheet.blocks)
    )


def _stored_block(sheet: str, block: Block, values: Mapping[str, Value]) -> Block:
    def cell(one: Cell | None, row: int, column: int) -> Cell | None:
        if one is None or one.formula is None:
            return one
        return dataclasses.replace(one, value=values.get(plain(sheet, row, column)))

    rows = tuple(
        tuple(cell(one, block.row + down, block.column + right) for right, one in enumerate(row))
        for down, row in enumerate(block.rows)
    )
    return dataclasses.replace(block, rows=rows)


def _sheets(context: Context) -> tuple[tuple[Sheet, ...], int]:
    model = context.model
    checks, count = checks_sheet(context)
    rest = (
        summary_sheet(context),
        assumptions_sheet(context),
        scenarios_sheet(context),
        *(model_sheet(context, plan) for plan in model.sheets),
        outputs_sheet(context),
        analyses_sheet(context),
        phases_sheet(context),
        claims_sheet(context),
        checks,
    )
    purposes = _PURPOSES | {plan.name: plan.purpose for plan in model.sheets}
    entries = [(name, purposes[name]) for name in ("Cover", *(sheet.name for sheet in rest))]
    return (cover_sheet(context), contents_sheet(entries), *rest), count


def _check_scenarios(context: Context) -> None:
    known = context.model.assumptions
    for scenario, inputs in context.model.scenarios.items():
        where = f"scenarios.{scenario}"
        if scenario == BASE and inputs:
            context.mistakes.append(
                finding("scenarios", where, "Base changes nothing; give its values as base")
            )
        for name in inputs:
            if name not in known:
                message = f"there is no assumption {name!r}{did_you_mean(name, known)}; correct it"
                context.mistakes.append(finding("scenarios", f"{where}.{name}", message))


def _date(model: Model) -> datetime.datetime:
    """Return the model's first month as the workbook's created date, so that no clock enters the file."""
    first = model.assumptions.get("model_date")
    return _EPOCH + datetime.timedelta(days=first.base if first else 36526)
