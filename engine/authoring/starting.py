"""A new workbook from templates: composed, evaluated once, written with a value beside every formula."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.authoring.combine import with_required
from engine.authoring.compose import compose, with_values
from engine.authoring.reading import did_you_mean, finding, read_template
from engine.authoring.template import About
from engine.core.exceptions import OutputError, TemplateError
from engine.core.templates import templates as template_folder
from engine.evaluate.model import Model
from engine.xlsx.theme import load_theme
from engine.xlsx.write import write

PLAN: Final = "plan"
SEVERAL: Final = (
    "Several business models in one workbook: each has sheets of its own, and they share calendar and terms"
)
_TITLES = 3  # of more business models the last one's title stands for all


@dataclass(frozen=True, slots=True)
class Starter:
    """What a new workbook is made of: the files of its templates in order, its title, and what it is for."""

    templates: tuple[Path, ...]
    title: str
    purpose: str


@cache
def offered() -> tuple[About, ...]:
    """Return what the templates at hand say of themselves, in order of their ids."""
    return tuple(read_template(path).model for path in sorted(_folder().glob("*.toml")))


def chosen(ids: Sequence[str]) -> tuple[Path, ...]:
    """Return the files of the templates with these ids; raise TemplateError with every unknown id."""
    known = {one.id for one in offered()}
    wrong = [
        finding(one, "", f"there is no such business model{did_you_mean(one.casefold(), known)}")
        for one in dict.fromkeys(ids)
        if one not in known
    ]
    if wrong:
        raise TemplateError("Choose from tieout new --list; nothing was written:", wrong)
    return tuple(_folder() / f"{one}.toml" for one in dict.fromkeys(ids))


def starter(ids: Sequence[str]) -> Starter:
    """Return a new workbook of the templates with these ids, with the plan after them where they bring no
    phases or no sweep of their own; raise TemplateError with every unknown id.
    """
    paths = chosen(ids)
    known = {one.id: one for one in offered()}
    named = [known[path.stem] for path in paths]
    titles = [one.title for one in named] if len(named) <= _TITLES else [named[-1].title]
    purpose = named[-1].purpose if len(named) == 1 else SEVERAL
    templates = with_required(paths)
    swept = any(analysis.kind == "sweep" for template in templates for analysis in template.analysis)
    phased = any(template.phase for template in templates)
    plan = () if swept and phased else (_folder() / f"{PLAN}.toml",)
    return Starter((*paths, *plan), " + ".join(titles), purpose)


def _folder() -> Path:
    return Path(str(template_folder() / "models"))


def new_workbook(
    templates: Sequence[Path],
    target: Path,
    title: str | None = None,
    counts: Mapping[str, int] = MappingProxyType({}),
    purpose: str | None = None,
) -> None:
    """Write a model workbook made of templates, with stored values, to a file that must not exist yet.

    ``counts`` gives axes another number of columns than their template does: ``{"month": 48}``. Title and
    purpose are the last template's where they are not given.

    Raises TemplateError with every mistake of the templates, and OutputError where the target exists, is not
    named .xlsx or can't be written: from its first save on, a model workbook is the analyst's and is never
    overwritten.
    """
    if target.exists():
        raise OutputError(f"{target} exists already and is never overwritten; choose another name or move it")
    if target.suffix.casefold() != ".xlsx":
        raise OutputError(f"{target} is to be an Excel workbook; name it {target.name}.xlsx")
    theme = load_theme(Path(str(template_folder() / "theme.toml")))
    book = compose(templates, title=title, counts=counts, purpose=purpose)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / target.with_suffix(".xlsx").name
        write(book, draft, theme)
        values = Model.open(draft).evaluate().cells
    write(with_values(book, values), target, theme)
