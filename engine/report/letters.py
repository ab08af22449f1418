"""How wide text stands in Arial, so that rows are as high as their text needs and no higher.

Widths are those of Adobe's metrics for Helvetica, which Arial shares, in thousandths of the letter size.
"""

from __future__ import annotations

_WIDTHS: dict[str, int] = {
    **dict.fromkeys("ijl'", 222),
    **dict.fromkeys(" !,./:;I[]\\ft|", 278),
    **dict.fromkeys("()-r`", 333),
    **dict.fromkeys("Jckvsxyz", 500),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("&ABEKPSVXY", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("Mm", 833),
    **dict.fromkeys("%W", 930),
    **dict.fromkeys("→—@", 1000),
}
_OTHER = 556  # digits, most small letters, and what is not listed
_BOLD, _MARGIN = 1.08, 0.99


def text_pixels(text: str, points: float = 10.0, *, bold: bool = False) -> float:
    """Return the pixels at 96 per inch that a text takes on one line."""
    units = sum(_WIDTHS.get(letter, _OTHER) for letter in text)
    return units / 1000 * points * 4 / 3 * (_BOLD if bold else 1.0)


def lines_needed(text: str, pixels: float, points: float = 10.0, *, bold: bool = False) -> int:
    """Return how many lines a text takes in so many pixels, broken between words."""
    return sum(_lines(line.split(" "), pixels / _MARGIN, points, bold=bold) for line in text.split("\n"))


def _lines(words: list[str], pixels: float, points: float, *, bold: bool) -> int:
    space = text_pixels(" ", points, bold=bold)
    count, used = 1, -space
    for word in words:
        wide = text_pixels(word, points, bold=bold)
        if used > 0 and used + space + wide > pixels:
            count, used = count + 1, -space
        used += space + wide
        while used > pixels:  # a word longer than the line is broken within
            count, used = count + 1, used - pixels
    return count
