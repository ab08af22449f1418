"""XML parts: parsed with Python's own expat, and refused where they carry a DOCTYPE.

Entities can only be declared in a DOCTYPE, so that refusing it leaves no way to expand or to fetch anything.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import NoReturn
from xml.parsers import expat

from engine.workbook.package import Package, resolve

_HEAD = 1 << 12
# An XML declaration at most, and then the root element.
_NO_DOCTYPE = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?(?: standalone="(?:yes|no)")?'
    rb"\s*\?>)?[ \t\r\n]*<[A-Za-z]"
)


class _Doctype(Exception):
    """The part carries a DOCTYPE."""


class _Root(Exception):
    """The root element has begun: no DOCTYPE can follow."""


def parse(package: Package, part: str, without: re.Pattern[bytes] | None = None) -> ET.Element:
    """Return the tree of a small part, its namespaces taken off; WorkbookError where it is no XML.

    ``without`` are whole elements that the caller does not need.
    """
    if without is not None:
        return tree_of(package, part, without.sub(b"", package.read(part)))
    known = package.trees.get(part)
    if known is None:
        known = package.trees[part] = tree_of(package, part, package.read(part))
    return known


def tree_of(package: Package, part: str, content: bytes) -> ET.Element:
    """Return the tree of a part read so far, its namespaces taken off; WorkbookError where it is no XML."""
    return _strip(_tree(package, part, content))


def _tree(package: Package, part: str, content: bytes) -> ET.Element:
    check_prologue(package, part)
    parser = ET.XMLParser()  # noqa: S314 - see the module
    try:
        parser.feed(content)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise package.damaged(part, f"is not well-formed XML ({problem})") from problem
    return root


def _strip(root: ET.Element) -> ET.Element:
    known: dict[str, str] = {}
    for element in root.iter():
        tag = element.tag
        if isinstance(tag, str):
            if tag not in known:
                known[tag] = local(tag)
            element.tag = known[tag]
            if element.attrib and "}" in "".join(element.attrib):
                element.attrib = {local(key): value for key, value in element.attrib.items()}
    return root


def local(name: str) -> str:
    """Return a name without its namespace, which differs between strict and transitional OOXML."""
    return name.rpartition("}")[2]


def stream(package: Package, part: str, parser: expat.XMLParserType, read: bytes | None = None) -> None:
    """Feed a part to an expat parser whose handlers are set, refusing a DOCTYPE; ``read`` are its bytes."""
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(package.read(part) if read is None else read, True)
    except _Doctype:
        raise package.unsafe(part, "carries a DOCTYPE, the way to hostile entities") from None
    except (expat.ExpatError, LookupError) as problem:
        raise package.damaged(part, f"is not well-formed XML ({problem})") from problem


def check_prologue(package: Package, part: str) -> None:
    """Refuse a DOCTYPE in a part that is not read otherwise; it can only stand before the root element."""
    if _NO_DOCTYPE.match(package.head(part, _HEAD)):
        return
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = _stop
    try:
        for chunk in package.chunks(part, _HEAD):
            parser.Parse(chunk, False)
    except _Root:
        return
    except _Doctype:
        raise package.unsafe(part, "carries a DOCTYPE, the way to hostile entities") from None
    except (expat.ExpatError, LookupError):
        return  # not read, so it may be anything


def _refuse(*_: object) -> NoReturn:
    raise _Doctype


def _stop(*_: object) -> NoReturn:
    raise _Root


def flag(text: str | None, default: bool = False) -> bool:
    """Return an xsd:boolean attribute."""
    return default if text is None else text.strip().lower() in {"1", "true", "on"}


def number(text: str | None, default: int) -> int:
    """Return an xsd:unsignedInt attribute, or the default where it is absent or no number."""
    try:
        return default if text is None else int(text)
    except ValueError:
        return default


def relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return id -> (kind, target part) of a part's relationships; the kind is the last word of its type.

    A target outside the package is returned as it stands.
    """
    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels".lstrip("/")
    if rels not in package:
        return {}
    found = {}
    for relationship in parse(package, rels):
        target = relationship.get("Target", "")
        if relationship.get("TargetMode") != "External":
            target = resolve(part, target)
        kind = relationship.get("Type", "").rpartition("/")[2]
        found[relationship.get("Id", "")] = kind, target
    return found
