"""Reading the theme strictly: each mistake has its sentence, and all come together."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.exceptions import TemplateError
from engine.xlsx.theme import Theme, load_theme

MISTAKES = [
    ("[colors]\nink = '#000000'", "unknown section [colors]; did you mean 'colours'?"),
    ("colours = 3", "[colours] must be a table"),
    ("[colours]\nink = 'black'", "[colours] ink: 'black' is not a colour such as #17324D"),
    ("[colours]\nink = 5", "[colours] ink must be a text, not 5"),
    (
        "[colours]\nink = '#000000'\n[series]\na = 'inck'",
        "[series] a: 'inck' is no colour of [colours] and not #RRGGBB; did you mean 'ink'?",
    ),
    ("[theme]\nfnt = 'Arial'", "[theme] has an unknown key 'fnt'; did you mean 'font'?"),
    ("[theme]\nsize = 'big'", "[theme] size can't be 'big'"),
    ("[theme]\npaper = 'A3'", "[theme] paper is 'A3'; it must be A4 or Letter"),
    ("[scales.x]\nlow = '#000000'", "[scales.x] needs low and high"),
    ("[styles.a]\nbolt = true", "[styles.a] bolt is not a property of a style; did you mean 'bold'?"),
    ("[styles.a]\nbold = 'yes'", "[styles.a] bold must be true or false"),
    ("[styles.a]\nsize = 900", "[styles.a] size must be a number from 0 to 100"),
    ("[styles.a]\ntop = 'wide'", "[styles.a] top can't be 'wide'; it is one of none, thin"),
    ("[styles.a]\nalign = 'middle'", "[styles.a] align can't be 'middle'"),
    ("[styles.a]\nnumber_format = 'x'", "[styles.a] number_format can't be 'x'"),
    ("[styles.a]\ncolour = 3", "[styles.a] colour must be a text"),
    ("[styles.a]\nextends = 'b'", "[styles.a] extends 'b', which is no style"),
    ("[styles.a]\nextends = 'a'", "[styles.a] extends itself by way of 'a'"),
    ("[styles]\na = 1", "[styles.a] must be a table"),
    ("not toml", "this is not TOML"),
]


def load(text: str, folder: Path) -> Theme:
    path = folder / "theme.toml"
    path.write_text(text, encoding="utf-8")
    return load_theme(path)


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[message[:40] for _, message in MISTAKES])
def test_each_mistake(text: str, message: str, tmp_path: Path) -> None:
    """Each mistake is told with its place and, where near, the right word."""
    with pytest.raises(TemplateError) as caught:
        load(text, tmp_path)
    assert message in str(caught.value)
    assert len(caught.value.findings) == 1


def test_all_mistakes_together(tmp_path: Path) -> None:
    """Three mistakes are three findings of one error."""
    with pytest.raises(TemplateError) as caught:
        load("[colours]\na = 'x'\n[styles.s]\nbolt = 1\nsize = -1", tmp_path)
    assert len(caught.value.findings) == 3


def test_missing_file(tmp_path: Path) -> None:
    """A theme that is not there is named."""
    with pytest.raises(TemplateError, match=r"there is no theme file none\.toml"):
        load_theme(tmp_path / "none.toml")


def test_styles_extend(tmp_path: Path) -> None:
    """A style has what it extends, changed by its own."""
    text = "[styles.a]\nbold = true\nsize = 9\n[styles.b]\nextends = 'a'\nsize = 12"
    assert load(text, tmp_path).styles["b"] == {"bold": True, "size": 12}


def test_the_shipped_theme_has_what_was_promised(theme: Theme) -> None:
    """Styles and formats that the other stages use by name are there."""
    styles = (
        "title subtitle heading label body muted unit input calc link external total header header_right note"
    )
    styles += " check_ok check_bad good bad hyperlink"
    formats = "integer number decimal1 decimal2 money money2 money_k money_m percent percent1 multiple date"
    formats += " month text"
    assert set(styles.split()) <= set(theme.styles)
    assert {*formats.split(), "general", "factor"} <= set(theme.number_formats)
