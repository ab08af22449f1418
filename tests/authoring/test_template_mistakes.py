"""Every mistake in a template: what is wrong, where, and what to do, all of them in one exception."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.authoring import compose
from engine.core.exceptions import TemplateError
from tests.authoring.conftest import SMALL

CLAIM = """[[claim]]
id = "1"
source = "a document"
statement = "Income"
unit = "$"
stated_low = 1
precision = 1
computed = "all_income"
drivers = ["price"]
"""
MISTAKES = [
    ('title = "Small"', 'tilte = "Small"', "small.toml: model.tilte", "did you mean 'title'"),
    ('id = "small"\n', "", "small.toml: model.id", "missing"),
    ("[[axis]]", "[[axes]]", "small.toml: axes", "did you mean 'axis'"),
    ("low = 1\n", 'low = "one"\n', "assumption[1].low", "not a number"),
    ("low = 1\n", "low = true\n", "assumption[1].low", "not a number"),
    ("base = 2\n", "base = 5\n", "assumption[1].base", "not in order"),
    ('"pert"', '"bell"', "assumption[1].distribution", "not one of pert"),
    ('source = "estimate"', 'source = ""', "assumption[1].source", "empty source"),
    ('name = "price"', 'name = "Price now"', "assumption[1].name", "is no name"),
    ('name = "price"', 'name = "ab12"', "assumption[1].name", "like a cell address"),
    ('name = "income"', 'name = "price"', "line[2].name", "is already the name of small.toml: assumption[1]"),
    ('name = "income"', 'name = "master_check"', "line[2].name", "already this writer's own"),
    ('name = "Sales"', 'name = "Checks"', "sheet[1].name", "is taken"),
    ('id = "total"', 'id = "sales"', "section[2].id", "is taken"),
    ("count = 3", "count = 3.5", "axis[1].count", "not a whole number"),
    ("count = 3", "count = 4", "axis[1].points", "3 points for a count of 4"),
    ("count = 3", "", "axis[1].count", "needs a count of 1 or more"),
    ("count = 3", 'of = "months"', "axis[1].of", "there is no axis 'months'"),
    ('points = ["one", "two", "three"]', "", "axis[1].points", "either points or a header"),
    ('points = ["one", "two", "three"]', 'points = "one"', "axis[1].points", "not a list"),
    ('axis = "month"', 'axis = "months"', "section[1].axis", "did you mean 'month'"),
    ('sheet = "Sales"\ntitle = "Total"', 'sheet = "Sale"\ntitle = "Total"', "section[2].sheet", "'Sales'"),
    ('section = "total"', 'section = "totals"', "line[3].section", "did you mean 'total'"),
    ('unit = "units"\n', "", "line[1].unit", "has no unit"),
    ('formula = "units*price"', "", "line[2].formula", "either a formula or values"),
    ('formula = "units*price"', "values = [1, 2]", "line[2].values", "2 values for 3 columns"),
    ('formula = "units*price"', 'use = "cost"', "line[2].use", "there is no block 'cost'"),
    ('formula = "units*price"', 'formula = "units*{p}"', "line[2].formula", "{p} is no parameter"),
    ("units*price", "units*prize", "line[2]: income", "did you mean 'price'"),
    ("units*price", "units*1.2", "line[2]: income", "the constant 1.2 belongs in an assumption"),
    ("units*price", "units*12+12+12", "line[2]: income", "12+12 is a constant in disguise"),
    ("units*price", "units/MAX(price,1/100)", "line[2]: income", "1/100 is a constant in disguise"),
    ("units*price", "units*{q}", "line[2].formula", "{q} is no parameter of the block"),
    (
        "count = 3",
        'count = 3\nwords = [{ name = "p", at = ["a", "b"] }]',
        "axis[1].words",
        "2 words for 3 columns",
    ),
    ("units*price", "INDIRECT(units)", "line[2]: income", "INDIRECT( ) can't be used here"),
    ("units*price", "first(units)", "line[2]: income", "first( ) can't be used here"),
    ("units*price", "at(units,9)", "line[2]: income", "from 1 to 3"),
    ("units*price", "row(unit)", "line[2]: income", "did you mean 'units'"),
    ("units*price", "low(units)", "line[2]: income", "'units' is no assumption"),
    ('SUM(row(income))"\nnamed', 'income"\nnamed', "line[3]: all_income", "write row(income)"),
    ('SUM(row(income))"\nnamed', 'prev(income)"\nnamed', "line[3]: all_income", "is not on this line's axis"),
    ("all_income-SUM", "all_incomes-SUM", "check[1]: formula", "did you mean 'all_income'"),
    ('[[output]]\nname = "all_income"', '[[output]]\nname = "income"', "output[1]", "no defined name"),
    ("price = 3\n", 'price = "three"\n', "scenarios.Upside.price", "not a number"),
    ("price = 3\n", "prise = 3\n", "scenarios.Upside.prise", "did you mean 'price'"),
    ("[scenarios.Upside]", "[scenarios.Base]", "scenarios.Base", "Base changes nothing"),
    ('id = "small"', 'id = "small"\nrequires = ["large"]', "large.toml", "there is no such template"),
    ("[model]", "[model", "small.toml", "this is not TOML"),
    ("[[check]]", CLAIM + "[[check]]", "claim[1].stated_high", "the bounds 'both'; give stated_high"),
    (
        "[[check]]",
        CLAIM + 'bounds = "at most"\nstated_high = 2\n[[check]]',
        "claim[1].stated_low",
        "the bounds 'at most'; leave out stated_low",
    ),
]


@pytest.mark.parametrize(("old", "new", "where", "says"), MISTAKES)
def test_a_mistake_is_reported_with_its_place(
    old: str, new: str, where: str, says: str, template: Callable[[str], Path]
) -> None:
    """One mistake gives a TemplateError whose finding names the place and the remedy."""
    assert old in SMALL
    with pytest.raises(TemplateError) as raised:
        compose([template(SMALL.replace(old, new, 1))])
    findings = [str(finding) for finding in raised.value.findings]
    assert any(where in finding and says in finding for finding in findings), findings


def test_all_mistakes_come_together(template: Callable[[str], Path]) -> None:
    """Five mistakes in a file give five findings in one exception."""
    text = SMALL.replace("tit", "tilt", 1).replace("low = 1", 'low = "x"').replace('"pert"', '"bell"')
    with pytest.raises(TemplateError) as raised:
        compose([template(text.replace("count = 3", 'count = "3"'))])
    assert len(raised.value.findings) == 5


def test_mistakes_of_several_files_come_together(template: Callable[..., Path]) -> None:
    """A mistake in each of two files gives both findings."""
    paths = [template(SMALL.replace("low = 1", 'low = "x"'), name) for name in ("first", "second")]
    with pytest.raises(TemplateError) as raised:
        compose(paths)
    assert [finding.cell.split(":")[0] for finding in raised.value.findings] == ["first.toml", "second.toml"]


def test_the_small_template_itself_is_sound(template: Callable[[str], Path]) -> None:
    """Without a mistake nothing is raised, so that each row above fails for its own reason."""
    assert "Sales" in [sheet.name for sheet in compose([template(SMALL)]).sheets]
