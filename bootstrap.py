"""Set up Tieout on a machine that has only Python, then build the outputs or run the tests.

    python3 bootstrap.py build [ARGUMENTS OF tieout build]
    python3 bootstrap.py test  [ARGUMENTS OF pytest]

The first run makes an environment in .venv and installs the versions that constraints.txt pins; later runs
reuse it until the pins change. Nothing outside this folder is touched. Only the standard library is needed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "tieout-installed"
PINS = (ROOT / "constraints.txt", ROOT / "pyproject.toml", ROOT / "bootstrap.py")
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
# The build backend is installed from the same pins, so that no step resolves a version of its own.
BACKEND = ("hatchling", "editables")


def wanted_stamp() -> str:
    """Return what an up-to-date environment is stamped with: the pins, this folder and this Python."""
    digest = hashlib.sha256()
    for pins in PINS:
        digest.update(pins.read_bytes())
    digest.update(f"{ROOT}|{sys.version}".encode())
    return digest.hexdigest()


def installed() -> bool:
    """Tell whether .venv is there and was made from these pins by this Python."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted_stamp()


def create() -> None:
    """Make .venv anew, or stop with a message that says what the machine lacks."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(ENVIRONMENT)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        sys.exit(
            "tieout: this Python can't make virtual environments (its venv or ensurepip module is missing).\n"
            "  On Debian and Ubuntu: apt install python3-venv. Elsewhere: use Python's own installer.\n"
            f"  It said: {(made.stderr or made.stdout).strip()}"
        )


def pip_install(*arguments: str) -> None:
    """Install into .venv under the pins; stop with pip's own words where it fails."""
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-c",
        str(PINS[0]),
    ]
    if subprocess.run([*command, *arguments], cwd=ROOT, check=False).returncode:
        sys.exit(
            "tieout: the install failed; pip's message above says why. Nothing outside .venv was changed."
        )


def set_up() -> None:
    """Bring .venv up to date; say so, because the first time takes a minute or two."""
    if sys.version_info < OLDEST:
        sys.exit(f"tieout needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    if installed():
        return
    print("tieout: setting up .venv (the first time takes a minute or two) ...", file=sys.stderr, flush=True)
    create()
    pip_install(*BACKEND)
    pip_install("--no-build-isolation", "--editable", ".[test]")
    STAMP.write_text(wanted_stamp(), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run one of the two commands and return its exit code."""
    commands = {"build": ["-m", "engine", "build"], "test": ["-m", "pytest"], "setup": ["-c", ""]}
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments and arguments[0] in {"-h", "--help"} else 2
    set_up()
    try:
        return subprocess.run(
            [str(PYTHON), *commands[arguments[0]], *arguments[1:]], cwd=ROOT, check=False
        ).returncode
    except KeyboardInterrupt:  # the command itself has already said what became of its outputs
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
