"""What ``--json`` prints: values, and the audit of a workbook."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from engine.analysis.results import ClaimVerdict
from engine.audit import Audit
from engine.core.values import ExcelError
from engine.pipeline import Figure


def jsonable(value: object) -> object:
    """Return a cell's value, or rows of them, for JSON: an Excel error is ``{"error": "#DIV/0!"}``."""
    if isinstance(value, ExcelError):
        return {"error": value.code}
    if isinstance(value, tuple | list):
        return [jsonable(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def to_json(document: object) -> str:
    """Return JSON text, keys in the order given, and never NaN."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def values_json(figures: Iterable[Figure]) -> dict[str, object]:
    """Return what ``tieout calc --json`` prints: each name and its value, its rows, or why it has none."""
    return {
        figure.name: {"not_evaluated": figure.missing} if figure.missing else jsonable(figure.value)
        for figure in figures
    }


def audit_json(audit: Audit) -> dict[str, object]:
    """Return what ``tieout check --json`` prints; rates are fractions."""
    parity = audit.parity
    return {
        "findings": [
            {"rule": found.rule, "severity": found.severity, "cell": found.cell, "message": found.message}
            for found in audit.findings
        ],
        "parity": {
            "formula_cells": parity.formula_cells,
            "compared": parity.compared,
            "matched": parity.matched,
            "match_rate": parity.matched / parity.compared if parity.compared else None,
            "differences": [
                {
                    "cell": row.cell,
                    "formula": row.formula,
                    "stored": jsonable(row.stored),
                    "computed": jsonable(row.computed),
                    "cause": row.cause,
                }
                for row in parity.differences
            ],
            "not_evaluated": [
                {"cell": row.cell, "reason": row.reason, "outputs": list(row.outputs)}
                for row in parity.not_evaluated
            ],
            "excluded": dict(parity.excluded),
            "iterated_circles": parity.circles,
            "converged": parity.converged,
        },
        "checks": [
            {"label": row.label, "cell": row.cell, "value": jsonable(row.value), "passed": row.passes}
            for row in audit.checks
        ],
        "claims": [_claim_json(claim) for claim in audit.claims],
    }


def _claim_json(claim: ClaimVerdict) -> dict[str, object]:
    return {
        "id": claim.id,
        "source": claim.source,
        "statement": claim.statement,
        "unit": claim.unit,
        "stated": [end if math.isfinite(end) else None for end in claim.stated],
        "computed": None if claim.computed is None else list(claim.computed),
        "verdict": claim.verdict,
        "would_hold": {
            row.driver: {
                "value": jsonable(row.value),
                "in_range": row.in_range,
                "low": jsonable(row.low),
                "high": jsonable(row.high),
                "base": jsonable(row.base),
                "result": jsonable(row.result),
            }
            for row in claim.would_hold
        },
        "reason": claim.reason,
    }
