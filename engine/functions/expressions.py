"""Regular expressions of a formula, refused where they could take longer than anyone waits."""

from __future__ import annotations

import re

from engine.core.values import VALUE
from engine.functions.table import Fault


def expression(pattern: str, mode: float = 0.0) -> re.Pattern[str]:
    """Return a compiled pattern, without case where ``mode`` is 1; #VALUE! where it can't be read."""
    if int(mode) not in (0, 1):
        raise Fault(VALUE)
    try:
        return re.compile(pattern, re.IGNORECASE if int(mode) else 0)
    except re.error:
        raise Fault(VALUE) from None
