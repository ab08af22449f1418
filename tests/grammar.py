"""Formulas written at random from a grammar, a rule for each kind of value, over the cells of one sheet."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

# Numbers in A, texts in B, dates in C, conditions in D, a sorted column E and what stands beside it in F.
CELLS: dict[str, float | str | bool] = {
    **{f"A{n}": v for n, v in enumerate([3.25, -1.5, 0.0, 12.0, 7.75, 100.0, -40.0, 0.5], 1)},
    **{f"B{n}": v for n, v in enumerate(["north", "South", "east", "West", "north", "Ab-Cd", "x", "ten"], 1)},
    **{f"C{n}": v for n, v in enumerate([44927.0, 45291.0, 45350.0, 45657.0, 45688.0, 45747.0], 1)},
    **{f"D{n}": v for n, v in enumerate([True, False, True, False], 1)},
    **{f"E{n}": float(n * n) for n in range(1, 9)},
    **{f"F{n}": float(10 * n + n % 3) for n in range(1, 9)},
}

Rule = Callable[["Grammar"], str]


class Grammar:
    """Writes formulas of at most so many levels; ``plain`` leaves out what stock ``formulas`` gets wrong."""

    def __init__(self, seed: int, levels: int = 3, *, plain: bool = False) -> None:
        self.chance = Random(seed)  # for tests, not for secrets
        self.levels = levels
        self.plain = plain

    def formula(self) -> str:
        """Return a formula with its equals sign."""
        kind = self.chance.choice([self.number, self.number, self.number, self.text, self.condition])
        return "=" + kind()

    def number(self) -> str:
        """Return a formula of a number."""
        return self._written(_PLAIN_NUMBERS if self.plain else _NUMBERS, self._a_number)

    def text(self) -> str:
        """Return a formula of a text."""
        return self._written(_TEXTS, self._a_text)

    def condition(self) -> str:
        """Return a formula of TRUE or FALSE."""
        return self._written(_CONDITIONS, lambda: self._one("D", 4))

    def whole(self, low: int, high: int) -> str:
        """Return a whole number as it is typed."""
        return str(self.chance.randint(low, high))

    def date(self) -> str:
        """Return the cell of a date."""
        return self._one("C", 6)

    def span(self, column: str, last: int = 8) -> str:
        """Return a range of several cells of a column."""
        first = self.chance.randint(1, last - 1)
        return f"{column}{first}:{column}{self.chance.randint(first + 1, last)}"

    def _a_number(self) -> str:
        return self.chance.choice(
            [self._one("A", 8), self._one("E", 8), str(self.chance.randint(-20, 40) / 4)]
        )

    def _a_text(self) -> str:
        return self.chance.choice([self._one("B", 8), '"Total"', '"a b"', '""'])

    def _one(self, column: str, last: int) -> str:
        fixed = self.chance.choice(["", "$"])
        return f"{fixed}{column}{fixed}{self.chance.randint(1, last)}"

    def _written(self, rules: list[Rule], leaf: Callable[[], str]) -> str:
        if self.levels == 0 or self.chance.random() < 0.2:
            return leaf()
        self.levels -= 1
        try:
            return self.chance.choice(rules)(self)
        finally:
            self.levels += 1


def _operator(signs: str) -> Rule:
    return lambda g: f"({g.number()}{g.chance.choice(signs)}{g.number()})"


_PLAIN_NUMBERS: list[Rule] = [
    _operator("+-*/"),
    _operator("+-"),
    lambda g: f"(-{g.number()})",
    lambda g: f"ABS({g.number()})",
    lambda g: f"INT({g.number()})",
    lambda g: f"SIGN({g.number()})",
    lambda g: f"SQRT(ABS({g.number()}))",
    lambda g: f"IF({g.condition()},{g.number()},{g.number()})",
    lambda g: f"IFERROR({g.number()},{g.number()})",
    lambda g: f"SUM({g.span('A')},{g.number()})",
    lambda g: f"MAX({g.number()},{g.number()})",
    lambda g: f"MIN({g.span('F')})",
    lambda g: f"AVERAGE({g.span('E')})",
    lambda g: f"LEN({g.text()})",
    lambda g: f"INDEX(A1:F8,{g.whole(1, 8)},{g.whole(5, 6)})",
    lambda g: f"MATCH({g.whole(1, 60)},E1:E8,1)",
    lambda g: f"VLOOKUP({g.whole(1, 60)},E1:F8,2,TRUE)",
    lambda g: f"YEAR({g.date()})",
    lambda g: f"MONTH({g.date()})",
]
_NUMBERS: list[Rule] = [
    *_PLAIN_NUMBERS,
    lambda g: f"({g.number()}^{g.whole(2, 4)})",
    lambda g: f"{g.number()}%",
    lambda g: f"ROUND({g.number()},{g.whole(-1, 3)})",
    lambda g: f"ROUNDUP({g.number()},{g.whole(-1, 3)})",
    lambda g: f"ROUNDDOWN({g.number()},{g.whole(-1, 3)})",
    lambda g: f"MOD({g.number()},{g.whole(2, 9)})",
    lambda g: f"TRUNC({g.number()})",
    lambda g: f"EXP({g.number()}/50)",
    lambda g: f"LN(1+ABS({g.number()}))",
    lambda g: f"SUMPRODUCT(A1:A8,F1:F8*(E1:E8>{g.whole(0, 60)}))",
    lambda g: f"SUMPRODUCT(--(B1:B8={g.text()}),F1:F8)",
    lambda g: f'SUMIF(E1:E8,">{g.whole(0, 60)}",F1:F8)',
    lambda g: f'SUMIFS(F1:F8,B1:B8,{g.text()},E1:E8,"<{g.whole(0, 70)}")',
    lambda g: f'COUNTIF(B1:B8,"{g.chance.choice(["n*", "?ast", "*t*", "south"])}")',
    lambda g: f"COUNTIFS(D1:D4,{g.chance.choice(['TRUE', 'FALSE'])})",
    lambda g: f'AVERAGEIF(A1:A8,">{g.whole(-9, 9)}")',
    lambda g: f"MEDIAN({g.span('A')},{g.number()})",
    lambda g: f"LARGE(A1:A8,{g.whole(1, 8)})",
    lambda g: f"RANK({g._one('A', 8)},A1:A8)",
    lambda g: f"STDEV({g.span('F')})",
    lambda g: f"PERCENTILE(F1:F8,{g.whole(0, 4)}/4)",
    lambda g: f"COUNT({g.span('A')},{g.span('B')})",
    lambda g: f"COUNTA(A1:D{g.whole(1, 12)})",
    lambda g: f"CHOOSE({g.whole(1, 3)},{g.number()},{g.number()},{g.number()})",
    lambda g: f"SUM(A1:INDEX(A1:A8,{g.whole(1, 8)}))",
    lambda g: f"SUM(OFFSET(E1,{g.whole(0, 3)},0,{g.whole(1, 4)},2))",
    lambda g: f'INDIRECT("E"&{g.whole(1, 8)})',
    lambda g: f"HLOOKUP({g._one('E', 1)},E1:F8,{g.whole(1, 8)},FALSE)",
    lambda g: f"LOOKUP({g.whole(1, 60)},E1:E8,F1:F8)",
    lambda g: f"PMT({g.whole(1, 12)}%/12,{g.whole(12, 360)},{g.number()})",
    lambda g: f"NPV({g.whole(1, 20)}%,{g.span('A')})",
    lambda g: f"FV({g.whole(1, 12)}%,{g.whole(1, 30)},{g.number()},{g.number()})",
    lambda g: f"PV({g.whole(1, 12)}%,{g.whole(1, 30)},{g.number()})",
    lambda g: f"IPMT({g.whole(1, 9)}%/12,{g.whole(1, 12)},24,{g.number()})",
    lambda g: f"NPER({g.whole(1, 9)}%,-50,{g.whole(100, 400)})",
    lambda g: f"SLN({g.whole(900, 1000)},{g.whole(0, 90)},{g.whole(2, 9)})",
    lambda g: f"DDB({g.whole(900, 1000)},{g.whole(10, 90)},9,{g.whole(1, 9)})",
    lambda g: f"EDATE({g.date()},{g.whole(-13, 13)})",
    lambda g: f"EOMONTH({g.date()},{g.whole(-13, 13)})",
    lambda g: f"DATE(YEAR({g.date()})+{g.whole(0, 3)},{g.whole(-2, 15)},{g.whole(-3, 35)})",
    lambda g: f"WEEKDAY({g.date()},{g.whole(1, 3)})",
    lambda g: f"NETWORKDAYS({g.date()},{g.date()})",
    lambda g: f"DAYS360({g.date()},{g.date()})",
    lambda g: f"YEARFRAC({g.date()},{g.date()},{g.whole(0, 4)})",
    lambda g: f'FIND("t",{g.text()})',
    lambda g: f'SEARCH("T",{g.text()})',
    lambda g: f'VALUE(TEXT({g.number()},"0.00"))',
]
_TEXTS: list[Rule] = [
    lambda g: f"({g.text()}&{g.text()})",
    lambda g: f"LEFT({g.text()},{g.whole(0, 4)})",
    lambda g: f"RIGHT({g.text()},{g.whole(0, 4)})",
    lambda g: f"MID({g.text()},{g.whole(1, 3)},{g.whole(0, 4)})",
    lambda g: f"UPPER({g.text()})",
    lambda g: f"LOWER({g.text()})",
    lambda g: f"IF({g.condition()},{g.text()},{g.text()})",
]
_CONDITIONS: list[Rule] = [
    lambda g: f"({g.number()}{g.chance.choice(['>', '<', '>=', '<='])}{g.number()})",
    lambda g: f"({g.text()}={g.text()})",
    lambda g: f"AND({g.condition()},{g.condition()})",
    lambda g: f"OR({g.condition()},{g.condition()})",
    lambda g: f"NOT({g.condition()})",
    lambda g: f"ISNUMBER({g.number()})",
]
