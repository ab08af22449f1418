"""Reading a table of TOML into a frozen dataclass by its fields, with every mistake collected."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

from engine.xlsx.theme import suggestion

_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def read_options(kind: type[Any], table: Mapping[str, Any], where: str, mistakes: list[str]) -> Any:
    """Return a dataclass filled from a table; append to ``mistakes`` a sentence for each thing wrong."""
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = [key for key in table if key not in fields]
    mistakes += [f"{where}: unknown option {key!r}{suggestion(key, tuple(fields))}" for key in unknown]
    values = {}
    for name, field in fields.items():
        if name in table:
            values[name] = _convert(hints[name], table[name], f"{where}: {name}", mistakes)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            mistakes.append(f"{where}: {name} is missing")
            values[name] = None
    return kind(**values)


def _convert(hint: Any, value: Any, where: str, mistakes: list[str]) -> Any:
    if typing.get_origin(hint) is tuple:
        return _convert_list(typing.get_args(hint)[0], value, where, mistakes)
    if typing.get_origin(hint) is typing.Literal:
        return _convert_choice(typing.get_args(hint), value, where, mistakes)
    if dataclasses.is_dataclass(hint):
        if isinstance(value, Mapping):
            return read_options(typing.cast("type[Any]", hint), value, where, mistakes)
        mistakes.append(f"{where} must be a table, not {value!r}")
        return None
    wanted = (int, float) if hint is float else (hint,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and hint is not bool):
        mistakes.append(f"{where} must be {_WORDS[hint]}, not {value!r}")
    return value


def _convert_list(hint: Any, value: Any, where: str, mistakes: list[str]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        mistakes.append(f"{where} must be a list, not {value!r}")
        return ()
    return tuple(_convert(hint, one, f"{where}[{n}]", mistakes) for n, one in enumerate(value, 1))


def _convert_choice(choices: tuple[Any, ...], value: Any, where: str, mistakes: list[str]) -> Any:
    if value not in choices:
        near = suggestion(value, choices) if isinstance(value, str) else ""
        mistakes.append(f"{where} can't be {value!r}; it is one of {', '.join(map(str, choices))}{near}")
    return value
