from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.exceptions import BadInput, UnknownName
from engine.core.values import NA
from engine.evaluate.model import Model
from engine.evaluate.scale.blocks import FrameBlock, frame_of
from engine.evaluate.scale.run import Run
from engine.evaluate.scale.sources import FrameScenarios, recut, source_of


def rows(path: Path) -> pd.DataFrame:
    return pd.concat([frame_of(block) for block in source_of(path).blocks(1024)])


def _told(values: Iterable[object]) -> list[object]:
    return [None if isinstance(value, float) and math.isnan(value) else value for value in values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price,volume\n1,2\n3,4\n", {"price": [1, 3], "volume": [2, 4]}),
        ("price,volume\n1,\n,4\n", {"price": [1, np.nan], "volume": [np.nan, 4]}),
        ("\ufeffprice\n1\n", {"price": [1]}),
        ("price\n1\n\n3\n", {"price": [1, np.nan, 3]}),
        ("price,volume\r\n1,2\r\n\r\n", {"price": [1], "volume": [2]}),
        ("price, mode\n1, lean\n2,NA\n", {"price": [1, 2], "mode": ["lean", "NA"]}),
        ("price,large\n1,true\n2,FALSE\n", {"price": [1, 2], "large": [True, False]}),
        ("price\n1.5e3\n#n/a\n", {"price": [1500.0, NA]}),
        ('"price"\n"2"\n', {"price": [2]}),
    ],
)
def test_a_csv_file_is_read_as_it_is_meant(
    tmp_path: Path, text: str, expected: dict[str, list[object]]
) -> None:
    """Blanks leave inputs, NA is text, #N/A is an error, TRUE a boolean; a byte-order mark is no part."""
    path = tmp_path / "s.csv"
    path.write_bytes(text.encode())
    found = rows(path)
    assert list(found.columns) == list(expected)
    for name, values in expected.items():
        assert _told(found[name]) == _told(values)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"price,volume\n1,2\n1,2,3\n", "Expected 2 fields in line 3, saw 3"),
        (b"price,volume\n1,2,3\n1,2,3\n", "more fields than the header"),
        (b'price,volume\n"1,2\n3,4\n', "EOF inside string"),
        ("price,é\n1,2\n".encode("latin-1"), "UTF-8"),
        (b"price,volume\n1,\xff\n", "can't be read"),
        (b"price\n", "there are no scenarios"),
        (b"price\nabc\n", "scenario 1: price is 'abc', which is text"),
        (b"price\n1\ninf\n", "scenario 2: price is inf, which no cell can hold"),
        (b"price,Assumptions!H2\n1,2\n", "are the same cell"),
        (b"price,price\n1,2\n", "are the same cell"),
        (b"prise\n1\n", "did you mean price"),
        (b"mode\n1\n", "which is a number; its cell holds text"),
    ],
)
def test_a_bad_csv_file_is_refused(model: Model, tmp_path: Path, content: bytes, message: str) -> None:
    """Each thing that may be wrong with a file is told, before anything runs."""
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    with pytest.raises((BadInput, UnknownName)) as problem:
        _ = Run(model, path, ("revenue",)).count
    assert message in str(problem.value)


def test_everything_wrong_comes_at_once(model: Model, tmp_path: Path) -> None:
    """Unknown inputs and outputs together; then every value in one list, also late in the file."""
    path = tmp_path / "s.csv"
    path.write_text("prise,volum\n1,2\n")
    with pytest.raises(UnknownName) as unknown:
        _ = Run(model, path, ("revenu",)).count
    assert len(str(unknown.value).splitlines()) == 3
    path.write_text("price,volume\n" + "1,2\n" * 70_000 + "x,3\n4,y\n")
    with pytest.raises(BadInput, match=r"scenario 70001: price is 'x'(.|\n)*scenario 70002: volume is 'y'"):
        _ = Run(model, path, ("revenue",)).count


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.csv", "is not there"), ("s.xlsx", "neither .csv nor .parquet"), ("empty", "holds no .parquet")],
)
def test_what_is_no_scenario_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """A missing file, another kind and an empty folder are told apart."""
    (tmp_path / "s.xlsx").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=message):
        _ = source_of(tmp_path / name).inputs


def test_parquet_reads_as_the_frame_it_was(tmp_path: Path) -> None:
    """A Parquet file, and a folder of them in the order of their names; nulls leave inputs."""
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    frame = pd.DataFrame({"price": [1.0, np.nan, 3.0], "mode": ["lean", None, "fat"]})
    frame.to_parquet(tmp_path / "s.parquet", row_group_size=2)
    assert rows(tmp_path / "s.parquet").to_csv() == frame.to_csv()
    (tmp_path / "parts").mkdir()
    for number in (1, 0):
        frame.iloc[[number]].to_parquet(tmp_path / "parts" / f"{number}.parquet")
    assert rows(tmp_path / "parts")["price"].tolist()[:1] == [1.0]


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    """A file that only has the name is told."""
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    (tmp_path / "s.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(BadInput, match="can't be read as Parquet"):
        _ = source_of(tmp_path / "s.parquet").inputs


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 7), max_size=8), st.integers(1, 6))
def test_recutting_keeps_every_row_in_order(lengths: list[int], size: int) -> None:
    """Frames of any lengths come out as frames of one length, the rows as they were."""
    whole = pd.DataFrame({"x": range(sum(lengths))})
    edges = np.cumsum([0, *lengths])
    parts = list(recut((whole.iloc[a:b] for a, b in pairwise(edges)), size))
    assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
    assert [x for part in parts for x in part["x"]] == list(range(sum(lengths)))


def test_numbers_and_others_are_told_apart() -> None:
    """Columns of numbers travel as arrays, others as frames; infinity is for the checks to refuse."""
    for frame, kind in [
        (pd.DataFrame({"a": [1, 2]}), False),
        (pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}), False),
        (pd.DataFrame({"a": [True, False]}), True),
        (pd.DataFrame({"a": [1.0, np.inf]}), True),
        (pd.DataFrame({"a": ["x", 1.0]}), True),
    ]:
        (block,) = FrameScenarios(frame).blocks(1024)
        assert isinstance(block, FrameBlock) is kind
