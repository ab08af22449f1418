"""Powers, exponentials and logarithms of the compiled program: those of NumPy, errors included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.evaluate.batch import lanes
from engine.evaluate.model import Model
from tests.workbooks import Cell, sheet, workbook

powers = pytest.importorskip("engine.evaluate.batch.machine.scalar_powers", exc_type=ImportError)

RANDOM = np.random.default_rng(7)
SPREAD = np.exp(RANDOM.uniform(-300, 300, 10_000))
KERNELS: dict[str, tuple[Callable[..., np.ndarray], list[np.ndarray]]] = {
    "log": (np.log, [SPREAD]),
    "log near 1": (np.log, [1 + RANDOM.uniform(-0.3, 0.3, 10_000)]),
    "exp": (np.exp, [RANDOM.uniform(-700, 700, 10_000)]),
    "broken_power": (np.power, [SPREAD, RANDOM.uniform(-2, 2, 10_000)]),
    "broken_power near 1": (
        np.power,
        [1 + RANDOM.uniform(-0.3, 0.3, 10_000), RANDOM.uniform(-90, 90, 10_000)],
    ),
    "whole_power": (
        np.power,
        [np.exp(RANDOM.uniform(-2, 2, 10_000)), np.floor(RANDOM.uniform(-255, 256, 10_000))],
    ),
}


@pytest.mark.parametrize("name", KERNELS)
def test_vector_kernels_are_numpys(name: str) -> None:
    """Powers, exponentials and logarithms that become vector instructions are right to 1e-13."""
    expected, given = KERNELS[name]
    kernel = getattr(powers, name.split(maxsplit=1)[0])
    found = np.array([kernel(*numbers) for numbers in zip(*given, strict=True)])
    np.testing.assert_allclose(found, expected(*given), rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("broken_power", (0.0, 0.5), 0.0),
        ("broken_power", (0.0, -0.5), np.nan),
        ("broken_power", (-8.0, 1 / 3), np.nan),
        ("broken_power", (1e300, 1.5), np.nan),
        ("broken_power", (np.nan, 0.5), np.nan),
        ("broken_power", (9.0, 0.5), 3.0),
        ("whole_power", (0.0, 0.0), np.nan),
        ("whole_power", (0.0, -1.0), np.nan),
        ("whole_power", (0.0, 2.0), 0.0),
        ("whole_power", (-2.0, 3.0), -8.0),
        ("whole_power", (10.0, 255.0), 1e255),
        ("whole_power", (1e200, 2.0), np.nan),
        ("exp", (0.0,), 1.0),
        ("exp", (710.0,), np.nan),
        ("exp", (-1e4,), 0.0),
        ("log", (1.0,), 0.0),
        ("log", (0.0,), np.nan),
        ("log", (-1.0,), np.nan),
    ],
)
def test_where_powers_end(name: str, given: tuple[float, ...], expected: float) -> None:
    """What Excel answers with an error is NaN, and so is what is computed again by NumPy."""
    np.testing.assert_allclose(getattr(powers, name)(*given), expected, rtol=1e-13)


POWERS = {
    "a broken exponent": "=A1^0.7",
    "a whole one": "=A1^12",
    "one that varies, whole in some scenarios": "=A1^A2",
    "one that is large and whole": "=A1^300",
    "a constant base": "=1.02^A2",
    "under a condition": "=IF(A1>0,A1^0.5,7)",
    "a root of a negative number": "=(A1-1)^0.5",
    "e": "=EXP(A1)+LN(A2)+EXP(-A1*A1)",
}


@pytest.mark.parametrize("formula", POWERS.values(), ids=POWERS)
def test_compiled_powers_are_numpys(formula: str) -> None:
    """Whatever the exponent, numbers are alike to 1e-12 and errors the same."""
    cells: dict[str, Cell] = {"A1": 1.1, "A2": 2.5, "A3": formula, "A4": "=A3*2"}
    model = Model(workbook(sheet("Sheet1", cells)))
    first, second = model.cells(["Sheet1!A1", "Sheet1!A2"], "input")
    (wanted,) = model.cells(["Sheet1!A4"], "output")
    plan = lanes.plan(model.base, (first, second), (wanted,))
    given = {first: np.linspace(0.2, 3.0, 600), second: np.repeat([0.5, 2.0, 3.3, -1.0], 150)}
    numpy, compiled = plan.run(given, "numpy")[wanted], plan.run(given, "compiled")[wanted]
    assert compiled.dtype == numpy.dtype
    if numpy.dtype == float:
        np.testing.assert_allclose(compiled, numpy, rtol=1e-12)
        return
    for one, other in zip(compiled.tolist(), numpy.tolist(), strict=True):
        assert one == other or one == pytest.approx(other, rel=1e-12)
