"""A metric tree: the north star with what it consists of and what moved it, input KPIs, and guardrails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.core.values import Value
from engine.report.figures import counted, headline_format, inside, is_number, text_of
from engine.report.pages.bridge import Step, bridge_chart, bridge_rows
from engine.report.sketch import LABEL, Sketch
from engine.report.specification import Drawn, Line, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell

_WIDTHS = (2.0, 46.0, 17.0, 13.0, 12.0, 2.0, 52.0, 15.0, 11.0, 10.0, 12.0, 11.0)
_RIGHT = 7
_LEFT = 2  # groups of metrics under the tree; the others stand under the guardrails
_HEIGHT = 280


@dataclass(frozen=True, slots=True)
class Group:
    """Metrics under one heading."""

    title: str
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must be at most, or at least, its ``limit``: both are defined names."""

    now: str
    limit: str
    at: Literal["most", "least"]
    label: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """``star`` is the sum of ``parts``, ``change`` over a year that of ``moves``; ``groups`` are the KPIs."""

    star: Line
    parts: tuple[Line, ...] = ()
    change: str = ""
    moves: tuple[Line, ...] = ()
    groups: tuple[Group, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw the bridge of the north star, its tree and KPIs on the left, the guardrails on the right."""
    options: TreeOptions = page.options
    star = view.figure(options.star.name)
    if star is None:
        raise LeftOut(f"the workbook has no figure named {options.star.name}", elsewhere=True)
    guardrails = [_judged(view, rail) for rail in options.guardrails]
    moves = [(line, value) for line in options.moves if (value := view.number(line.name)) is not None]
    finding = _finding(page, view, options, moves, guardrails)
    sketch = Sketch(page.sheet, _WIDTHS)
    sketch.head(view, page, finding)
    top = sketch.row
    sketch.row += _HEIGHT // 20 + 1 if moves and is_number(star) else 0
    tables = sketch.row
    _guardrails(sketch, guardrails)
    for group in options.groups[_LEFT:]:
        _group(sketch, view, group, _RIGHT)
    right, sketch.row = sketch.row, tables
    _tree(sketch, view, options, star, moves)
    sketch.row = max(sketch.row, right)
    if moves and is_number(star):
        _bridge(sketch, options, star, moves, top)
    return (Drawn(sketch.sheet(view.footer), finding),)


def _finding(
    page: Page,
    view: View,
    options: TreeOptions,
    moves: Sequence[tuple[Line, float]],
    guardrails: Sequence[_Judged],
) -> str:
    star, unit = view.figure(options.star.name), options.star.unit
    if not is_number(star):
        return f"{page.title}: {inside(options.star.label)} can't be computed"
    text = f"{page.title}: {inside(options.star.label)} {text_of(star, unit)}"
    change = view.number(options.change) if options.change else None
    if change is not None and moves:
        strongest = max(moves, key=lambda move: move[1] * (1 if change >= 0 else -1))[0]
        verb = "up" if change >= 0 else "down"
        text += f", {verb} {text_of(abs(change), unit)} in a year, most by {inside(strongest.label)}"
    failed = [one.rail.label for one in guardrails if one.passes is False]
    if not guardrails:
        return text
    if failed:
        verb = "fails" if len(failed) == 1 else "fail"
        return f"{text}; {len(failed)} of {counted(len(guardrails), 'guardrail')} {verb}: {', '.join(failed)}"
    return f"{text}; all {counted(len(guardrails), 'guardrail')} pass"


@dataclass(frozen=True, slots=True)
class _Judged:
    rail: Guardrail
    now: Value
    limit: Value
    passes: bool | None


def _judged(view: View, rail: Guardrail) -> _Judged:
    now, limit = view.figure(rail.now), view.figure(rail.limit)
    if not is_number(now) or not is_number(limit):
        return _Judged(rail, now, limit, None)
    return _Judged(rail, now, limit, now <= limit if rail.at == "most" else now >= limit)


def _guardrails(sketch: Sketch, guardrails: Sequence[_Judged]) -> None:
    if not guardrails:
        return
    for offset in range(6):
        sketch.put(sketch.row, _RIGHT + offset, Cell(None if offset else "Guardrails", "heading"))
    sketch.row += 1
    headers = [Cell("Guardrail", "header"), Cell("Unit", "header"), Cell("Now", "header_right")]
    headers += [Cell("Must be", "header_indent"), Cell("Threshold", "header_right")]
    headers.append(Cell("Verdict", "header_center"))
    sketch.table(headers, [_rail_row(one) for one in guardrails], _RIGHT)


def _rail_row(one: _Judged) -> list[Cell]:
    verdict = {True: ("pass", "check_ok"), False: ("FAIL", "check_bad"), None: ("n/a", "row_muted_right")}
    shown = headline_format(one.rail.unit, one.limit)
    return [
        Cell(one.rail.label, "row_label"),
        Cell(one.rail.unit, "row_muted"),
        Cell(one.now, "row", headline_format(one.rail.unit, one.now)),
        Cell(f"at {one.rail.at}", "row_muted_indent"),
        Cell(one.limit, "row_input", shown),
        Cell(*verdict[one.passes]),
    ]


def _tree(
    sketch: Sketch, view: View, options: TreeOptions, star: Value, moves: Sequence[tuple[Line, float]]
) -> None:
    text = "The north star and what stands under it"
    for offset in range(4):
        sketch.put(sketch.row, LABEL + offset, Cell(None if offset else text, "heading"))
    sketch.row += 1
    headers = [Cell("Metric", "header"), Cell("Unit", "header")]
    sketch.table([*headers, Cell("Now", "header_right"), Cell("Share", "header_right")], [])
    parts = [(line, value) for line in options.parts if (value := view.number(line.name)) is not None]
    at = sketch.row
    sketch.rows([_star_row(options.star, star), *(_part_row(line, value, star) for line, value in parts)])
    if parts and is_number(star):
        rest = star - sum(value for _, value in parts)
        formula = f"=D{at}-SUM(D{at + 1}:D{at + len(parts)})"
        sketch.rows([_check_row("Whole less its parts (0)", options.star.unit, rest, formula)])
    change = view.number(options.change) if options.change else None
    if moves and change is not None:
        _moves(sketch, options, change, moves)
    for group in options.groups[:_LEFT]:
        _group(sketch, view, group, LABEL)


def _moves(sketch: Sketch, options: TreeOptions, change: float, moves: Sequence[tuple[Line, float]]) -> None:
    sketch.group("What moved it in a year", 4)
    at = sketch.row
    sketch.rows([_row(line, value) for line, value in moves])
    total = Line(options.change, "Change in a year", options.star.unit)
    sketch.rows([_row(total, change, "row_bold")])
    rest = change - sum(value for _, value in moves)
    formula = f"=D{at + len(moves)}-SUM(D{at}:D{at + len(moves) - 1})"
    sketch.rows([_check_row("Change less its parts (0)", options.star.unit, rest, formula)])


def _group(sketch: Sketch, view: View, group: Group, column: int) -> None:
    rows = [(line, value) for line in group.rows if (value := view.figure(line.name)) is not None]
    if rows:
        sketch.group(group.title, 4 if column == LABEL else 6, column)
        sketch.rows([_row(line, value) for line, value in rows], column)


def _star_row(line: Line, value: Value) -> list[Cell]:
    return [*_row(line, value, "row_bold"), Cell(1.0, "row_muted", "percent")]


def _part_row(line: Line, value: float, star: Value) -> list[Cell]:
    share: Value = value / star if is_number(star) and star else "n/a"
    return [*_row(line, value), Cell(share, "row_muted", "percent1")]


def _check_row(label: str, unit: str, rest: float, formula: str) -> list[Cell]:
    settled = 0.0 if abs(rest) < _SETTLED else rest
    style = "row_good" if not settled else "row_bad"
    rounded = f"=ROUND({formula.removeprefix('=')},6)"
    return [Cell(label, "row_muted"), Cell(unit, "row_muted"), Cell(settled, style, "check", rounded)]


_SETTLED = 5e-7  # of a dollar: what floating point leaves of an exact sum


def _row(line: Line, value: Value, style: str = "row") -> list[Cell]:
    label = Cell(line.label, "row_label" if style == "row" else style)
    return [label, Cell(line.unit, "row_muted"), Cell(value, style, headline_format(line.unit, value))]


def _bridge(
    sketch: Sketch, options: TreeOptions, star: float, moves: Sequence[tuple[Line, float]], top: int
) -> None:
    steps = [Step(line.label, value) for line, value in moves]
    start = star - sum(value for _, value in moves)
    sketch.end_print()
    sketch.row += 1
    sketch.heading("What the bridge draws")
    areas = bridge_rows(sketch, "A year before", start, steps, "Now", options.star.unit)
    title = f"{options.star.label} over a year ({options.star.unit})"
    bottom, sketch.row = sketch.row, top
    sketch.chart(bridge_chart(areas, title, options.star.unit, _HEIGHT))
    sketch.row = bottom
