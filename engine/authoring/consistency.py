"""What must hold across all templates of a workbook: names, sheets, sections, axes, ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from engine.authoring.blocks import PLACEHOLDER, Placed
from engine.authoring.reading import did_you_mean, finding
from engine.authoring.template import Assumption, Line, Template
from engine.core.exceptions import Finding

OWN_NAMES = (
    "active_scenario",
    "scenario_number",
    "scenario_inputs",
    "scenario_values",
    "master_check",
    "check_tolerance",
    "check_decimals",
    "check_labels",
    "check_values",
    "model_title",
)
OWN_SHEETS = (
    "Cover",
    "Contents",
    "Assumptions",
    "Scenarios",
    "Summary",
    "Outputs",
    "Analyses",
    "Phases",
    "Claims",
    "Checks",
)
_UNIQUE = (("sheet", "name"), ("axis", "name"), ("section", "id"), ("block", "name"), ("claim", "id"))
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_LIKE_A_CELL = re.compile(r"[a-z]{1,3}[0-9]+\Z|r[0-9]*c[0-9]*\Z|[rc]\Z")


def inconsistencies(templates: Sequence[Template], lines: Sequence[Placed]) -> list[Finding]:
    """Return every mistake that shows only when all templates lie side by side."""
    return [
        *_check_names(templates, lines),
        *_check_unique(templates),
        *_check_sections(templates),
        *_check_axes(templates),
        *_check_lines(templates, lines),
        *_check_claims(templates),
        *(
            mistake
            for template in templates
            for number, one in _numbered(template.assumption)
            for mistake in _ranges(template.file, number, one)
        ),
    ]


def _check_sections(templates: Sequence[Template]) -> Iterator[Finding]:
    sheets = {sheet.name for template in templates for sheet in template.sheet}
    axes = {axis.name for template in templates for axis in template.axis}
    for template in templates:
        for number, section in _numbered(template.section):
            where = f"section[{number}]"
            yield from _unknown(template.file, f"{where}.sheet", section.sheet, sheets, "sheet")
            if section.axis:
                yield from _unknown(template.file, f"{where}.axis", section.axis, axes, "axis")


def _check_axes(templates: Sequence[Template]) -> Iterator[Finding]:
    for template in templates:
        for number, axis in _numbered(template.axis):
            where, points = f"axis[{number}].points", len(axis.points)
            if bool(axis.points) == bool(axis.header):
                message = f"{axis.name!r} needs either points or a header line; give one of them"
                yield finding(template.file, where, message)
            elif axis.points and points != axis.count:
                message = f"{axis.name!r} has {points} points for a count of {axis.count}; make them equal"
                yield finding(template.file, where, message)
            for word in axis.words:
                if len(word.at) != axis.count:
                    message = (
                        f"{word.name!r} has {len(word.at)} words for {axis.count} columns; make them equal"
                    )
                    yield finding(template.file, f"axis[{number}].words", message)


def _check_lines(templates: Sequence[Template], lines: Sequence[Placed]) -> Iterator[Finding]:
    axes = {axis.name: axis for template in templates for axis in template.axis}
    sections = {one.id: axes.get(one.axis) for template in templates for one in template.section}
    counts = {name: axis.count if axis else 1 for name, axis in sections.items()}
    for placed in lines:
        line, columns = placed.line, counts.get(placed.line.section)
        yield from _unknown(placed.file, f"{placed.key}.section", line.section, set(counts), "section")
        if line.values and columns is not None and len(line.values) != columns:
            message = f"{line.name!r} has {len(line.values)} values for {columns} columns; make them equal"
            yield finding(placed.file, f"{placed.key}.values", message)
        axis = sections.get(line.section)
        words = {word.name for word in axis.words} if axis else set[str]()
        yield from _line_mistakes(placed.file, placed.key, line, words)


def _check_claims(templates: Sequence[Template]) -> Iterator[Finding]:
    for template in templates:
        for number, claim in _numbered(template.claim):
            ends = (("stated_low", "at most"), ("stated_high", "at least"))
            for key, leaves_open in ends:
                given, wanted = getattr(claim, key) is not None, claim.bounds != leaves_open
                if given != wanted:
                    remedy = "give" if wanted else "leave out"
                    message = f"{claim.id} has the bounds {claim.bounds!r}; {remedy} {key}"
                    yield finding(template.file, f"claim[{number}].{key}", message)


def _numbered(rows: Sequence[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(rows, start=1))


def _check_names(templates: Sequence[Template], lines: Sequence[Placed]) -> Iterator[Finding]:
    owners = dict.fromkeys(OWN_NAMES, "this writer's own")
    rows = [(t.file, f"assumption[{n}]", one.name) for t in templates for n, one in _numbered(t.assumption)]
    for file, key, name in [*rows, *((one.file, one.key, one.line.name) for one in lines)]:
        if not _NAME.match(name) or _LIKE_A_CELL.match(name):
            rule = "use a-z, 0-9 and _, beginning with a letter, not like a cell address"
            yield finding(file, f"{key}.name", f"{name!r} is no name; {rule}")
        elif name in owners:
            yield finding(file, f"{key}.name", f"{name!r} is already {owners[name]}; choose another")
        owners.setdefault(name, f"the name of {file}: {key}")


def _check_unique(templates: Sequence[Template]) -> Iterator[Finding]:
    for kind, key in _UNIQUE:
        seen = set(OWN_SHEETS) if kind == "sheet" else set[str]()
        for template in templates:
            for number, record in _numbered(getattr(template, kind)):
                value = getattr(record, key)
                if value in seen:
                    message = f"{value!r} is taken; choose another"
                    yield finding(template.file, f"{kind}[{number}].{key}", message)
                seen.add(value)


def _unknown(file: str, key: str, name: str, known: set[str], kind: str) -> list[Finding]:
    if name in known:
        return []
    return [
        finding(file, key, f"there is no {kind} {name!r}{did_you_mean(name, known)}; correct it or add it")
    ]


def _ranges(file: str, number: int, one: Assumption) -> list[Finding]:
    where = f"assumption[{number}]"
    found = []
    if not one.low <= one.base <= one.high:
        message = f"low {one.low:g}, base {one.base:g}, high {one.high:g} of {one.name!r} are not in order"
        found.append(finding(file, f"{where}.base", message + "; correct the one that is wrong"))
    found += [
        finding(file, f"{where}.{key}", f"{one.name!r} has an empty {key}; say it")
        for key in ("label", "unit", "source")
        if not getattr(one, key)
    ]
    return found


def _line_mistakes(file: str, key: str, line: Line, words: set[str]) -> list[Finding]:
    found = []
    if bool(line.formula) == bool(line.values):
        message = f"{line.name!r} needs either a formula or values; give one of them"
        found.append(finding(file, f"{key}.formula", message))
    found += [
        finding(file, f"{key}.{name}", f"{line.name!r} has no {name}; say it")
        for name in ("label", "unit")
        if not getattr(line, name)
    ]
    left = PLACEHOLDER.findall(line.name + line.label + line.opening)
    if left := [*left, *(word for word in PLACEHOLDER.findall(line.formula) if word not in words)]:
        rest = f"no parameter of the block that {line.name!r} comes from, and no word of its axis"
        found.append(finding(file, f"{key}.formula", f"{{{left[0]}}} is {rest}; correct it"))
    return found
