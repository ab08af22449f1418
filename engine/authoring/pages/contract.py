"""The contract tables that declare work for the engine: Outputs, Analyses, Phases and Claims."""

from __future__ import annotations

from engine.authoring.context import Context, named
from engine.authoring.formula import Here
from engine.authoring.layout import TOP
from engine.authoring.pages.draft import Draft
from engine.authoring.reading import did_you_mean
from engine.authoring.template import Claim, Phase
from engine.xlsx.tree import PrintSetup, Sheet

_PRINT = PrintSetup(repeat_rows=(TOP, TOP))
_JOIN = "; "
_ONE_LINE = 66  # characters of the columns of drivers and notes at their width
_LINE = 12.5  # points


def outputs_sheet(context: Context) -> Sheet:
    """Return the Outputs sheet; the value beside each row is a convenience outside the table."""
    draft = Draft("Outputs")
    draft.heading(
        "Outputs", "The headline figures that analyses and outputs use; each name is a defined name."
    )
    known = named(context)
    for row, output in enumerate(context.model.outputs, start=TOP + 1):
        _known(context, "output", output.name, (output.name,), known)
        draft.row(row, 1, (output.name, output.label, output.unit, output.better), "label")
        draft.put(row, 6, formula=f"={output.name}", style="link", number_format=output.format)
    draft.put(TOP, 6, "value now", "header_right")
    table = draft.table("Outputs", TOP, ("name", "label", "unit", "better"), len(context.model.outputs))
    widths = (30.0, 60.0, 18.0, 12.0, 3.0, 16.0)
    return draft.sheet(
        tables=(table,), widths=tuple(enumerate(widths, start=1)), freeze=(TOP + 1, 2), print_setup=_PRINT
    )


def analyses_sheet(context: Context) -> Sheet:
    """Return the Analyses sheet: one row per piece of work."""
    draft = Draft("Analyses")
    draft.heading(
        "Analyses", "One row is one piece of work: add a row to get another sweep, grid or tornado."
    )
    known = named(context)
    for row, one in enumerate(context.model.analyses, start=TOP + 1):
        drivers = tuple(driver for driver in one.drivers if driver != "*")
        _known(context, "analysis", one.id, (*one.outputs, *drivers), known)
        draft.row(row, 1, (one.id, one.kind, _JOIN.join(one.outputs), _JOIN.join(one.drivers)), "input")
        for column, value in enumerate((one.start, one.stop, one.steps, one.target), start=5):
            draft.put(row, column, value, "input", number_format="general")
        draft.put(row, 9, one.title, "input")
    columns = ("id", "kind", "outputs", "drivers", "from", "to", "steps", "target", "title")
    table = draft.table(
        "Analyses", TOP, columns, len(context.model.analyses), numeric=("from", "to", "steps", "target")
    )
    widths = (26.0, 13.0, 44.0, 40.0, 13.0, 13.0, 9.0, 9.0, 70.0)
    return draft.sheet(
        tables=(table,), widths=tuple(enumerate(widths, start=1)), freeze=(TOP + 1, 2), print_setup=_PRINT
    )


def phases_sheet(context: Context) -> Sheet:
    """Return the Phases sheet: when each begins, and the gate it must pass."""
    draft = Draft("Phases")
    draft.heading(
        "Phases",
        "The month each phase begins (never: where it does not), its gate, and the month it is planned for.",
    )
    known = named(context)
    for row, phase in enumerate(context.model.phases, start=TOP + 1):
        _known(context, "phase", phase.phase, (phase.gate_metric,), known)
        _phase(context, draft, row, phase)
    columns = ("phase", "begins", "gate metric", "comparison", "threshold", "planned month", "plan")
    table = draft.table(
        "Phases", TOP, columns, len(context.model.phases), numeric=("begins", "threshold", "planned month")
    )
    widths = (36.0, 14.0, 28.0, 13.0, 16.0, 16.0, 24.0)
    return draft.sheet(
        tables=(table,), widths=tuple(enumerate(widths, start=1)), freeze=(TOP + 1, 2), print_setup=_PRINT
    )


def _phase(context: Context, draft: Draft, row: int, phase: Phase) -> None:
    here = Here("Phases")
    draft.put(row, 1, phase.phase, "label")
    draft.put(row, 3, phase.gate_metric, "label")
    draft.put(row, 4, phase.comparison, "input")
    draft.put(row, 7, phase.plan, "label")
    for column, text in ((2, phase.begins), (5, phase.threshold), (6, phase.planned_month)):
        made = context.formula(text, here, context.origin(f"phase:{phase.phase}"), phase.phase)
        style = "link_right" if made.link else "calc_right"  # "never" stands among months
        draft.put(row, column, formula=made.text, style=style, number_format="number")


def claims_sheet(context: Context) -> Sheet:
    """Return the Claims sheet: what a document states beside what this workbook computes."""
    draft = Draft("Claims")
    draft.heading(
        "Claims",
        "Results that a document states, held against this workbook's own; none is typed in as computed.",
    )
    for row, claim in enumerate(context.model.claims, start=TOP + 1):
        _known(context, "claim", claim.id, claim.drivers, frozenset(context.model.assumptions))
        _claim(context, draft, row, claim)
    columns = (
        "id",
        "source",
        "statement",
        "unit",
        "bounds",
        "stated low",
        "stated high",
        "precision",
        "computed",
        "drivers",
        "note",
    )
    table = draft.table(
        "Claims",
        TOP,
        columns,
        len(context.model.claims),
        numeric=("stated low", "stated high", "precision", "computed"),
    )
    widths = (17.0, 32.0, 68.0, 18.0, 11.0, 13.0, 13.0, 11.0, 13.0, 58.0, 58.0)
    return draft.sheet(
        tables=(table,),
        widths=tuple(enumerate(widths, start=1)),
        heights=_claim_heights(context),
        freeze=(TOP + 1, 4),
        print_setup=_PRINT,
    )


def _claim_heights(context: Context) -> tuple[tuple[int, float], ...]:
    """Rows whose drivers or note need more lines: a height stays with its row, so only those get one."""
    claims = enumerate(context.model.claims, start=TOP + 1)
    lines = ((row, max(map(_lines, (_JOIN.join(claim.drivers), claim.note)))) for row, claim in claims)
    return tuple((row, _LINE * many) for row, many in lines if many > 1)


def _lines(text: str) -> int:
    return -(-len(text) // _ONE_LINE)


def _claim(context: Context, draft: Draft, row: int, claim: Claim) -> None:
    draft.row(row, 1, (claim.id, claim.source, claim.statement), "label")
    draft.put(row, 4, claim.unit, "unit")
    draft.put(row, 5, None if claim.bounds == "both" else claim.bounds, "input")
    for column, value in ((6, claim.stated_low), (7, claim.stated_high)):
        draft.put(row, column, value, "input", number_format=claim.format)
    draft.put(row, 8, claim.precision, "input", number_format="general")
    made = context.formula(claim.computed, Here("Claims"), context.origin(f"claim:{claim.id}"), "computed")
    draft.put(row, 9, formula=made.text, style="link" if made.link else "calc", number_format=claim.format)
    draft.put(row, 10, _JOIN.join(claim.drivers), "note")
    draft.put(row, 11, claim.note or None, "note")


def _known(context: Context, kind: str, key: str, names: tuple[str, ...], known: frozenset[str]) -> None:
    for name in names:
        if name not in known:
            message = f"{name!r} is no defined name of this model{did_you_mean(name, known)}; correct it"
            context.wrong(f"{kind}:{key}", "", message)
