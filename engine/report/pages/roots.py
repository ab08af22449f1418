"""Break-even and crossover: every point in range, its distance from base, and the model's proof there."""

from __future__ import annotations

from engine.analysis.results import BreakEven, Crossover, Root
from engine.core.values import Value
from engine.report.figures import column_format, headed, inside, is_number, kind_of, stated, text_of
from engine.report.pages.curves import CURVE_WIDTHS, Column, Curve, draw_curve, thinned
from engine.report.pages.several import sheet_names
from engine.report.sketch import Sketch
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Cell

_KINDS = {"root": "met", "jump": "jumped over"}


def draw(page: Page, view: View, _: Surroundings) -> tuple[Drawn, ...]:
    """Draw one sheet per break-even, then one per crossover."""
    results = view.material.results
    asked: tuple[BreakEven | Crossover, ...] = (*results.break_evens, *results.crossovers)
    if not asked:
        raise LeftOut("the workbook asks for no break-even or crossover (table Analyses)")
    names = sheet_names(page.sheet, [one.id for one in asked], ("crossover",))
    return tuple(_draw(page, view, name, one) for name, one in zip(names, asked, strict=True))


def _draw(page: Page, view: View, name: str, one: BreakEven | Crossover) -> Drawn:
    sketch = Sketch(name, CURVE_WIDTHS)
    finding = break_even_finding(one) if isinstance(one, BreakEven) else crossover_finding(one)
    sketch.head(view, page, finding, one.title)
    sketch.heading("Every point in range")
    sketch.table(_headers(one), [_row(one, number, root) for number, root in enumerate(one.roots, 1)])
    if not one.roots:
        sketch.note("None.")
    sketch.note(_note(one))
    sketch.row += 1
    if isinstance(one, BreakEven):
        curve, title = _break_even(one), f"{one.output_label} by {inside(one.label)}"
    else:
        curve, title = _crossover(one), f"{one.label_a} and {inside(one.label_b)} by {inside(one.label)}"
    draw_curve(sketch, curve, [one.title or title], 260)
    return Drawn(sketch.sheet(view.footer), finding)


def break_even_finding(one: BreakEven) -> str:
    """Return where an output meets its target, and how far from base that is."""
    target = text_of(one.target, one.output_unit)
    if not one.roots:
        return f"{one.output_label} does not reach {target} for any {inside(one.label)} in range"
    places = " and ".join(_driver_at(one, root.value) for root in one.roots[:3])
    distance = one.roots[0].distance
    apart = ""
    if len(one.roots) == 1 and distance is not None and is_number(one.base):
        word = "above" if distance > 0 else "below"
        apart = f", {text_of(abs(distance), one.unit)} {word} base" if abs(distance) > 0 else ", at base"
    return f"{one.output_label} reaches {target} at {places}{apart}"


def crossover_finding(one: Crossover) -> str:
    """Return the sentence about a crossover: where two outputs are equal."""
    if not one.roots:
        return f"{one.label_a} and {inside(one.label_b)} do not meet for any {inside(one.label)} in range"
    places = " and ".join(_driver_at(one, root.value) for root in one.roots[:3])
    return f"{one.label_a} and {inside(one.label_b)} are equal at {places}"


def _driver_at(one: BreakEven | Crossover, value: float) -> str:
    counts = kind_of(one.unit) == "number" and bool(one.unit)
    return text_of(value, one.unit, with_unit=True) if counts else stated(inside(one.label), value, one.unit)


def _headers(one: BreakEven | Crossover) -> list[Cell]:
    proof = f"Proof: {one.output_label}" if isinstance(one, BreakEven) else "Proof: first less second"
    wide = [headed(one.label, one.unit), "Met or jumped over"]
    rest = ["Value", "Base", "From base", "From base, %", headed(proof, one.output_unit)]
    return [Cell(wide[0], "header"), Cell(wide[1], "header"), *(Cell(text, "header_right") for text in rest)]


def _row(one: BreakEven | Crossover, number: int, root: Root) -> list[Cell]:
    shown = column_format(one.unit, (root.value, one.base))
    share: Value = None
    if root.distance is not None and is_number(one.base) and one.base:
        share = root.distance / abs(one.base)
    proof = column_format(one.output_unit, (root.proof,))
    return [
        Cell(f"Point {number}", "row"),
        Cell(_KINDS[root.kind], "row_muted"),
        Cell(root.value, "row_bold", shown),
        Cell(one.base, "row", shown),
        Cell(root.distance, "row", shown),
        Cell(share, "row", "percent1"),
        Cell(root.proof, "row", proof),
    ]


def _note(one: BreakEven | Crossover) -> str:
    asked = f" Asked for in {one.cell}." if one.cell else ""
    jump = (
        " A jump is a step across the target that never takes it."
        if any(r.kind == "jump" for r in one.roots)
        else ""
    )
    return f"The proof is the model evaluated again at that point. Driver {one.driver}.{jump}{asked}"


def _break_even(one: BreakEven) -> Curve:
    xs, ys = one.curve
    places = thinned(len(xs))
    points: list[tuple[float, Value, Value]] = [(xs[n], ys[n], None) for n in places]
    points += [(root.value, root.proof, root.proof) for root in one.roots]
    points.sort(key=lambda point: point[0])
    target = tuple(one.target for _ in points)
    columns = (
        Column(one.output_label, one.output_unit, tuple(point[1] for point in points)),
        Column("Target", one.output_unit, target, "target"),
        Column("Break-even", one.output_unit, tuple(point[2] for point in points), "mark"),
    )
    return _curve(one, points, columns)


def _crossover(one: Crossover) -> Curve:
    places = thinned(len(one.curve_x))
    columns = (
        Column(one.label_a, one.output_unit, tuple(one.curve_a[n] for n in places)),
        Column(one.label_b, one.output_unit, tuple(one.curve_b[n] for n in places)),
    )
    driver = Column(one.label, one.unit, tuple(one.curve_x[n] for n in places))
    return Curve(driver, columns, one.spacing == "log", marks=tuple(root.value for root in one.roots))


def _curve(one: BreakEven, points: list[tuple[float, Value, Value]], columns: tuple[Column, ...]) -> Curve:
    driver = Column(one.label, one.unit, tuple(point[0] for point in points))
    bold = frozenset(n for n, point in enumerate(points) if point[2] is not None)
    return Curve(driver, columns, one.spacing == "log", bold)
