"""Every library that an install brings is listed with its licence."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "licences.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def closure() -> set[str]:
    """Return the libraries that an install without extras brings on this machine."""
    found: set[str] = set()
    waiting = [Requirement(text).name for text in PROJECT["dependencies"]]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in found:
            found.add(name)
            needs = map(Requirement, metadata.requires(name) or [])
            waiting += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return found


def listed() -> dict[str, str]:
    """Return the page's table: library to licence."""
    rows = re.findall(r"^\| ([\w.-]+) \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): licence.strip() for name, licence in rows}


@pytest.mark.parametrize("name", sorted(closure()))
def test_a_library_is_listed(name: str) -> None:
    """A library of the install stands on the licences page."""
    assert name in listed()


@pytest.mark.parametrize("name", ["formulas", "schedula"])
def test_the_copyleft_ones_say_so(name: str) -> None:
    """formulas and schedula are EUPL by their own metadata, and the page says it."""
    assert "EUPL" in str(metadata.metadata(name)["License"])
    assert "EUPL" in listed()[name]
