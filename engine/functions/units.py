"""Units of measurement: CONVERT. Source: "CONVERT function", Excel's documentation.

Factors follow from the units' legal definitions: the inch is 0.0254 m, the avoirdupois pound 453.59237 g,
standard gravity 9.80665 m/s², the US gallon 231 cubic inches, the statute mile of surveys 6,336/3.937 m.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from engine.core.values import NA
from engine.functions.table import Fault, excel

_INCH, _FOOT, _YARD, _MILE, _SEA_MILE = 0.0254, 0.3048, 0.9144, 1609.344, 1852.0
_POINT = _INCH / 72
_SURVEY_MILE = 6_336_000 / 3937
_LIGHT_YEAR, _PARSEC, _ANGSTROM = 9_460_730_472_580_800.0, 3.08567758128155e16, 1e-10
_POUND, _GRAVITY = 453.59237, 9.80665
_FORCE_POUND = _POUND / 1000 * _GRAVITY
_HORSEPOWER = 550 * _FOOT * _FORCE_POUND
_GALLON, _IMPERIAL_GALLON = 231 * _INCH**3, 0.00454609
_LENGTHS = {
    "m": 1.0, "mi": _MILE, "Nmi": _SEA_MILE, "in": _INCH, "ft": _FOOT, "yd": _YARD, "ang": _ANGSTROM,
    "ly": _LIGHT_YEAR, "Pica": _POINT, "Picapt": _POINT,
}  # fmt: skip


def _powers(power: int) -> dict[str, float]:
    """Return the units of area or volume that are a length's power, in both spellings."""
    return {f"{n}{hat}{power}": factor**power for n, factor in _LENGTHS.items() for hat in ("", "^")}


# By quantity: each unit in terms of one of them.
_UNITS: Final[dict[str, dict[str, float]]] = {
    "mass": {
        "g": 1.0, "sg": _FORCE_POUND / _FOOT * 1000, "lbm": _POUND, "u": 1.660538782e-24,
        "ozm": _POUND / 16, "grain": _POUND / 7000, "cwt": 100 * _POUND, "shweight": 100 * _POUND,
        "uk_cwt": 112 * _POUND, "lcwt": 112 * _POUND, "hweight": 112 * _POUND, "stone": 14 * _POUND,
        "ton": 2000 * _POUND, "uk_ton": 2240 * _POUND, "LTON": 2240 * _POUND, "brton": 2240 * _POUND,
    },
    "distance": {
        **_LENGTHS, "ell": 1.143, "parsec": _PARSEC, "pc": _PARSEC, "pica": _INCH / 6,
        "survey_mi": _SURVEY_MILE,
    },
    "time": {
        "yr": 31_557_600.0, "day": 86_400.0, "d": 86_400.0, "hr": 3600.0, "mn": 60.0, "min": 60.0,
        "sec": 1.0, "s": 1.0,
    },
    "pressure": {
        "Pa": 1.0, "p": 1.0, "atm": 101_325.0, "at": 101_325.0, "mmHg": 133.322, "Torr": 101_325 / 760,
        "psi": _FORCE_POUND / _INCH**2,
    },
    "force": {"N": 1.0, "dyn": 1e-5, "dy": 1e-5, "lbf": _FORCE_POUND, "pond": _GRAVITY / 1000},
    "energy": {
        "J": 1.0, "e": 1e-7, "c": 4.184, "cal": 4.1868, "eV": 1.602176487e-19, "ev": 1.602176487e-19,
        "HPh": 3600 * _HORSEPOWER, "hh": 3600 * _HORSEPOWER, "Wh": 3600.0, "wh": 3600.0,
        "flb": _FOOT * _FORCE_POUND, "BTU": 1055.05585262, "btu": 1055.05585262,
    },
    "power": {"W": 1.0, "w": 1.0, "HP": _HORSEPOWER, "h": _HORSEPOWER, "PS": 75 * _GRAVITY},
    "magnetism": {"T": 1.0, "ga": 1e-4},
    "temperature": dict.fromkeys(("C", "cel", "F", "fah", "K", "kel", "Rank", "Reau"), 1.0),
    "volume": {
        **_powers(3), "tsp": _GALLON / 768, "tspm": 5e-6, "tbs": _GALLON / 256, "oz": _GALLON / 128,
        "cup": _GALLON / 16, "pt": _GALLON / 8, "us_pt": _GALLON / 8, "uk_pt": _IMPERIAL_GALLON / 8,
        "qt": _GALLON / 4, "uk_qt": _IMPERIAL_GALLON / 4, "gal": _GALLON, "uk_gal": _IMPERIAL_GALLON,
        "l": 1e-3, "L": 1e-3, "lt": 1e-3, "barrel": 42 * _GALLON, "bushel": 2150.42 * _INCH**3,
        "GRT": 100 * _FOOT**3, "regton": 100 * _FOOT**3, "MTON": 40 * _FOOT**3,
    },
    "area": {
        **_powers(2), "uk_acre": 4840 * _YARD**2, "us_acre": _SURVEY_MILE**2 / 640, "ar": 100.0,
        "ha": 10_000.0, "Morgen": 2500.0,
    },
    "information": {"bit": 1.0, "byte": 8.0},
    "speed": {
        "m/s": 1.0, "m/sec": 1.0, "m/h": 1 / 3600, "m/hr": 1 / 3600, "mph": _MILE / 3600,
        "kn": _SEA_MILE / 3600, "admkn": 6080 * _FOOT / 3600,
    },
}  # fmt: skip
_TAKING_PREFIXES = (
    "g u m mph uk_pt ang ly parsec pc sec s Pa p atm at mmHg N dyn dy J e c cal eV ev Wh wh W w T ga K kel "
    "l L lt ang3 ang^3 m3 m^3 ang2 ang^2 m2 m^2 ar bit byte m/s m/sec m/h m/hr"
)
_METRIC: Final = frozenset(_TAKING_PREFIXES.split())
_PREFIXES: Final = {
    "Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "e": 1e1,
    "da": 1e1, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18,
    "z": 1e-21, "y": 1e-24,
}  # fmt: skip
_BINARY: Final = {f"{letter}i": 1024.0**power for power, letter in enumerate("kMGTPEZY", start=1)}
# A degree of each scale in kelvins, and the scale's zero in its own degrees above absolute zero.
_SCALES: Final = {
    "C": (1.0, 273.15), "cel": (1.0, 273.15), "F": (5 / 9, 459.67), "fah": (5 / 9, 459.67),
    "Rank": (5 / 9, 0.0), "Reau": (5 / 4, 273.15 * 4 / 5),
}  # fmt: skip


@cache
def _readings(text: str) -> dict[str, tuple[float, str]]:
    """Return the quantities that a unit may be of ("pc" is a parsec and a picocalorie): factor and bare name.

    A factor includes the prefix; a unit without one comes first.
    """
    found = {quantity: (units[text], text) for quantity, units in _UNITS.items() if text in units}
    for prefix, name in ((text[:length], text[length:]) for length in (1, 2)):
        for quantity, units in _UNITS.items():
            known = _PREFIXES | _BINARY if quantity == "information" else _PREFIXES
            if name in _METRIC and name in units and prefix in known:
                scale = known[prefix] ** {"2": 2, "3": 3}.get(name[-1], 1)
                found.setdefault(quantity, (units[name] * scale, name))
    return found


@excel("CONVERT", "s t t", correction="binary prefixes: kibyte, Mibit")
def convert(number: float, source: str, target: str) -> float:
    """Return a number of one unit in another of the same quantity; #N/A where there is no such unit."""
    given, wanted = _readings(source), _readings(target)
    quantity = next((q for q in given if q in wanted), None)
    if quantity is None:
        raise Fault(NA)
    (factor, name), (divisor, other) = given[quantity], wanted[quantity]
    if quantity != "temperature" or name == other:
        return number * (factor / divisor)
    degree, zero = _SCALES.get(name, (1.0, 0.0))
    other_degree, other_zero = _SCALES.get(other, (1.0, 0.0))
    return ((number * factor + zero) * degree / other_degree - other_zero) / divisor
