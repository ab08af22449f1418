"""Answers formulas with stock ``formulas``, as a program of its own: our corrections must not be near.

Reads ``{"formulas": [...], "cells": {...}, "corrected": bool}`` as JSON and writes the answers as JSON: a
number, text, boolean, an error code, or "failed: ..." where formulas raises. With ``corrected`` our
corrections are registered first, and nothing else is changed.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from typing import Any

import numpy as np

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


def _input(name: str, cells: dict[str, Any]) -> Any:
    """Return the cells of "A1:B2" as formulas takes them."""
    import schedula as sh
    from formulas.tokens.operand import Error

    corners = [(ord(column) - 64, int(row)) for column, row in _REFERENCE.findall(name)]
    (left, top), (right, bottom) = corners[0], corners[-1]
    grid = np.empty((bottom - top + 1, right - left + 1), object)
    for r in range(top, bottom + 1):
        for c in range(left, right + 1):
            value = cells.get(f"{chr(64 + c)}{r}", sh.EMPTY)
            if isinstance(value, str) and value in Error.errors:
                value = Error.errors[value]
            grid[r - top, c - left] = value
    return grid


def _plain(answer: Any) -> Any:
    first = np.asarray(answer, object).ravel()
    if not first.size:
        return "failed: nothing"
    value = first[0]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, str):
        return str(value)
    return float(value)


def answer(formula: str, cells: dict[str, Any]) -> Any:
    """Return stock formulas' answer to a formula over cells."""
    import formulas

    try:
        compiled = formulas.Parser().ast(formula)[1].compile()
        return _plain(compiled(*(_input(str(name), cells) for name in compiled.inputs)))
    except Exception as error:  # noqa: BLE001  # whatever formulas raises is its answer
        return f"failed: {type(error).__name__}"


def main() -> None:
    """Answer the formulas on standard input."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    if asked["corrected"]:
        from engine.functions.register import register_corrections

        register_corrections()
    json.dump([answer(formula, asked["cells"]) for formula in asked["formulas"]], sys.stdout)


if __name__ == "__main__":
    main()
