"""Documentation that can go stale is held against the code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.cli import command
from engine.workbook.contract import TABLES

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and image of a page is a file of the repository."""
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_contract_page_names_every_column(table: str) -> None:
    """The reference of the contract tables names each column that the reader knows."""
    page = (ROOT / "docs" / "reference" / "contract.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", page, flags=re.MULTILINE)
    (shown,) = [part for part in section if part.startswith(table)]
    assert [column.name for column in TABLES[table] if column.name not in shown] == []


@pytest.mark.parametrize("name", sorted(command.commands))
def test_the_command_page_names_every_option(name: str) -> None:
    """The reference of the command names each subcommand and each option."""
    page = (ROOT / "docs" / "reference" / "command.md").read_text(encoding="utf-8")
    assert f"## tieout {name}" in page
    options = [option for parameter in command.commands[name].params for option in parameter.opts]
    assert [option for option in options if option.startswith("--") and option not in page] == []


BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(*languages: str) -> Iterator[tuple[Path, str]]:
    """Yield each page's code blocks in some languages."""
    for page in PAGES:
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if language in languages:
                yield page, text


def shown_commands() -> list[tuple[str, list[str]]]:
    """Return each line of a page or of a command's help that begins with tieout: its text and arguments."""
    lines = [line for _, text in blocks("sh", "console", "bash") for line in text.splitlines()]
    lines += [line for known in command.commands.values() for line in (known.epilog or "").splitlines()]
    shown = [line.strip() for line in lines if line.strip().startswith("tieout ")]
    # What is said beside an example stands behind # or two blanks.
    spoken = [re.split(r"\s+#|\s{2,}|\s>\s", line, maxsplit=1)[0] for line in shown]
    return [(line, shlex.split(line)[1:]) for line in dict.fromkeys(spoken)]


COMMANDS = shown_commands()


@pytest.mark.parametrize(
    "arguments", [arguments for _, arguments in COMMANDS], ids=[text for text, _ in COMMANDS]
)
def test_a_shown_command_is_a_real_one(arguments: list[str]) -> None:
    """Each tieout line of every page and every help is a command line that the command takes."""
    name, *rest = arguments
    if name == "--help":
        return
    with command.commands[name].make_context(name, rest) as context:
        assert context.command.name == name


@pytest.mark.parametrize(
    ("page", "text"),
    [
        pytest.param(page, text, id=f"{page.relative_to(ROOT)} {text.split(maxsplit=2)[1]}")
        for page, text in blocks("python")
        if "model.xlsx" in text and "Client" not in text
    ],
)
def test_shown_python_runs(page: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python that a page shows over the shipped model runs as it stands, after the page's imports."""
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {"engine": engine}
    exec(compile(text, str(page), "exec"), names)
    assert isinstance(names["model"], engine.Model)
