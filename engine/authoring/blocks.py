"""Every line of the templates with its section, and with the blocks written out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.authoring.reading import did_you_mean, finding
from engine.authoring.template import Block, Line, Template
from engine.core.exceptions import Finding

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with the file and the key path that it comes from."""

    file: str
    key: str
    line: Line


def written_lines(templates: Iterable[Template], mistakes: list[Finding]) -> tuple[Placed, ...]:
    """Return all lines: one without a section continues that of the line above, a block's use its lines."""
    blocks = {block.name: block for template in templates for block in template.block}
    found = list[Placed]()
    for template in templates:
        section = template.section[0].id if template.section else ""
        for number, line in enumerate(template.line, start=1):
            section = line.section or section
            key = f"line[{number}]"
            written = _written_out(line, blocks, template.file, key, mistakes)
            found += [
                Placed(template.file, key, dataclasses.replace(one, section=section)) for one in written
            ]
    return tuple(found)


def _written_out(
    line: Line, blocks: Mapping[str, Block], file: str, key: str, mistakes: list[Finding]
) -> Iterator[Line]:
    if not line.use:
        yield line
        return
    block = blocks.get(line.use)
    if block is None:
        message = f"there is no block {line.use!r}{did_you_mean(line.use, blocks)}; correct it or add it"
        mistakes.append(finding(file, f"{key}.use", message))
        return
    for parameter in sorted(set(block.parameters) ^ set(line.given)):
        verb = "lacks" if parameter in block.parameters else "doesn't know"
        mistakes.append(
            finding(file, f"{key}.with", f"block {block.name!r} {verb} {parameter!r}; correct it")
        )
    for one in block.line:
        yield dataclasses.replace(
            one,
            name=_filled(one.name, line.given),
            label=_filled(one.label, line.given),
            formula=_filled(one.formula, line.given),
            opening=_filled(one.opening, line.given),
            unit=_filled(one.unit, line.given),
            note=_filled(one.note, line.given),
        )


def _filled(text: str, given: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: given.get(match[1], match[0]), text)
