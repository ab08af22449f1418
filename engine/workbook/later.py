"""Parts of a sheet that are read when someone asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Item = TypeVar("Item")


class Later(Mapping[int, Item], Generic[Item]):
    """A sheet's formulas, stored values or styles, read when asked for; ``keys`` where they are known."""

    def __init__(self, load: Callable[[], Mapping[int, Item]], keys: Integers | None = None) -> None:
        self._load = load
        self._keys = keys

    @cached_property
    def _items(self) -> Mapping[int, Item]:
        return self._load()

    @cached_property
    def _known(self) -> Mapping[int, Any]:
        return self._items if self._keys is None else dict.fromkeys(self._keys.tolist())

    def __getitem__(self, key: int) -> Item:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __reduce__(self) -> tuple[type[dict[int, Item]], tuple[dict[int, Item]]]:
        return dict, (dict(self._items),)
