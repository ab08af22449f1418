"""Where each form's cells are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.core.address import SHIFT, STRIDE
from engine.plan.forms import FormedCells

Hull = tuple[int, int, int, int]  # top, left, bottom, right


@dataclass(frozen=True, slots=True)
class Placed:
    """A form's number and sheet, the keys of its cells in order, and the rectangle around them."""

    number: int
    sheet: int
    keys: npt.NDArray[np.int64]
    hull: Hull


def placed(formed: FormedCells) -> Iterator[Placed]:
    """Yield every form with its cells."""
    for sheet, cells in enumerate(formed.cells):
        if not cells:
            continue
        keys = np.fromiter(cells, np.int64, len(cells))
        forms = np.fromiter(cells.values(), np.int64, len(cells))
        order = np.lexsort((keys, forms))
        keys, forms = keys[order], forms[order]
        starts = np.flatnonzero(np.diff(forms, prepend=-1))
        rows, columns = keys >> SHIFT, keys & (STRIDE - 1)
        hulls = (
            np.minimum.reduceat(rows, starts),
            np.minimum.reduceat(columns, starts),
            np.maximum.reduceat(rows, starts),
            np.maximum.reduceat(columns, starts),
        )
        for number, own, top, left, bottom, right in zip(
            forms[starts].tolist(),
            np.split(keys, starts[1:]),
            *(bound.tolist() for bound in hulls),
            strict=True,
        ):
            yield Placed(number, sheet, own, (top, left, bottom, right))
