"""An array that grows at its end."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

_SHORTEST: Final = 64


class Buffer:
    """An array that grows at its end, with room to spare."""

    __slots__ = ("_held", "size")

    def __init__(self, dtype: Any) -> None:
        self._held = np.empty(_SHORTEST, dtype)
        self.size = 0

    @property
    def array(self) -> Any:
        """What was appended so far."""
        return self._held[: self.size]

    def extend(self, more: Any) -> None:
        """Append an array."""
        end = self.size + len(more)
        if end > len(self._held):
            held = np.empty(max(end, 2 * len(self._held)), self._held.dtype)
            held[: self.size] = self.array
            self._held = held
        self._held[self.size : end] = more
        self.size = end
