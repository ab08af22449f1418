"""A criterion asked once about each distinct value answers as when it is asked about every cell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.core.values import DIV0, NA, Value
from engine.functions.criteria import criterion
from engine.functions.meeting import once_each

values: st.SearchStrategy[Value] = st.sampled_from(
    [1.0, 0.0, -0.0, 1.0000000000000002, 2.5, "1", "x", "X", "xy", "", None, NA, DIV0]
)
wanted: st.SearchStrategy[Value] = st.sampled_from(
    ["x", "x*", "<>x", ">1", "<=1", "=", "<>", "1", 1.0, None, True, "TRUE", "#N/A", "<>1"]
)


@given(st.lists(values | st.booleans(), max_size=40), wanted)
def test_distinct_values_stand_for_all(cells: list[Value], asked: Value) -> None:
    """TRUE is not 1, text is compared without case, and blanks and errors count as they do alone."""
    test = criterion(asked)
    repeated = cells * 5
    assert list(map(once_each(test, repeated), repeated)) == list(map(test, repeated))
