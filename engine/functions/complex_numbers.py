"""Complex numbers as text: COMPLEX and the IM functions.

Source: "Engineering functions (reference)", Excel's documentation; the arithmetic is Python's ``cmath``, and
``waves`` for circular and hyperbolic functions.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Callable
from functools import partial, reduce

from engine.core.values import DIV0, NUM, VALUE, ExcelError, Value
from engine.functions import coerce
from engine.functions.operands import Operand, each_value
from engine.functions.table import Fault, excel
from engine.functions.waves import WAVES, wave

_SIZE = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_FORM = re.compile(rf"(?P<real>[-+]?{_SIZE}(?=[-+]|\Z))?(?P<imaginary>[-+]?(?:{_SIZE})?[ij])?\Z")
Complex = tuple[complex, str]


def read(value: Value) -> Complex:
    """Return a complex number and its suffix ("" for a real one); #NUM! for text of another form."""
    if isinstance(value, bool):
        raise Fault(VALUE)
    if isinstance(value, ExcelError):
        raise Fault(value)
    if not isinstance(value, str):
        return complex(value or 0.0), ""
    match = _FORM.match(value)
    if not match or not value:
        raise Fault(NUM)
    imaginary = match["imaginary"] or ""
    size = imaginary[:-1]
    part = 0.0 if not imaginary else float(size + "1" if size in ("", "+", "-") else size)
    return complex(float(match["real"] or 0.0), part), imaginary[-1:]


def written(number: complex, suffix: str) -> str:
    """Return a complex number as Excel writes it, 15 digits a part."""
    real, imaginary = number.real, number.imag
    if not (math.isfinite(real) and math.isfinite(imaginary)):
        raise Fault(NUM)
    if imaginary == 0:
        return coerce.general(real)
    size = "" if abs(imaginary) == 1 else coerce.general(abs(imaginary))
    sign = "-" if imaginary < 0 else "+" if real else ""
    return (coerce.general(real) if real else "") + sign + size + (suffix or "i")


@excel("COMPLEX", "v v t?", correction="blank cells, and parts beyond 15 digits")
def complex_(real: Value, imaginary: Value, suffix: str = "i") -> str:
    """Return a complex number from its parts."""
    parts = []
    for value in (real, imaginary):
        number = VALUE if isinstance(value, bool) else coerce.number(value)
        if isinstance(number, ExcelError):
            raise Fault(number)
        parts.append(number)
    if suffix not in ("i", "j", ""):
        raise Fault(VALUE)
    return written(complex(*parts), suffix)


@excel("IMREAL", "v")
def imreal(value: Value) -> float:
    """Return the real part."""
    return read(value)[0].real


@excel("IMAGINARY", "v")
def imaginary_(value: Value) -> float:
    """Return the imaginary part."""
    return read(value)[0].imag


@excel("IMABS", "v")
def imabs(value: Value) -> float:
    """Return the distance from 0."""
    return abs(read(value)[0])


@excel("IMARGUMENT", "v", correction="numbers on the axes")
def imargument(value: Value) -> float:
    """Return the angle; #DIV/0! for 0."""
    number = read(value)[0]
    if number == 0:
        raise Fault(DIV0)
    return cmath.phase(number)


@excel("IMPOWER", "v n")
def impower(value: Value, power: float) -> str:
    """Return a power."""
    number, suffix = read(value)
    if number == 0 and power <= 0:
        raise Fault(NUM)
    return written(cmath.rect(abs(number) ** power, cmath.phase(number) * power) if number else 0j, suffix)


def _together(operands: tuple[Operand, ...], mixed: ExcelError = VALUE) -> tuple[list[complex], str]:
    parts = [read(value) for operand in operands for value in each_value(operand)]
    suffixes = {suffix for _, suffix in parts if suffix}
    if len(suffixes) > 1:
        raise Fault(mixed)
    return [number for number, _ in parts], next(iter(suffixes), "i")


@excel("IMSUM", "r*")
def imsum(*operands: Operand) -> str:
    """Return the sum."""
    numbers, suffix = _together(operands)
    return written(sum(numbers), suffix)


@excel("IMPRODUCT", "r*")
def improduct(*operands: Operand) -> str:
    """Return the product."""
    numbers, suffix = _together(operands)
    return written(reduce(lambda a, b: a * b, numbers, 1 + 0j), suffix)


@excel("IMSUB", "v v")
def imsub(first: Value, second: Value) -> str:
    """Return the difference."""
    (a, b), suffix = _together((first, second), NUM)
    return written(a - b, suffix)


@excel("IMDIV", "v v")
def imdiv(first: Value, second: Value) -> str:
    """Return the quotient; #NUM! for a division by 0."""
    (a, b), suffix = _together((first, second), NUM)
    if b == 0:
        raise Fault(NUM)
    return written(a / b, suffix)


_FUNCTIONS: dict[str, Callable[[complex], complex]] = {
    "IMCONJUGATE": lambda z: z.conjugate(),
    "IMSQRT": cmath.sqrt,
    "IMLN": cmath.log,
    "IMLOG10": cmath.log10,
    "IMLOG2": lambda z: cmath.log(z) / math.log(2),
    **{name: partial(wave, name) for name in WAVES},
}


def _enter(name: str, function: Callable[[complex], complex]) -> None:
    @excel(name, "v", correction="15 digits a part, as Excel writes them")
    def of_one(value: Value) -> str:
        """Return a function of one complex number."""
        number, suffix = read(value)
        return written(function(number), suffix)


for _name, _function in _FUNCTIONS.items():
    _enter(_name, _function)
