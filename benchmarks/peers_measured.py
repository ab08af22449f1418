"""One measurement of another engine for ``benchmarks/batch.py``, with the interpreter that has it installed.

Reads a line of JSON: engine, file, inputs and outputs as [sheet, row, column], scenarios as rows of values.
Prints a line of JSON: seconds for each scenario (median) and the outputs. Loading is outside the timed part.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

Cell = tuple[str, int, int]
Evaluate = Callable[[Sequence[float]], list[Any]]


def of_formulas(path: str, inputs: list[Cell], outputs: list[Cell]) -> Evaluate:
    """``formulas``: its compiled function."""
    import os  # noqa: PLC0415 -- each engine imports what it needs

    import formulas  # noqa: PLC0415 -- as above

    book = os.path.basename(path)  # noqa: PTH119 -- formulas names workbooks by it
    loaded = formulas.ExcelModel().loads(path).finish()

    def named(cell: Cell) -> str:
        return f"'[{book}]{cell[0].upper()}'!{chr(64 + cell[2])}{cell[1]}"

    function = loaded.compile([named(c) for c in inputs], [named(c) for c in outputs])
    return lambda values: [float(found.value[0, 0]) for found in function(*values)]


def of_formualizer(path: str, inputs: list[Cell], outputs: list[Cell]) -> Evaluate:
    """``formualizer``: set the inputs, evaluate the outputs on demand."""
    import formualizer  # noqa: PLC0415 -- each engine imports what it needs

    book = formualizer.load_workbook(path)

    def evaluate(values: Sequence[float]) -> list[Any]:
        for cell, value in zip(inputs, values, strict=True):
            book.set_value(*cell, value)
        return [book.evaluate_cell(*cell) for cell in outputs]

    return evaluate


def of_ironcalc(path: str, inputs: list[Cell], outputs: list[Cell]) -> Evaluate:
    """``ironcalc``: set the inputs, evaluate the workbook."""
    import ironcalc  # noqa: PLC0415 -- each engine imports what it needs

    book = ironcalc.load_from_xlsx(path, "en", "UTC", "en")
    sheets = {sheet["name"]: number for number, sheet in enumerate(book.get_worksheets_properties())}

    def evaluate(values: Sequence[float]) -> list[Any]:
        for (sheet, row, column), value in zip(inputs, values, strict=True):
            book.update_cell_with_number(sheets[sheet], row, column, value)
        book.evaluate()
        return [book.get_cell_value(sheets[sheet], row, column) for sheet, row, column in outputs]

    return evaluate


def main() -> None:
    """Measure one engine."""
    asked = json.loads(sys.stdin.readline())
    inputs, outputs = ([tuple(cell) for cell in asked[kind]] for kind in ("inputs", "outputs"))
    engines = {"formulas": of_formulas, "formualizer": of_formualizer, "ironcalc": of_ironcalc}
    evaluate = engines[asked["engine"]](asked["file"], inputs, outputs)
    evaluate(asked["scenarios"][0])
    taken, found = [], []
    for values in asked["scenarios"]:
        began = time.perf_counter()
        found.append(evaluate(values))
        taken.append(time.perf_counter() - began)
    print(json.dumps([statistics.median(taken), found]))


if __name__ == "__main__":
    main()
