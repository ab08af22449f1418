"""What a cell can hold: a number, text, a boolean, blank (None) or an Excel error."""

from __future__ import annotations

from typing import Final, final


@final
class ExcelError:
    """An Excel error as a value, such as ``#DIV/0!``: one object per code, compared by identity.

    It is a result of the model, never a failure of the engine (those are exceptions, see ``exceptions``).
    """

    __slots__ = ("code",)
    _known: Final[dict[str, ExcelError]] = {}
    code: str

    def __new__(cls, code: str) -> ExcelError:
        """Return the one object of the code."""
        known = cls._known.get(code)
        if known is None:
            known = object.__new__(cls)
            known.code = code
            cls._known[code] = known
        return known

    def __reduce__(self) -> tuple[type[ExcelError], tuple[str]]:
        return ExcelError, (self.code,)

    def __repr__(self) -> str:
        return self.code

    __str__ = __repr__


NULL: Final = ExcelError("#NULL!")
DIV0: Final = ExcelError("#DIV/0!")
VALUE: Final = ExcelError("#VALUE!")
REF: Final = ExcelError("#REF!")
NAME: Final = ExcelError("#NAME?")
NUM: Final = ExcelError("#NUM!")
NA: Final = ExcelError("#N/A")
SPILL: Final = ExcelError("#SPILL!")
CALC: Final = ExcelError("#CALC!")
FIELD: Final = ExcelError("#FIELD!")
GETTING_DATA: Final = ExcelError("#GETTING_DATA")

ERRORS: Final = {
    error.code: error for error in (NULL, DIV0, VALUE, REF, NAME, NUM, NA, SPILL, CALC, GETTING_DATA)
}

Value = float | str | bool | None | ExcelError
