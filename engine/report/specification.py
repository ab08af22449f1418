"""What a page is while a report is built: declared (Page), drawn (Drawn), and how a kind is registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.report.view import View
from engine.xlsx.tree import Sheet


@dataclass(frozen=True, slots=True)
class Page:
    """One page as the template declares it; ``options`` is the dataclass of its kind.

    ``section`` is the heading of the contents page under which it stands, with the pages after it.
    """

    kind: str
    sheet: str
    title: str
    purpose: str
    options: Any
    section: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sheet and the finding that it shows, which the contents page repeats.

    ``places`` are the cells ("Sheet!B7") of what other pages link to, by name.
    """

    sheet: Sheet
    finding: str
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the pages about the pack need: the other pages in order as (section, sheet, what it says), and
    those left out as (page, why). ``elsewhere`` are pages about models that the workbook does not hold.
    ``places`` are the cells to link to, by name.
    """

    entries: tuple[tuple[str, str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    elsewhere: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of page: its options and the function that draws it, which may raise LeftOut.

    ``about`` marks the pages about the pack (contents, provenance), drawn when all others are known;
    ``links`` those that link to cells of other pages, drawn after them.
    """

    options: type[Any]
    draw: Callable[[Page, View, Surroundings], tuple[Drawn, ...]]
    about: bool = False
    links: bool = False


@dataclass(frozen=True, slots=True)
class NoOptions:
    """A kind of page that has nothing to choose."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the workbook to show: its defined name, and the label and unit that the reader sees."""

    name: str
    label: str
    unit: str = ""
