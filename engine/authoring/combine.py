"""Any set of templates as one model: what they require is added, blocks are written out, names are unique."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.authoring.axes import counted
from engine.authoring.blocks import Placed, written_lines
from engine.authoring.consistency import inconsistencies
from engine.authoring.reading import failure, read_template
from engine.authoring.template import (
    Analysis,
    Assumption,
    Axis,
    ChartPlan,
    Check,
    Claim,
    Line,
    Output,
    Phase,
    Section,
    SheetPlan,
    SummaryTable,
    Template,
)
from engine.core.exceptions import Finding, TemplateError

BASE = "Base"


@dataclass(frozen=True, slots=True)
class Model:
    """All that the templates say, in order; ``lines`` by section, ``files`` by name (or "kind:name")."""

    title: str
    purpose: str
    templates: tuple[Template, ...]
    assumptions: Mapping[str, Assumption]
    axes: Mapping[str, Axis]
    sheets: tuple[SheetPlan, ...]
    sections: tuple[Section, ...]
    lines: Mapping[str, tuple[Line, ...]]
    scenarios: Mapping[str, Mapping[str, float]]
    outputs: tuple[Output, ...]
    analyses: tuple[Analysis, ...]
    phases: tuple[Phase, ...]
    claims: tuple[Claim, ...]
    checks: tuple[Check, ...]
    summary_tables: tuple[SummaryTable, ...]
    charts: tuple[ChartPlan, ...]
    files: Mapping[str, str]

    def line(self, name: str) -> Line:
        """Return the line of a name; raise KeyError where there is none."""
        return next(line for lines in self.lines.values() for line in lines if line.name == name)


def combine(
    paths: Sequence[Path],
    title: str | None = None,
    counts: Mapping[str, int] = MappingProxyType({}),
    purpose: str | None = None,
) -> Model:
    """Read templates and those they require, and return one model.

    A required template is looked for beside the one that needs it and comes before it. ``counts`` gives axes
    another number of columns than their template does. Title and purpose are the last template's where they
    are not given. Raises TemplateError with the mistakes of all files together.
    """
    mistakes = list[Finding]()
    templates = counted(with_required(paths), counts, mistakes)
    lines = written_lines(templates, mistakes)
    mistakes += inconsistencies(templates, lines)
    if mistakes:
        raise failure(mistakes)
    main = templates[-1].model
    listed = {path.name for path in paths}
    return _model(templates, lines, listed, title or main.title, purpose or main.purpose)


def with_required(paths: Sequence[Path]) -> tuple[Template, ...]:
    """Return templates with those they require, each before what needs it; raise TemplateError."""
    read: dict[Path, Template] = {}
    mistakes: list[Finding] = []

    def visit(path: Path, trail: tuple[Path, ...]) -> None:
        if path in read or path in trail:
            return
        try:
            template = read_template(path)
        except TemplateError as error:
            mistakes.extend(one for one in error.findings if one not in mistakes)
            return
        for name in template.model.requires:
            required = path.with_name(f"{name}.toml")
            if required not in paths:  # what the caller lists keeps the caller's order
                visit(required, (*trail, path))
        read[path] = template

    for path in paths:
        visit(path, ())
    if mistakes:
        raise failure(mistakes)
    return tuple(read.values())


def _model(
    templates: tuple[Template, ...], lines: Sequence[Placed], listed: Container[str], title: str, purpose: str
) -> Model:
    def every(kind: str) -> tuple[Any, ...]:
        return tuple(one for template in templates for one in getattr(template, kind))

    # a workbook's own headline figures stand before those of what it builds on
    outputs = [(template.file not in listed, one) for template in templates for one in template.output]
    files = {one.line.name: f"{one.file}: {one.key}" for one in lines} | _origins(templates)
    return Model(
        title=title,
        purpose=purpose,
        templates=templates,
        assumptions={one.name: one for one in every("assumption")},
        axes={axis.name: axis for axis in every("axis")},
        sheets=tuple(sorted(every("sheet"), key=lambda sheet: sheet.rank)),
        sections=every("section"),
        lines={
            section.id: tuple(one.line for one in lines if one.line.section == section.id)
            for section in every("section")
        },
        scenarios=_scenarios(templates),
        outputs=tuple(one for _, one in sorted(outputs, key=itemgetter(0))),
        analyses=every("analysis"),
        phases=every("phase"),
        claims=every("claim"),
        checks=every("check"),
        summary_tables=every("summary_table"),
        charts=every("chart"),
        files=files,
    )


def _origins(templates: Sequence[Template]) -> dict[str, str]:
    """Return where records other than lines come from, keyed "kind:name"."""
    named = (("output", "name"), ("analysis", "id"), ("phase", "phase"), ("claim", "id"), ("axis", "name"))
    titled = (("chart", "title"), ("summary_table", "title"))
    return {
        f"{kind}:{getattr(record, key)}": f"{template.file}: {kind}[{number}]"
        for kind, key in (*named, *titled)
        for template in templates
        for number, record in enumerate(getattr(template, kind), start=1)
    }


def _scenarios(templates: Sequence[Template]) -> dict[str, dict[str, float]]:
    """Merge the templates' scenarios by name; Base comes first and changes nothing."""
    merged: dict[str, dict[str, float]] = {BASE: {}}
    for template in templates:
        for name, inputs in template.scenarios.items():
            merged.setdefault(name, {}).update(inputs)
    return merged
