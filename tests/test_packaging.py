"""The wheel holds all that a user needs, and no committed file names a host or a machine's path."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it in an environment that doesn't know the repository, return its Python."""
    place = tmp_path_factory.mktemp("wheel")
    copy = place / "source"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "outputs", ".*_cache", "__pycache__")
    )
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(place), str(copy)], check=True, cwd=place)
    venv.create(place / "venv", with_pip=False, symlinks=True)
    python = place / "venv" / "bin" / "python"
    home = Path(
        subprocess.check_output(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], text=True
        ).strip()
    )
    wheel = next(place.glob("tieout-*.whl"))
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, cwd=place)
    # Dependencies come from this environment; the .pth of an editable install there is not followed.
    (home / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def test_the_wheel_runs_without_the_repository(installed: Path, tmp_path: Path) -> None:
    """``tieout --help`` answers from the wheel alone."""
    command = installed.parent / "tieout"
    shown = subprocess.run(
        [command, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "build" in shown
    assert "check" in shown


def test_templates_travel_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Every template of the repository is found through importlib.resources in the installed package."""
    code = (
        "from importlib.resources import as_file\nfrom engine.core.templates import templates\n"
        "with as_file(templates()) as folder:\n"
        "    print(*sorted(str(p.relative_to(folder)) for p in folder.rglob('*.toml')), sep='\\n')\n"
        "    print('at', folder)"
    )
    shown = subprocess.check_output([installed, "-c", code], cwd=tmp_path, text=True).splitlines()
    assert shown[:-1] == sorted(
        str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.toml")
    )
    assert str(ROOT) not in shown[-1]


def tracked() -> list[Path]:
    """Return the text files that git tracks."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and Path(name).suffix not in {".xlsx", ".png"}]


def test_no_file_names_a_host_or_a_machine() -> None:
    """No registry's host and no path of a machine stands in a committed file."""
    forbidden = re.compile(
        "|".join(
            [
                "/wo" + "rk/[a-z]",
                "/tm" + "p/[a-z]",
                "/roo" + "t/",
                "pypi" + r"\.org",
                "python" + "hosted",
                "deb" + r"ian\.org",
            ]
        )
    )
    found = [
        str(path)
        for path in tracked()
        if path.exists() and forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_constraints_pin_every_dependency() -> None:
    """Every declared dependency is pinned exactly in constraints.txt, within its declared bounds."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {
        name.lower().replace("_", "-"): pin
        for name, pin in (line.split("==") for line in lines if line[0] != "#")
    }
    extras = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    declared = [text for text in [*PROJECT["dependencies"], *extras] if not text.startswith("tieout[")]
    wrong = [
        text
        for text in declared
        if not Requirement(text).specifier.contains(pins[Requirement(text).name.lower()])
    ]
    assert wrong == []


def test_formulas_is_pinned_exactly() -> None:
    """formulas' internals are used, so its version is exact."""
    assert "formulas==1.3.4" in PROJECT["dependencies"]
