"""Keep the small book's parts as golden, after having looked at them: python -m tests.xlsx.keep_golden."""

from __future__ import annotations

from engine.xlsx.theme import load_theme
from engine.xlsx.write import render
from tests.xlsx.conftest import ROOT, small_book
from tests.xlsx.test_write import GOLDEN, normalised, parts


def main() -> None:
    """Replace every file of golden/."""
    for path in GOLDEN.iterdir():
        path.unlink()
    content = render(small_book(), load_theme(ROOT / "templates" / "theme.toml"))
    for name, xml in parts(content).items():
        (GOLDEN / name.replace("/", "__")).write_text(normalised(xml), encoding="utf-8")


if __name__ == "__main__":
    main()
