"""The function table: a row per Excel function, its parameters, where it comes from and what it is.

A signature is one letter per parameter, ``?`` for optional and ``*`` for repeating (the last ones repeat
together, as pairs do in SUMIFS):

====  =================================================================================
n     a number: text, blanks and booleans are converted as arithmetic does
s     a number, but a boolean is #VALUE! (functions that came from the Analysis ToolPak)
m     a number, or None where the argument is left empty
t     text     (numbers become General text)
b     a condition
v     any plain value; an error is the result of the call
w     as ``v``, but what Excel makes of a blank cell is not known (a weekend)
e     any plain value, errors too (ISERROR)
r     a range, array or value as it stands, errors too (SUM)
a     as ``r``, and what it computes is computed for whole arrays (SUMPRODUCT)
====  =================================================================================

``n s m t b v w e`` parameters are lifted: given an array, the function answers an array. A row's ``cases``
are formulas with Excel's answer; a row without one fails the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from engine.core.values import ExcelError

Origin = Literal["ours", "correction", "formulas"]
LIFTED: Final = frozenset("nsmtbvwe")
Call = TypeVar("Call", bound=Callable[..., Any])


class Fault(Exception):
    """Raised inside a function to answer an Excel error."""

    def __init__(self, error: ExcelError) -> None:
        super().__init__(error.code)
        self.error = error


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its kind (see the module), and whether it may be left out."""

    kind: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One Excel function.

    ``call`` takes the arguments in order (``here`` first if ``located``: the cell that asks) and returns a
    value, an Array or a Reference, or raises Fault. ``repeats`` is how many of the last parameters repeat.
    ``correction`` says in a phrase what formulas' own function does wrong.
    """

    name: str
    call: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    repeats: int = 0
    origin: Origin = "ours"
    volatile: bool = False
    located: bool = False
    returns_reference: bool = False
    correction: str = ""

    def parameter(self, index: int) -> Parameter | None:
        """Return the parameter of an argument by position, or None where there is none."""
        if index < len(self.parameters):
            return self.parameters[index]
        if not self.repeats:
            return None
        return self.parameters[
            len(self.parameters) - self.repeats + (index - len(self.parameters)) % self.repeats
        ]

    @property
    def least(self) -> int:
        """The number of arguments a call must have."""
        return sum(not parameter.optional for parameter in self.parameters)

    def accepts(self, count: int) -> bool:
        """Whether a call may have that many arguments."""
        extra = count - len(self.parameters)
        return count >= self.least and (extra <= 0 or (self.repeats > 0 and extra % self.repeats == 0))


# Functions that came with the Analysis ToolPak: a range of several cells in place of a value is #VALUE!.
TOOLPAK: Final = frozenset((
    "AMORDEGRC", "AMORLINC", "COUPDAYBS", "COUPDAYS", "COUPDAYSNC", "COUPNCD", "COUPNUM", "COUPPCD", "DISC",
    "DOLLARDE", "DOLLARFR", "DURATION", "INTRATE", "MDURATION", "ODDFPRICE", "ODDFYIELD", "ODDLPRICE",
    "ODDLYIELD", "PRICE", "PRICEDISC", "PRICEMAT", "RECEIVED", "TBILLEQ", "TBILLPRICE", "TBILLYIELD",
    "YIELD", "YIELDDISC", "YIELDMAT",
    "BESSELI", "BESSELJ", "BESSELK", "BESSELY", "BIN2DEC", "BIN2HEX", "BIN2OCT", "COMPLEX",
    "CONVERT", "CUMIPMT", "CUMPRINC", "DEC2BIN", "DEC2HEX", "DEC2OCT", "DELTA", "EDATE", "EFFECT",
    "EOMONTH", "ERF", "ERF.PRECISE", "ERFC", "ERFC.PRECISE", "FACTDOUBLE", "GESTEP", "HEX2BIN",
    "HEX2DEC", "HEX2OCT", "IMABS", "IMAGINARY", "IMARGUMENT", "IMCONJUGATE", "IMCOS", "IMCOSH",
    "IMCOT", "IMCSC", "IMCSCH", "IMDIV", "IMEXP", "IMLN", "IMLOG10", "IMLOG2", "IMPOWER", "IMREAL",
    "IMSEC", "IMSECH", "IMSIN", "IMSINH", "IMSQRT", "IMSUB", "IMTAN", "ISEVEN", "ISODD", "MROUND",
    "NETWORKDAYS", "NOMINAL", "OCT2BIN", "OCT2DEC", "OCT2HEX", "QUOTIENT", "RANDBETWEEN",
    "SERIESSUM", "SQRTPI", "WEEKNUM", "WORKDAY", "XIRR", "XNPV", "YEARFRAC",
))  # fmt: skip

TABLE: Final[dict[str, Function]] = {}


def signature(text: str) -> tuple[tuple[Parameter, ...], int]:
    """Read "n n? v*" into parameters and how many of the last repeat."""
    words = text.split()
    parameters = tuple(Parameter(word[0], optional="?" in word) for word in words)
    return parameters, sum("*" in word for word in words)


def excel(
    names: str,
    parameters: str = "",
    *,
    volatile: bool = False,
    located: bool = False,
    returns_reference: bool = False,
    correction: str = "",
) -> Callable[[Call], Call]:
    """Enter a Python function into the table under one or more Excel names (separated by spaces)."""
    kinds, repeats = signature(parameters)

    def enter(call: Call) -> Call:
        for name in names.split():
            origin: Origin = "correction" if correction else "ours"
            TABLE[name] = Function(
                name, call, kinds, repeats, origin, volatile, located, returns_reference, correction
            )
        return call

    return enter
