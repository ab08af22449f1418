"""Starting a workbook: every business model alone, in pairs and all together, of any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, cycle
from pathlib import Path

import pytest

from engine.authoring import chosen, offered, starter
from engine.authoring.combine import combine
from engine.evaluate.model import Model
from engine.pipeline import build, check, new
from tests.end_to_end.conftest import Tieout

IDS = tuple(one.id for one in offered())
# Each model once, with another that it does not lie beside: all pairs take half an hour (--starters).
PAIRS = tuple((pair, 12) for pair in zip(IDS[::2], reversed(IDS[1::2]), strict=False))
LENGTHS = ((("consulting",), 12), (("api-access",), 84), (("marketplace",), 120))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give ``chosen_of`` a sample of models and months, or with --starters all that differ."""
    if "chosen_of" in metafunc.fixturenames:
        every = metafunc.config.getoption("--starters")
        cases = tuple(every_case()) if every else (*PAIRS, *LENGTHS)
        names = [f"{'+'.join(ids)}-{months}" for ids, months in cases]
        metafunc.parametrize("chosen_of", cases, ids=names)


def every_case() -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield each model at several lengths, then the pairs, one for each set of models that pairs compose."""
    yield from (((one,), months) for months in (12, 36, 48, 60, 84, 120) for one in IDS)
    pairs = {behind(pair): pair for pair in combinations(IDS, 2)}
    yield from zip(pairs.values(), cycle((12, 24, 36, 48)), strict=False)


def behind(ids: Iterable[str]) -> frozenset[str]:
    """Return models with all that they require, at any remove; two may require each other."""
    requires = {one.id: one.requires for one in offered()}
    found, waiting = set[str](), list(ids)
    while waiting:
        one = waiting.pop()
        waiting += () if one in found else requires[one]
        found.add(one)
    return frozenset(found)


def test_the_list_names_every_model_with_its_purpose(tieout: Tieout) -> None:
    """Each template's id, which is its file's name, stands in the list with title and purpose."""
    said = tieout("new", "--list")
    assert said.code == 0
    for one in offered():
        (chosen_file,) = chosen([one.id])
        assert chosen_file.stem == one.id
        assert one.purpose
        assert any(line.startswith(one.id) and one.purpose in line for line in said.out.splitlines())


def assert_ready(target: Path) -> None:
    """Hold that nothing is found in a workbook, and that it makes a pack in which every check passes."""
    audit = check(target)
    assert [str(one) for one in audit.findings] == []
    assert audit.sound
    built = build(target, target.parent / "pack")
    assert [path.exists() for path in built.paths] == [True]
    assert built.failed_checks == ()


@pytest.mark.parametrize("name", IDS)
def test_a_new_workbook_is_sound(name: str, tmp_path: Path) -> None:
    """A starter passes the check and builds a pack as it is, with scenarios, a sweep and phases to edit."""
    target = new(tmp_path / "mine.xlsx", [name], months=24)
    assert_ready(target)
    contract = Model.open(target).contract
    assert {"Base", "Downside", "Upside"} <= set(contract.scenarios.names)
    assert any(contract.scenarios.values[one] for one in contract.scenarios.names)
    kinds = [analysis.kind for analysis in contract.analyses]
    assert "sweep" in kinds
    assert kinds.count("scenarios") == 1
    assert len({phase.plan for phase in contract.phases if phase.begins}) >= 1


def test_any_models_of_any_length_are_sound(chosen_of: tuple[tuple[str, ...], int], tmp_path: Path) -> None:
    """Models in one workbook pass the check and build a pack as they are, whichever, however many months."""
    ids, months = chosen_of
    assert_ready(new(tmp_path / "mine.xlsx", ids, months))


@pytest.mark.parametrize(
    ("ids", "title", "first", "last"),
    [
        (("growth", "agent-costs"), "Hosted agents + Agent costs", "funding_need", None),
        (("open-core",), "Open core and hosted platform", "oc_arr_end", "ac_enterprise_margin"),
        (("packing",), "Unit cost and packing", "compute_derived", "plan_spent_before"),
        (("team", "packing", "market", "timeline"), "Timeline", None, None),
    ],
)
def test_a_new_workbook_begins_with_what_was_asked_for(
    ids: tuple[str, ...], title: str, first: str | None, last: str | None
) -> None:
    """It carries the titles of the models named; their figures stand before those of what they build on."""
    made = starter(ids)
    assert made.title == title
    outputs = combine(made.templates, made.title).outputs
    assert first in (None, outputs[0].name)
    assert last in (None, outputs[-1].name)


def test_every_model_together_builds_a_pack(tmp_path: Path) -> None:
    """All models in one workbook pass the check and build a pack; years and horizon follow the months."""
    months = 30
    target = new(tmp_path / "mine.xlsx", IDS, months=months)
    model = Model.open(target)
    base = model.evaluate()
    assert base["horizon"] == months
    assert len(base.range("month_number")[0]) == months
    assert len(base.range("annual_year")[0]) == -(-months // 12)
    assert check(target).sound
    assert [path.exists() for path in build(target, tmp_path / "pack").paths] == [True]


def test_wrong_ids_are_told_together_and_nothing_is_written(tieout: Tieout, tmp_path: Path) -> None:
    """Every unknown id is named, with what may have been meant."""
    target = tmp_path / "mine.xlsx"
    said = tieout("new", str(target), "--with", "growht,growth,nonsense")
    assert said.code == 1
    assert "growht" in said.err
    assert "did you mean 'growth'?" in said.err
    assert "nonsense" in said.err
    assert not target.exists()


def test_a_new_workbook_is_named_as_one(tieout: Tieout, tmp_path: Path) -> None:
    """Excel opens no workbook that is called otherwise."""
    said = tieout("new", str(tmp_path / "mine.csv"), "--with", "plan")
    assert said.code == 1
    assert "name it mine.csv.xlsx" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_kept(tieout: Tieout, tmp_path: Path) -> None:
    """The target is never written over."""
    target = tmp_path / "mine.xlsx"
    target.write_bytes(b"the analyst's")
    said = tieout("new", str(target), "--with", "timeline")
    assert said.code == 1
    assert "never overwritten" in said.err
    assert target.read_bytes() == b"the analyst's"


@pytest.mark.parametrize(
    "arguments", [(), ("mine.xlsx",), ("mine.xlsx", "--with", "growth", "--months", "1")]
)
def test_a_wrong_command_line_is_told(arguments: tuple[str, ...], tieout: Tieout) -> None:
    """Without a target or models, or with too few months, the exit code is 2."""
    assert tieout("new", *arguments).code == 2
