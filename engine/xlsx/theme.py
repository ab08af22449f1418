"""The theme: how each named style, number format, colour and colour scale of ``templates/theme.toml`` looks.

Read strictly: an unknown key, a missing colour, a style that extends nothing are all reported together.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from engine.core.exceptions import Finding, TemplateError

BORDERS = {"none": 0, "thin": 1, "medium": 2, "dashed": 3, "dotted": 4, "thick": 5, "double": 6, "hair": 7}
SIDES = ("left", "right", "top", "bottom")
ALIGNS = ("left", "center", "right", "fill", "justify", "center_across")
VALIGNS = ("top", "vcenter", "bottom")
PAPERS = {"Letter": 1, "A4": 9}
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_COLOUR_KEYS = ("colour", "fill", "border_colour", *(f"{side}_colour" for side in SIDES))
_FLAGS = ("bold", "italic", "underline", "wrap")
_STYLE_KEYS = (
    *_FLAGS,
    *_COLOUR_KEYS,
    "extends",
    "size",
    "align",
    "valign",
    "indent",
    "border",
    *SIDES,
    "number_format",
)


@dataclass(frozen=True, slots=True)
class Scale:
    """A conditional colour scale: two colours, or three around a midpoint that the page gives."""

    low: str
    high: str
    middle: str | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of every output; colours are "#RRGGBB", a style maps a property of the theme to its value."""

    font: str = "Arial"
    size: float = 10
    paper: str = "A4"
    confidentiality: str = "Confidential"
    table_style: str = "Table Style Light 1"
    accent: str = "#17324D"
    colours: Mapping[str, str] = field(default_factory=dict)
    series: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    number_formats: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def load_theme(path: Path | Traversable) -> Theme:
    """Return the theme in a TOML file; raise TemplateError with every mistake in it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _failure(path, [f"there is no theme file {path.name}; restore it"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _failure(path, [f"this is not TOML: {error}"]) from error
    reader = _Reader(data)
    theme = reader.theme()
    if reader.mistakes:
        raise _failure(path, reader.mistakes)
    return theme


def _failure(path: Path | Traversable, mistakes: list[str]) -> TemplateError:
    findings = [Finding("theme", "error", path.name, mistake) for mistake in mistakes]
    return TemplateError(f"The theme {path.name} holds {len(findings)} mistake(s):", findings)


def suggestion(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Return "; did you mean ...?" where a known name is near, else nothing."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


class _Reader:
    """One pass over the file that collects mistakes instead of stopping at the first."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data, self.mistakes = data, list[str]()
        self.colours: dict[str, str] = {}

    def theme(self) -> Theme:
        sections = ("theme", "colours", "series", "scales", "number_formats", "styles")
        for name in self.data:
            if name not in sections:
                self.mistakes.append(f"unknown section [{name}]{suggestion(name, sections)}")
        self.colours = self._strings("colours", self._hex)
        scales = {name: self._scale(name) for name in self._table("scales")}
        formats = self._strings("number_formats", lambda _, text: text)
        return Theme(
            **self._general(),
            colours=self.colours,
            series=self._strings("series", self._colour),
            scales={name: scale for name, scale in scales.items() if scale is not None},
            number_formats=formats,
            styles={name: self._style(name, formats) for name in self._table("styles")},
        )

    def _table(self, name: str) -> dict[str, Any]:
        value = self.data.get(name, {})
        if isinstance(value, dict):
            return value
        self.mistakes.append(f"[{name}] must be a table")
        return {}

    def _strings(self, section: str, convert: Callable[[str, str], str]) -> dict[str, str]:
        result = {}
        for name, value in self._table(section).items():
            if isinstance(value, str) and value:
                result[name] = convert(f"[{section}] {name}", value)
            else:
                self.mistakes.append(f"[{section}] {name} must be a text, not {value!r}")
        return result

    def _hex(self, where: str, value: str) -> str:
        if _HEX.match(value):
            return value.upper()
        self.mistakes.append(f"{where}: {value!r} is not a colour such as #17324D")
        return "#000000"

    def _colour(self, where: str, value: str) -> str:
        if value in self.colours:
            return self.colours[value]
        if _HEX.match(value):
            return value.upper()
        near = suggestion(value, self.colours)
        self.mistakes.append(f"{where}: {value!r} is no colour of [colours] and not #RRGGBB{near}")
        return "#000000"

    def _general(self) -> dict[str, Any]:
        kinds: dict[str, type | tuple[type, ...]] = {
            "font": str,
            "size": (int, float),
            "paper": str,
            "confidentiality": str,
            "table_style": str,
            "accent": str,
        }
        result = {}
        for key, value in self._table("theme").items():
            if key not in kinds:
                self.mistakes.append(f"[theme] has an unknown key {key!r}{suggestion(key, tuple(kinds))}")
            elif isinstance(value, bool) or not isinstance(value, kinds[key]):
                self.mistakes.append(f"[theme] {key} can't be {value!r}")
            else:
                result[key] = value
        return self._general_checked(result)

    def _general_checked(self, result: dict[str, Any]) -> dict[str, Any]:
        if result.get("paper", "A4") not in PAPERS:
            self.mistakes.append(f"[theme] paper is {result['paper']!r}; it must be A4 or Letter")
        if "accent" in result:
            result["accent"] = self._colour("[theme] accent", result["accent"])
        return result

    def _scale(self, name: str) -> Scale | None:
        value = self._table("scales")[name]
        if not isinstance(value, dict) or not {"low", "high"} <= set(value) <= {"low", "middle", "high"}:
            self.mistakes.append(f"[scales.{name}] needs low and high, may have middle, and nothing else")
            return None
        parts = {key: self._colour(f"[scales.{name}] {key}", str(text)) for key, text in value.items()}
        return Scale(**parts)

    def _style(self, name: str, formats: Mapping[str, str], below: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return a style with what it extends folded in; mistakes count once, where they stand."""
        styles = self._table("styles")
        own = styles[name]
        if not isinstance(own, dict):
            self.mistakes.append(f"[styles.{name}] must be a table")
            return {}
        parent = own.get("extends")
        folded: dict[str, Any] = {}
        if parent is not None and parent in (*below, name):
            self.mistakes.append(f"[styles.{name}] extends itself by way of {parent!r}")
        elif parent is not None and parent not in styles:
            self.mistakes.append(
                f"[styles.{name}] extends {parent!r}, which is no style{suggestion(str(parent), styles)}"
            )
        elif parent is not None:
            seen = len(self.mistakes)
            folded = self._style(parent, formats, (*below, name))
            del self.mistakes[seen:]
        return folded | self._properties(name, own, formats)

    def _properties(self, name: str, own: dict[str, Any], formats: Mapping[str, str]) -> dict[str, Any]:
        result = {}
        for key, value in own.items():
            where = f"[styles.{name}] {key}"
            problem = self._problem(key, value, formats)
            if problem:
                self.mistakes.append(f"{where} {problem}")
            elif key in _COLOUR_KEYS:
                result[key] = self._colour(where, value)
            elif key != "extends":
                result[key] = value
        return result

    @staticmethod
    def _problem(key: str, value: Any, formats: Mapping[str, str]) -> str:
        if key not in _STYLE_KEYS:
            return f"is not a property of a style{suggestion(key, _STYLE_KEYS)}"
        if key in _FLAGS:
            return "" if isinstance(value, bool) else "must be true or false"
        if key in ("size", "indent"):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return "" if number and 0 <= value <= 100 else "must be a number from 0 to 100"
        choices = {
            "align": ALIGNS,
            "valign": VALIGNS,
            "number_format": tuple(formats),
            "border": tuple(BORDERS),
        }
        allowed = choices.get(key, tuple(BORDERS) if key in SIDES else None)
        if allowed is not None and value not in allowed:
            return f"can't be {value!r}; it is one of {', '.join(allowed)}"
        return "" if isinstance(value, str) else "must be a text"
