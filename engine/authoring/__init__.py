"""Business models as data: ``templates/models/*.toml`` composed into a workbook with the contract tables."""

from __future__ import annotations

from engine.authoring.compose import compose, with_values
from engine.authoring.reading import read_template
from engine.authoring.starting import chosen, new_workbook, offered, starter
from engine.authoring.template import About, Template

__all__ = [
    "About",
    "Template",
    "chosen",
    "compose",
    "new_workbook",
    "offered",
    "read_template",
    "starter",
    "with_values",
]
