"""All that a contract's analyses and claims will vary and ask for, so that it can be planned at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.analysis.runner import BaseCase
from engine.core.exceptions import TieoutError

if TYPE_CHECKING:
    from engine.workbook.contract import Contract


def declared(contract: Contract, result: BaseCase) -> tuple[list[str], list[str]]:
    """Return the inputs that hold numbers and the outputs; names that the workbook lacks are left out."""
    inputs = [name for name in _known(_inputs(contract), result) if type(result[name]) is float]
    return inputs, _known(_outputs(contract), result)


def _inputs(contract: Contract) -> Iterator[str]:
    yield from (row.name for row in contract.assumptions)
    yield from (name for row in contract.analyses for name in row.drivers)
    yield from (name for row in contract.claims for name in row.drivers)


def _outputs(contract: Contract) -> Iterator[str]:
    yield from (row.name for row in contract.outputs)
    yield from (name for row in contract.analyses for name in row.outputs)
    yield from (row.computed for row in contract.claims)


def _known(names: Iterable[str], result: BaseCase) -> list[str]:
    by_fold = {name.casefold(): name for name in reversed(list(names)) if _holds(name, result)}
    return list(reversed(by_fold.values()))


def _holds(name: str, result: BaseCase) -> bool:
    try:
        _ = result[name]
    except TieoutError:
        return False
    return True
