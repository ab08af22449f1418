"""From a template and the material to a Book: pages in the order declared, what can't be drawn said so."""

from __future__ import annotations

import datetime

from engine.report.material import Material
from engine.report.pages import PAGES
from engine.report.specification import Drawn, Page, Surroundings
from engine.report.template import Report
from engine.report.view import LeftOut, View
from engine.xlsx.tree import Book


def build_report(template: Report, material: Material) -> Book:
    """Return the pack as a Book.

    A page whose names or analyses the workbook lacks is left out; the provenance page says which and why.
    """
    contents = next(
        (page.sheet for page in template.pages if page.kind == "contents"), template.pages[0].sheet
    )
    view = View(material, contents_sheet=contents, footer=_footer(material), beyond=template.beyond)
    drawn, undrawn = _draw_all(template, view)
    left_out = tuple((title, str(why)) for title, why in undrawn if not why.elsewhere)
    elsewhere = tuple(dict.fromkeys(title for title, why in undrawn if why.elsewhere))
    surroundings = Surroundings(_entries(template, drawn), left_out, elsewhere)
    for page in template.pages:
        if PAGES[page.kind].about:
            drawn[page.sheet] = PAGES[page.kind].draw(page, view, surroundings)
    date = datetime.datetime.combine(material.provenance.date, datetime.time(), tzinfo=None)
    return Book(
        title=f"{template.title}: {material.provenance.title}",
        created=date,
        sheets=tuple(one.sheet for page in template.pages for one in drawn.get(page.sheet, ())),
        subject=template.subject,
        author=template.author,
        comments=f"From {material.provenance.workbook}, SHA-256 {material.provenance.sha256}",
    )


def _draw_all(template: Report, view: View) -> tuple[dict[str, tuple[Drawn, ...]], list[tuple[str, LeftOut]]]:
    drawn: dict[str, tuple[Drawn, ...]] = {}
    left_out = []
    places: dict[str, str] = {}
    pages = [page for page in template.pages if not PAGES[page.kind].about]
    for page in sorted(pages, key=lambda page: PAGES[page.kind].links):
        try:
            drawn[page.sheet] = PAGES[page.kind].draw(page, view, Surroundings(places=places))
            places |= {name: at for one in drawn[page.sheet] for name, at in one.places.items()}
        except LeftOut as reason:
            left_out.append((page.title, reason))
    return drawn, left_out


def _entries(template: Report, drawn: dict[str, tuple[Drawn, ...]]) -> tuple[tuple[str, str, str], ...]:
    entries: list[tuple[str, str, str]] = []
    section = ""
    for page in template.pages:
        section = page.section or section
        if PAGES[page.kind].about:
            entries.append((section, page.sheet, _about(page)))
        entries += [(section, one.sheet.name, one.finding) for one in drawn.get(page.sheet, ())]
    return tuple(entries)


def _about(page: Page) -> str:
    return page.purpose or page.title


def _footer(material: Material) -> str:
    versions = dict(material.provenance.versions)
    return f"tieout {versions['tieout']}" if "tieout" in versions else ""
