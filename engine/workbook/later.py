"""What is read of a workbook when someone asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Key = TypeVar("Key")
Item = TypeVar("Item")


class Later(Mapping[Key, Item], Generic[Key, Item]):
    """Such as a sheet's formulas, stored values or styles by cell; ``keys`` where they are known."""

    def __init__(self, load: Callable[[], Mapping[Key, Item]], keys: Integers | None = None) -> None:
        self._load = load
        self._keys = keys

    @cached_property
    def _items(self) -> Mapping[Key, Item]:
        return self._load()

    @cached_property
    def _known(self) -> Mapping[Any, Any]:
        return self._items if self._keys is None else dict.fromkeys(self._keys.tolist())

    def __getitem__(self, key: Key) -> Item:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __iter__(self) -> Iterator[Key]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._items if self._keys is None else self._keys)

    def __reduce__(self) -> tuple[type[dict[Key, Item]], tuple[dict[Key, Item]]]:
        return dict, (dict(self._items),)
