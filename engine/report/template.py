"""A report template (templates/reports/*.toml): the pages of an output workbook and what each shows."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from engine.core.exceptions import Finding, TemplateError
from engine.report.options import read_options
from engine.report.pages import PAGES
from engine.report.specification import Page
from engine.report.view import Beyond
from engine.xlsx.theme import suggestion

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_TEXTS = ("sheet", "title", "purpose", "section")
_OWN = ("kind", *_TEXTS)


@dataclass(frozen=True, slots=True)
class _Head:
    title: str
    file: str = "investor-pack.xlsx"
    subject: str = ""
    author: str = ""
    beyond: tuple[Beyond, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """An output workbook as declared: its file name, its title and its pages in order."""

    title: str
    file: str
    subject: str
    author: str
    pages: tuple[Page, ...]
    beyond: tuple[Beyond, ...] = ()


def load_template(path: Path | Traversable) -> Report:
    """Return the report that a TOML file declares; raise TemplateError with every mistake in it."""
    mistakes: list[str] = []
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _failure(path, [f"there is no report template {path.name}; restore it"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _failure(path, [f"this is not TOML: {error}"]) from error
    report = _report(data, mistakes)
    if mistakes:
        raise _failure(path, mistakes)
    return report


def _failure(path: Path | Traversable, mistakes: list[str]) -> TemplateError:
    findings = [Finding("report-template", "error", path.name, mistake) for mistake in mistakes]
    return TemplateError(f"The report template {path.name} holds {len(findings)} mistake(s):", findings)


def _report(data: dict[str, Any], mistakes: list[str]) -> Report:
    unknown = [name for name in data if name not in ("report", "page")]
    mistakes += [f"unknown section [{name}]{suggestion(name, ('report', 'page'))}" for name in unknown]
    head = _head(data.get("report", {}), mistakes)
    pages = data.get("page", [])
    if not isinstance(pages, list) or not pages:
        mistakes.append("a report needs at least one [[page]]")
        pages = []
    read = [_page(table, number, mistakes) for number, table in enumerate(pages, 1)]
    found = tuple(page for page in read if page is not None)
    _check_sheets(found, mistakes)
    return Report(head.title, head.file, head.subject, head.author, found, head.beyond)


def _head(table: Any, mistakes: list[str]) -> _Head:
    if isinstance(table, dict):
        head: _Head = read_options(_Head, table, "[report]", mistakes)
        return head
    mistakes.append("[report] must be a table")
    return _Head("")


def _page(table: Any, number: int, mistakes: list[str]) -> Page | None:
    where = f"page {number}"
    kind = table.get("kind") if isinstance(table, dict) else None
    if kind is None:
        mistakes.append(f"{where}: kind is missing; it is one of {', '.join(PAGES)}")
        return None
    if kind not in PAGES:
        mistakes.append(f"{where}: there is no page kind {kind!r}{suggestion(str(kind), tuple(PAGES))}")
        return None
    where = f"page {number} ({kind})"
    rest = {key: value for key, value in table.items() if key not in _OWN}
    wrong = [key for key in _TEXTS if not isinstance(table.get(key, ""), str)]
    mistakes += [f"{where}: {key} must be a text, not {table[key]!r}" for key in wrong]
    if not table.get("sheet"):
        mistakes.append(f"{where}: sheet is missing")
    options = read_options(PAGES[kind].options, rest, where, mistakes)
    text = {key: str(table.get(key, "")) for key in _TEXTS}
    title = text["title"] or text["sheet"]
    return Page(kind, text["sheet"], title, text["purpose"], options, text["section"])


def _check_sheets(pages: tuple[Page, ...], mistakes: list[str]) -> None:
    seen: set[str] = set()
    for page in pages:
        name = page.sheet
        if len(name) > 27 or _FORBIDDEN.search(name):
            mistakes.append(f"sheet {name!r}: 1 to 27 characters, none of [ ] : * ? / \\")
        if name and name.casefold() in seen:
            mistakes.append(f"sheet {name!r} stands twice")
        seen.add(name.casefold())
