"""How many columns each axis has: the template's count, one asked for, or one per so many of another axis."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from engine.authoring.reading import did_you_mean, finding
from engine.authoring.template import Axis, Template
from engine.core.exceptions import Finding


def counted(
    templates: Sequence[Template], counts: Mapping[str, int], mistakes: list[Finding]
) -> tuple[Template, ...]:
    """Return the templates with the count of every axis settled.

    ``counts`` maps the name of an axis to the number of columns asked for in place of the template's own.
    """
    known = {axis.name: counts.get(axis.name, axis.count) for one in templates for axis in one.axis}
    return tuple(
        dataclasses.replace(
            template,
            axis=tuple(
                dataclasses.replace(
                    axis, count=_count(axis, known, f"axis[{number}]", template.file, mistakes)
                )
                for number, axis in enumerate(template.axis, start=1)
            ),
        )
        for template in templates
    )


def _count(axis: Axis, known: Mapping[str, int], where: str, file: str, mistakes: list[Finding]) -> int:
    if axis.of and axis.of not in known:
        message = f"there is no axis {axis.of!r}{did_you_mean(axis.of, known)}; correct it"
        mistakes.append(finding(file, f"{where}.of", message))
    count = -(-known.get(axis.of, 1) // max(axis.each, 1)) if axis.of else known[axis.name]
    if count < 1:
        mistakes.append(
            finding(
                file,
                f"{where}.count",
                f"{axis.name!r} needs a count of 1 or more; give it, or the axis it follows",
            )
        )
    return count
