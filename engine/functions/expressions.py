"""Regular expressions of a formula, stopped where one would run away.

``regex`` reads what ``re`` reads, and takes a limit of time. A formula whose pattern meets it is reported as
not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from engine.core.exceptions import UnsupportedFormula
from engine.core.values import VALUE
from engine.functions.table import Fault

if TYPE_CHECKING:
    import regex  # type: ignore[import-untyped]  # formulas' own dependency; ships no types

SECONDS: Final = 1.0


class Expression:
    """A compiled pattern, every use of which ends within ``SECONDS`` or raises UnsupportedFormula."""

    def __init__(self, pattern: str, mode: float = 0.0) -> None:
        """Compile a pattern, without case where ``mode`` is 1; #VALUE! where it can't be read."""
        import regex  # noqa: PLC0415 -- as slow to import as a small workbook to evaluate; lookups seldom need it

        if int(mode) not in (0, 1):
            raise Fault(VALUE)
        try:
            self._compiled = regex.compile(pattern, regex.IGNORECASE if int(mode) else 0)
        except regex.error:
            raise Fault(VALUE) from None

    def matches(self, text: str) -> bool:
        """Whether a part of a text matches."""
        with _in_time():
            return self._compiled.search(text, timeout=SECONDS) is not None

    def found(self, text: str) -> list[regex.Match[str]]:
        """Return every match in a text."""
        with _in_time():
            return list(self._compiled.finditer(text, timeout=SECONDS))


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise UnsupportedFormula(
            f"a regular expression takes more than {SECONDS:g} s; write it without repeats inside repeats"
        ) from None
