"""Writes docs/reference/functions.md from the function table: ``python -m engine.functions.document``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from engine.functions import families
from engine.functions.library import ACCEPTED
from engine.functions.table import TABLE

# Evaluated by the engine itself, because they choose what to evaluate or bind names.
SYNTAX = ("CHOOSE", "IF", "IFERROR", "IFNA", "IFS", "ISOMITTED", "LAMBDA", "LET", "SWITCH")

_HEAD = """# Functions

Every Excel function that the engine evaluates. A workbook that calls another one is still evaluated: the
cells that depend on it are listed as not evaluated, with the outputs they reach.

- **ours**: written for this engine.
- **correction**: `formulas` has it too, and answers otherwise; a test shows the smallest formula for each.
  `engine.functions.register.register_corrections()` puts these into `formulas`' own table.
- **formulas**: taken from `formulas` as it is.
- **engine**: part of the formula language, because it chooses what is evaluated or binds names.

How a batch of scenarios computes a call whose arguments vary: by a **kernel** for all scenarios at once, or
called once per **distinct** arguments; where the column is empty, scenario by scenario. What does not vary is
computed once.

This page is generated: `python -m engine.functions.document`.

| function | implementation | what was corrected | batch | tested cases |
| --- | --- | --- | --- | --- |
"""


def page(cases: Mapping[str, int], batched: Mapping[str, str]) -> str:
    """Return the page, with how many tested cases each function has and how a batch computes it."""
    families.load()
    origins = dict.fromkeys(SYNTAX, ("engine", ""))
    origins |= dict.fromkeys(ACCEPTED, ("formulas", ""))
    origins |= {name: (function.origin, function.correction) for name, function in TABLE.items()}
    rows = [
        f"| {name} | {origin} | {correction} | {batched.get(name, '')} | {cases.get(name) or ''} |"
        for name, (origin, correction) in sorted(origins.items())
    ]
    return _HEAD + "\n".join(rows) + "\n"


def main() -> None:
    """Count the cases of the checkout's tests and write the page of its docs."""
    root = Path(__file__).resolve().parents[2]
    sys.path.insert(0, str(root))
    from tests.functions.batched import batched  # noqa: PLC0415  # tests exist in a checkout only
    from tests.functions.test_cases import counts  # noqa: PLC0415  # tests exist in a checkout only

    text = page(counts(), batched())
    (root / "docs" / "reference" / "functions.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
