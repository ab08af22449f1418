"""Reading a template file strictly: every unknown key, missing key and wrong type in one TemplateError."""

from __future__ import annotations

import dataclasses
import tomllib
import types
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.authoring import template as records
from engine.core.exceptions import Finding, TemplateError

_TABLES: Mapping[str, type] = {
    "assumption": records.Assumption,
    "axis": records.Axis,
    "sheet": records.SheetPlan,
    "section": records.Section,
    "line": records.Line,
    "block": records.Block,
    "output": records.Output,
    "analysis": records.Analysis,
    "phase": records.Phase,
    "claim": records.Claim,
    "check": records.Check,
    "summary_table": records.SummaryTable,
    "chart": records.ChartPlan,
}
_RENAMED = {"from": "start", "to": "stop", "with": "given"}  # words that Python keeps for itself
_SHOWN = {ours: theirs for theirs, ours in _RENAMED.items()}


def read_template(path: Path) -> records.Template:
    """Return the template in a TOML file; raise TemplateError with every mistake, by file and key path."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise failure([finding(path.name, "", "there is no such template; check the path")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise failure([finding(path.name, "", f"this is not TOML: {error}; mend that line")]) from error
    reader = _Reader(path.name)
    read = reader.template(data)
    if reader.findings:
        raise failure(reader.findings)
    return read


def finding(file: str, key: str, message: str) -> Finding:
    """Return a mistake in a template: the file and the key path, and what to do."""
    return Finding("template", "error", f"{file}: {key}" if key else file, message)


def failure(findings: list[Finding]) -> TemplateError:
    """Return the exception that carries all mistakes together."""
    return TemplateError(f"The model templates hold {len(findings)} mistake(s):", findings)


def did_you_mean(name: str, known: Any) -> str:
    """Return "; did you mean ...?" where a known name is near, else nothing."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


class _Reader:
    """One pass over a file that collects mistakes instead of stopping at the first."""

    def __init__(self, file: str) -> None:
        self.file, self.findings = file, list[Finding]()

    def wrong(self, key: str, message: str) -> None:
        self.findings.append(finding(self.file, key, message))

    def template(self, data: dict[str, Any]) -> records.Template:
        known = ("model", *_TABLES, "scenarios")
        for key in data:
            if key not in known:
                self.wrong(key, f"unknown table{did_you_mean(key, known)}; remove it or correct its name")
        if not isinstance(data.get("model"), dict):
            self.wrong("model", "missing; every template begins with [model] and its id and title")
        about = self.record(records.About, data.get("model", {}), "model")
        tables = {name: self.records(name, data.get(name, [])) for name in _TABLES}
        return records.Template(
            file=self.file, model=about, scenarios=self.scenarios(data.get("scenarios", {})), **tables
        )

    def records(self, name: str, rows: Any) -> tuple[Any, ...]:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.wrong(name, f"write it as a list of tables, [[{name}]]")
            return ()
        return tuple(
            self.record(_TABLES[name], row, f"{name}[{number}]") for number, row in enumerate(rows, start=1)
        )

    def record(self, kind: type, row: Any, where: str) -> Any:
        """Return a record of a dataclass; what is wrong in it is replaced by None and reported."""
        fields = {_SHOWN.get(one.name, one.name): one for one in dataclasses.fields(kind)}
        hints = get_type_hints(kind)
        label = f" ({row['name']})" if isinstance(row, dict) and isinstance(row.get("name"), str) else ""
        for key in row:
            if key not in fields:
                self.wrong(
                    f"{where}.{key}",
                    f"unknown key{label}{did_you_mean(key, fields)}; remove it or correct its name",
                )
        given = {}
        for key, one in fields.items():
            if key in row:
                given[one.name] = self.value(hints[one.name], row[key], f"{where}.{key}")
            elif one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
                self.wrong(f"{where}.{key}", f"missing{label}; give it")
                given[one.name] = _nothing(hints[one.name])
        return kind(**given)

    def value(self, hint: Any, value: Any, where: str) -> Any:
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self.value(arguments[0], value, where)
        if origin is Literal:
            if value not in arguments:
                self.wrong(where, f"{value!r} is not one of {', '.join(map(str, arguments))}")
            return value
        if origin is tuple:
            return self.sequence(arguments[0], value, where)
        if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if origin is not None:  # the block's replacements
            return self.texts(value, where)
        if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
            return value
        self.wrong(where, f"{value!r} is not {_NAMES[hint]}; correct it")
        return _nothing(hint)

    def sequence(self, hint: Any, value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            self.wrong(where, f"{value!r} is not a list; write it in [ ]")
            return ()
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return tuple(self.record(hint, row, f"{where}[{at}]") for at, row in enumerate(value, start=1))
        return tuple(self.value(hint, one, f"{where}[{at}]") for at, one in enumerate(value, start=1))

    def texts(self, value: Any, where: str) -> dict[str, str]:
        if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
            return value
        self.wrong(where, f'{value!r} is not a table of texts; write it as {{ name = "text" }}')
        return {}

    def scenarios(self, value: Any) -> dict[str, dict[str, float]]:
        if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
            self.wrong("scenarios", "write it as [scenarios.NAME] tables of input = value")
            return {}
        return {
            name: {key: self.value(float, one, f"scenarios.{name}.{key}") for key, one in inputs.items()}
            for name, inputs in value.items()
        }


_NAMES: Mapping[Any, str] = {str: "a text", float: "a number", int: "a whole number", bool: "true or false"}


def _nothing(hint: Any) -> Any:
    """Return a stand-in of the right type, so that reading goes on to the next mistake."""
    if get_origin(hint) is tuple:
        return ()
    return {str: "", float: 0.0, int: 1, bool: False}.get(hint, "")
