"""What a page reads of the material: rows and figures by defined name, a clear no where one is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.core.exceptions import UnknownName
from engine.core.values import Value
from engine.report.figures import is_number, numbers_of, text_of
from engine.report.material import Check, Material

Row = TypeVar("Row")


class LeftOut(Exception):
    """A page can't be drawn from this workbook; the text goes to the provenance page.

    ``elsewhere`` says that the workbook has nothing of what the page shows: it is about another model.
    """

    def __init__(self, why: str, *, elsewhere: bool = False) -> None:
        super().__init__(why)
        self.elsewhere = elsewhere


@dataclass(frozen=True, slots=True)
class Beyond:
    """A figure that means "never" from a limit on, and the words that then stand for it.

    ``limit`` is a defined name, whose largest value counts; a figure is beyond where it is above it, or where
    ``reached`` is set also at it. ``{limit}`` in ``text`` and ``sentence`` is that value.
    """

    name: str
    limit: str
    text: str
    sentence: str = ""
    reached: bool = False


class View:
    """Read access to the material by name, for the pages."""

    def __init__(
        self,
        material: Material,
        contents_sheet: str = "Contents",
        footer: str = "",
        beyond: Sequence[Beyond] = (),
    ) -> None:
        self.material, self.contents_sheet, self.footer = material, contents_sheet, footer
        self._beyond = {one.name.casefold(): one for one in beyond}

    def find(self, name: str) -> tuple[Value, ...] | None:
        """Return the cells of a named row or column in order, None where the workbook lacks the name."""
        try:
            rows = self.material.base.range(name)
        except (UnknownName, KeyError):
            return None
        return tuple(value for row in rows for value in row)

    def rows(self, names: Sequence[str]) -> dict[str, tuple[Value, ...]]:
        """Return named rows cut to the length of the first; raise LeftOut with all names that are missing.

        A workbook that has none of the rows but the first, their axis, is about something else.
        """
        found = {name: self.find(name) for name in names}
        missing = [name for name, row in found.items() if row is None]
        if missing:
            elsewhere = not any(found[name] for name in names[1:])
            raise LeftOut(f"the workbook has no defined name {', '.join(missing)}", elsewhere=elsewhere)
        length = len(found[names[0]] or ())
        return {name: (row or ())[:length] for name, row in found.items()}

    def figure(self, name: str) -> Value:
        """Return the value of a single-cell name, None where the workbook lacks it."""
        found = self.find(name)
        return found[0] if found else None

    def number(self, name: str) -> float | None:
        """Return the value of a single-cell name where it is a number, else None."""
        value = self.figure(name)
        return float(value) if is_number(value) else None

    def text(self, name: str, default: str = "") -> str:
        """Return the value of a single-cell name where it is text, else the default."""
        value = self.figure(name)
        return value if isinstance(value, str) and value else default

    def said(self, name: str, value: Value) -> Value:
        """Return a figure as a reader should see it: the template's words where it lies beyond its limit."""
        return self._words(name, value, "text") or value

    def sentence(self, name: str, value: Value) -> str:
        """Return the sentence that stands for a figure beyond its limit, "" for any other."""
        return self._words(name, value, "sentence") or self._words(name, value, "text")

    def _words(self, name: str, value: Value, kind: str) -> str:
        one = self._beyond.get(name.casefold())
        limits = numbers_of(self.find(one.limit) or ()) if one else []
        if one is None or not limits or not is_number(value):
            return ""
        beyond = value > max(limits) or (one.reached and value == max(limits))
        words: str = getattr(one, kind)
        return words.replace("{limit}", text_of(max(limits))) if beyond else ""

    def grouped(self, rows: Iterable[Row], name: Callable[[Row], str]) -> list[tuple[str, list[Row]]]:
        """Return rows by the part of the workbook that their names belong to, in the order of the parts.

        Rows of no known part come last; one group called "" where no parts are known.
        """
        parts = {known.casefold(): part for known, part in self.material.modules}
        order = dict.fromkeys(part for _, part in self.material.modules)
        groups: dict[str, list[Row]] = {part: [] for part in (*order, "")}
        for row in rows:
            groups[parts.get(name(row).casefold(), "")].append(row)
        return [(part, found) for part, found in groups.items() if found]

    def checks(self) -> tuple[Check, ...]:
        """Return the checks handed over, or those of the workbook's own check_labels and check_values."""
        if self.material.checks:
            return self.material.checks
        labels, values = self.find("check_labels") or (), self.find("check_values") or ()
        pairs = zip(labels, values, strict=False)
        return tuple(Check(str(label), value) for label, value in pairs if label not in (None, ""))

    @property
    def scenario(self) -> str:
        """The scenario that the base figures stand for."""
        return self.material.provenance.scenario
