"""Reading a report template strictly: each mistake has its sentence, and all come together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.core.exceptions import TemplateError
from engine.report import Material, Report, load_template
from engine.report.pages import PAGES
from engine.report.view import Beyond, View

HEAD = "[report]\ntitle = 'T'\n"
COVER = "[[page]]\nkind = 'cover'\nsheet = 'Cover'\n"
MISTAKES = [
    (COVER, "[report]: title is missing"),
    ("report = 1\n" + COVER, "[report] must be a table"),
    (HEAD + "titel = 'x'\n" + COVER, "[report]: unknown option 'titel'; did you mean 'title'?"),
    (HEAD.replace("'T'", "3") + COVER, "[report]: title must be a text, not 3"),
    (HEAD, "a report needs at least one [[page]]"),
    (HEAD + COVER + "[pages]\n", "unknown section [pages]; did you mean 'page'?"),
    (HEAD + "[[page]]\nsheet = 'A'\n", "page 1: kind is missing; it is one of cover, contents"),
    (
        HEAD + "[[page]]\nkind = 'covr'\nsheet = 'A'\n",
        "page 1: there is no page kind 'covr'; did you mean 'cover'?",
    ),
    (HEAD + "[[page]]\nkind = 'cover'\n", "page 1 (cover): sheet is missing"),
    (HEAD + "[[page]]\nkind = 'cover'\nsheet = 'A/B'\n", "sheet 'A/B': 1 to 27 characters"),
    (HEAD + COVER + COVER.replace("'Cover'", "'COVER'"), "sheet 'COVER' stands twice"),
    (HEAD + COVER + "purpose = 5\n", "page 1 (cover): purpose must be a text, not 5"),
    (HEAD + COVER + "colour = 5\n", "page 1 (cover): unknown option 'colour'"),
    (
        HEAD + "[[page]]\nkind = 'tornados'\nsheet = 'T'\nbars = 'many'\n",
        "bars must be a whole number, not 'many'",
    ),
    (
        HEAD + "[[page]]\nkind = 'tornados'\nsheet = 'T'\nbars = true\n",
        "bars must be a whole number, not True",
    ),
    (HEAD + "[[page]]\nkind = 'phases'\nsheet = 'P'\nfigures = 'x'\n", "figures must be a list, not 'x'"),
    (
        HEAD + "[[page]]\nkind = 'phases'\nsheet = 'P'\nfigures = ['x']\n",
        "figures[1] must be a table, not 'x'",
    ),
    (
        HEAD + "[[page]]\nkind = 'phases'\nsheet = 'P'\nfigures = [{ name = 'x' }]\n",
        "figures[1]: label is missing",
    ),
    (
        HEAD + "[[page]]\nkind = 'summary'\nsheet = 'S'\ncharts = [{ title = 'x', kind = 'lin', axis = "
        "{ name = 'a', label = 'A' }, rows = [] }]\n",
        "kind can't be 'lin'; it is one of line, column, area, scatter, bar; did you mean 'line'?",
    ),
    ("nothing", "this is not TOML"),
]


def load(text: str, folder: Path) -> Report:
    path = folder / "pack.toml"
    path.write_text(text, encoding="utf-8")
    return load_template(path)


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[message[:45] for _, message in MISTAKES])
def test_each_mistake(text: str, message: str, tmp_path: Path) -> None:
    """Each mistake is told with its page and, where near, the right word."""
    with pytest.raises(TemplateError) as caught:
        load(text, tmp_path)
    assert message in str(caught.value)
    assert len(caught.value.findings) == 1


def test_all_mistakes_together(tmp_path: Path) -> None:
    """Mistakes in the head and in two pages come in one error."""
    with pytest.raises(TemplateError) as caught:
        load("[report]\nx = 1\n[[page]]\nkind = 'no'\n[[page]]\nkind = 'cover'\ny = 1\n", tmp_path)
    assert len(caught.value.findings) == 5


def test_missing_file(tmp_path: Path) -> None:
    """A template that is not there is named."""
    with pytest.raises(TemplateError, match=r"there is no report template none\.toml"):
        load_template(tmp_path / "none.toml")


def test_the_shipped_pack_uses_every_kind(template: Report) -> None:
    """The investor pack shows every kind of page, once, but for the businesses, trees and plans."""
    kinds = [page.kind for page in template.pages]
    assert sorted(set(kinds)) == sorted(PAGES)
    assert {kind: kinds.count(kind) for kind in kinds if kinds.count(kind) > 1} == {
        "business": 10,
        "metric-tree": 4,
        "phases": 3,
    }


def test_figures_beyond_their_limit_are_said_in_words(material: Material) -> None:
    """A figure above the largest value of its limit reads as the template's words, others as numbers."""
    limit = max(value for value in View(material).find("month_number") or () if isinstance(value, float))
    one = Beyond("break_even_month", "month_number", "not within {limit} months", "never in {limit} months")
    view = View(material, beyond=[one])
    assert view.said("Break_even_month", limit + 1) == f"not within {limit:g} months"
    assert view.sentence("break_even_month", limit + 1) == f"never in {limit:g} months"
    assert view.said("break_even_month", limit) == limit
    assert view.sentence("break_even_month", limit) == ""
    assert View(material, beyond=[dataclasses.replace(one, reached=True)]).said(one.name, limit) != limit
    assert view.said("another", limit + 1) == limit + 1
