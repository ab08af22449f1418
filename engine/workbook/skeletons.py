"""A sheet's XML between its values, which is what it was when only values changed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.workbook.sheet_marks import Integers
from engine.workbook.well_formed import is_text

_SPACED = re.compile(rb'<v xml:space="preserve">')
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A worksheet's part, where its values begin and end in it, and a digest of what stands between them."""

    part: bytes
    digest: bytes
    starts: Integers
    ends: Integers

    @classmethod
    def of(cls, part: bytes) -> Skeleton | None:
        """Return the skeleton of a worksheet's part; None where marks of values don't match each other."""
        raw = np.frombuffer(part, np.uint8)
        starts, ends = _tags(part, raw)
        if len(starts) != len(ends) or (starts > ends).any() or (ends[:-1] > starts[1:]).any():
            return None
        pieces = np.diff(np.concatenate(([0], np.stack([starts, ends], axis=1).ravel(), [len(part)])))
        between = raw[np.repeat(np.arange(len(pieces)) % 2 == 0, pieces)].tobytes()
        if between.count(b"<") != part.count(b"<"):
            return None
        digest = hashlib.blake2b(between, digest_size=20)
        return cls(part, digest.digest(), starts, ends)

    def text(self, place: int) -> bytes:
        """Return the text of a value."""
        return self.part[self.starts[place] : self.ends[place]]

    def texts(self, places: Integers) -> list[bytes]:
        """Return the texts of values."""
        starts, ends = self.starts[places].tolist(), self.ends[places].tolist()
        return [self.part[start:end] for start, end in zip(starts, ends, strict=True)]

    def holds_text(self) -> bool:
        """Whether values are well-formed text, none of them absurdly long, if all between them is."""
        if not len(self.starts):
            return True
        if int((self.ends - self.starts).max()) > _LONGEST:
            return False
        return is_text(self.part[self.starts[0] : self.ends[-1]])


def _tags(part: bytes, raw: npt.NDArray[np.uint8]) -> tuple[Integers, Integers]:
    """Return where tags of values end, and where their end tags begin."""
    found = np.flatnonzero((raw[:-1] == ord("v")) & (raw[1:] == ord(">")))
    before = raw[found - 1]
    starts = found[before == ord("<")] + 2
    closing = found[before == ord("/")]
    ends = closing[raw[closing - 2] == ord("<")] - 2
    if b"<v " in part:
        spaced = [match.end() for match in _SPACED.finditer(part)]
        starts = np.sort(np.concatenate([starts, np.array(spaced, np.int64)]))
    return starts, ends
