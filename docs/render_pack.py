"""Render the committed pack to images with an index, which the README links: docs/pack.

    python docs/render_pack.py [WORKBOOK] [FOLDER]

Needs LibreOffice (soffice) and poppler (pdftoppm, pdftotext) on the path, and pngquant for images of a third
of the size. Look at every page before committing them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESOLUTION = 70  # dots per inch: legible on a screen, small in a repository
WIDTH = 110  # characters of a title in the index


def render(workbook: Path, folder: Path) -> list[Path]:
    """Replace the images in a folder with the pages of a workbook, and write an index of them.

    A page is called by its sheet, which stands in its footer, and from the second page of a sheet on by a
    number too, so that a picture keeps its name when pages are added before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        pdf = Path(scratch, f"{workbook.stem}.pdf")
        office = ["soffice", f"-env:UserInstallation={Path(scratch, 'profile').as_uri()}", "--headless"]
        convert = [*office, "--convert-to", "pdf", "--outdir", scratch, str(workbook)]
        subprocess.run(convert, check=True, capture_output=True)
        pages = ["pdftoppm", "-png", "-r", str(RESOLUTION), str(pdf), str(Path(scratch, "page"))]
        subprocess.run(pages, check=True)
        drawn = sorted(Path(scratch).glob("page-*.png"))
        texts = [lines_of(pdf, number) for number in range(1, len(drawn) + 1)]
        images = [
            folder / f"{name}.png" for name in names_of([sheet_of(lines, workbook.name) for lines in texts])
        ]
        for page, image in zip(drawn, images, strict=True):
            image.write_bytes(smaller(page))
    entries = [
        f"{n}. [{title(lines, n)}]({image.name})"
        for n, (image, lines) in enumerate(zip(images, texts, strict=True), 1)
    ]
    index = [f"# Pages of {workbook.name}", "", "Rendered by `docs/render_pack.py`.", "", *entries, ""]
    (folder / "README.md").write_text("\n".join(index), encoding="utf-8")
    return images


def smaller(image: Path) -> bytes:
    """Return an image with a palette of 64 colours, a third of the size, where pngquant is on the path."""
    if shutil.which("pngquant") is None:
        return image.read_bytes()
    made = subprocess.run(
        ["pngquant", "--speed", "1", "--strip", "64", "-"],
        input=image.read_bytes(),
        check=True,
        capture_output=True,
    )
    return made.stdout


def lines_of(pdf: Path, page: int) -> list[str]:
    """Return the lines of text of a page."""
    command = ["pdftotext", "-f", str(page), "-l", str(page), "-layout", str(pdf), "-"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [" ".join(line.split()) for line in shown.splitlines() if line.strip()]


def sheet_of(lines: list[str], file: str) -> str:
    """Return the sheet that a page's footer names: "file · sheet · version"."""
    footer = next(line for line in reversed(lines) if f"{file} · " in line)
    return footer.split(f"{file} · ", 1)[1].split(" · ")[0]


def names_of(sheets: list[str]) -> list[str]:
    """Return a file's name for each page: its sheet's in small letters, numbered from the second page on."""
    met: Counter[str] = Counter()
    names = []
    for sheet in sheets:
        plain = re.sub(r"[^a-z0-9]+", "-", sheet.casefold()).strip("-")
        met[plain] += 1
        names.append(plain if met[plain] == 1 else f"{plain}-{met[plain]}")
    return names


def title(lines: list[str], page: int) -> str:
    """Return what stands at the top of a page, below the link back to the contents."""
    found = next((line for line in lines if "← Contents" not in line), f"page {page}")
    return found if len(found) <= WIDTH else found[: found.rindex(" ", 0, WIDTH)] + " …"


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    source = given[0] if given else ROOT / "outputs" / "investor-pack.xlsx"
    for image in render(source, given[1] if len(given) > 1 else ROOT / "docs" / "pack"):
        print(image)
