"""Where a worksheet's cells are, and what of the workbook their XML refers to."""

from __future__ import annotations

from dataclasses import dataclass

from engine.workbook.cell_values import ValueReader
from engine.workbook.metadata import CellMetadata


@dataclass(frozen=True, slots=True)
class SheetSource:
    """A worksheet's name, part and state, the reader of its values and what metadata says of its cells.

    ``context`` stands for what that reader knows.
    """

    name: str
    part: str
    state: str
    values: ValueReader
    metadata: CellMetadata
    context: bytes = b""
