"""Stock ``formulas`` as a witness: the workbook evaluated by it alone, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from engine.core.address import a1, quote_sheet
from engine.core.exceptions import WorkbookError
from engine.core.values import ERRORS, Value

_SCRIPT = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import formulas, schedula
from formulas.tokens.operand import XlError
from formulas.ranges import Ranges
import numpy
model = formulas.ExcelModel().loads(sys.argv[1]).finish()
solution = model.calculate()
def plain(item):
    if item is schedula.EMPTY: return None
    if isinstance(item, XlError): return {"error": str(item)}
    if isinstance(item, (bool, numpy.bool_)): return bool(item)
    if isinstance(item, (int, float, numpy.number)): return float(item)
    return str(item)
found = []
for value in solution.values():
    if not isinstance(value, Ranges) or len(value.ranges) != 1: continue
    place = value.ranges[0]
    if "sheet" not in place: continue
    if place.get("r1") != place.get("r2") or place.get("n1") != place.get("n2"): continue
    found.append([place["sheet"], int(place["r1"]), int(place["n1"]), plain(value.value[0, 0])])
json.dump(found, sys.stdout)
"""


def stock_values(path: str | Path) -> dict[str, Value]:
    """Return what stock ``formulas`` computes, by "Sheet!A1" (sheet names in upper case, as it keeps them).

    Raises WorkbookError where formulas can't load or calculate the workbook.
    """
    run = subprocess.run(  # noqa: S603  # this interpreter runs our own script
        [sys.executable, "-c", _SCRIPT, str(path)], capture_output=True, text=True, check=False
    )
    if run.returncode:
        last = run.stderr.strip().splitlines()[-1:] or ["no message"]
        raise WorkbookError(f"stock formulas can't evaluate {Path(path).name}: {last[0]}")
    return {
        f"{quote_sheet(sheet)}!{a1(row, column)}": _value(item)
        for sheet, row, column, item in json.loads(run.stdout)
    }


def _value(item: object) -> Value:
    if isinstance(item, dict):
        return ERRORS.get(str(item["error"]), ERRORS["#VALUE!"])
    return item if item is None or isinstance(item, (str, bool, float)) else float(str(item))
