"""Number format codes read into sections of tokens.

Source: ECMA-376 Part 1, 18.8.31 (number formats) and "Number format codes", Excel's documentation.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Condition = Callable[[float], bool]

_TOKEN = re.compile(
    r"""(?ix)
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _(?P<space>.) | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<general>general) | (?P<half>am/pm|a/p)
    | (?P<clock>y+|m+|d+|h+|s+|ee+|e(?![+-])|b+|g+) (?P<fraction>\.0+(?=[^0\#?]|$))?
    | (?P<exponent>e[+-]) | (?P<digit>[0\#?]) | (?P<mark>[.,%/@]) | (?P<other>.)""",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?[\d.]+(?:[eE][-+]?\d+)?)\Z")
_TESTS: Final = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "<>": operator.ne,
}  # fmt: skip
_ELAPSED: Final = ({"h"}, {"m"}, {"s"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a section: its kind ("text", "digit", "clock", "elapsed", ...) and its characters."""

    kind: str
    text: str


_COMMA: Final = Token("mark", ",")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a format: its tokens and the condition written in front, if any."""

    tokens: tuple[Token, ...]
    condition: Condition | None

    def has(self, *kinds: str) -> bool:
        """Whether a token of one of these kinds is there."""
        return any(token.kind in kinds for token in self.tokens)


@lru_cache(maxsize=1024)
def sections_of(code: str) -> tuple[Section, ...]:
    """Return the sections of a format code; raise ValueError where it has more than four or an open quote."""
    found = [_section(part) for part in _parts(code)]
    if len(found) > 4:
        raise ValueError(f"{code!r} has more than four sections")
    return tuple(found)


def _parts(code: str) -> list[str]:
    parts, current, i = [], "", 0
    while i < len(code):
        mark = code[i]
        closing = {'"': '"', "[": "]"}.get(mark)
        if closing:
            end = code.find(closing, i + 1)
            if end < 0 and mark == '"':
                raise ValueError(f"{code!r} has a quotation mark too many")
            end = len(code) - 1 if end < 0 else end
            current += code[i : end + 1]
            i = end + 1
            continue
        if mark in "\\_*" and i + 1 < len(code):
            current += code[i : i + 2]
            i += 2
            continue
        if mark == ";":
            parts.append(current)
            current = ""
        else:
            current += mark
        i += 1
    return [*parts, current]


def _section(text: str) -> Section:
    tokens: list[Token] = []
    condition: Condition | None = None
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "bracket":
            test, token = _bracket(match["bracket"])
            condition = test or condition
            if token is not None:
                tokens.append(token)
        else:
            tokens += _token(match)
    return Section(_with_literal_commas(tokens), condition)


def _with_literal_commas(tokens: list[Token]) -> tuple[Token, ...]:
    """Return tokens with commas that do not follow a digit, or another such comma, as text."""
    found: list[Token] = []
    for token in tokens:
        before = found[-1] if found else Token("text", "")
        follows = before.kind == "digit" or before == _COMMA
        found.append(Token("text", ",") if token == _COMMA and not follows else token)
    return tuple(found)


def _bracket(inside: str) -> tuple[Condition | None, Token | None]:
    match = _CONDITION.match(inside.strip())
    if match:
        test, limit = _TESTS[match[1]], float(match[2])
        return (lambda value: bool(test(value, limit))), None
    if inside.startswith("$"):
        return None, Token("text", inside[1:].partition("-")[0])
    if set(inside.lower()) in _ELAPSED:
        return None, Token("elapsed", inside.lower())
    return None, None  # colours and locales don't show in text


def _token(match: re.Match[str]) -> list[Token]:
    if match["clock"] is not None:
        tokens = [Token("clock", match["clock"].lower())]
        if match["fraction"] is None:
            return tokens
        if match["clock"][0].lower() == "s":
            return [*tokens, Token("fraction", match["fraction"])]
        return [*tokens, Token("mark", "."), *(Token("digit", "0") for _ in match["fraction"][1:])]
    kind = match.lastgroup or "other"
    value = match[kind]
    if kind == "space":
        return [Token("text", " ")]
    if kind == "fill":
        return []
    if kind in ("quoted", "escaped", "other"):
        return [Token("text", value)]
    return [Token({".": "point", "@": "@"}.get(value, kind), value)]
