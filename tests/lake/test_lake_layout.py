from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from hoptrace.lake.layout import Index, as_statements, parts
from hoptrace.lake.sorting import sort_part
from hoptrace.lake.texts_of_numbers import KEY_OF
from hoptrace.model.statements import STATEMENTS, TIME

SORTED = pl.Schema({"key": pl.Int64, "start_time": TIME, "row": pl.Int64})
TEXTS = ("+12025550143", "12025550143", "++12025550143", "+012025550143", "+-12025550143", "+ 12025550143", "anonymous")
NUMBER = st.tuples(st.none() | st.sampled_from(TEXTS), st.none() | st.sampled_from([12025550143, -1, -12025550143]))


@settings(deadline=None)
@given(st.lists(st.tuples(*(NUMBER for _ in KEY_OF)), min_size=1, max_size=8))
def test_numbers_come_back_as_they_were_written(rows: list[tuple[tuple[str | None, int | None], ...]]) -> None:
    told = [
        {
            "batch": "b",
            "row": at,
            "start_time": datetime(2026, 5, 1, tzinfo=UTC),
            "fingerprint": at,
            **{name: text for name, (text, _) in zip(KEY_OF, row, strict=True)},
            **{key: number for key, (_, number) in zip(KEY_OF.values(), row, strict=True)},
            "called": 12025550143,
        }
        for at, row in enumerate(rows)
    ]
    statements = pl.DataFrame(told, schema=STATEMENTS)
    stored = [part.rows for part in parts(statements) if part.index is Index.CALLED]
    own = pl.concat(stored).filter(pl.col("key") == pl.col("called"))
    assert_frame_equal(as_statements(own).sort("row"), statements)


def test_a_number_that_its_key_tells_is_not_stored_twice() -> None:
    told = {"start_time": datetime(2026, 5, 1, tzinfo=UTC), "called_number": "+12025550143", "called": 12025550143}
    part = next(iter(parts(pl.DataFrame([told], schema=STATEMENTS))))
    assert part.rows["called_number"].to_list() == [None]


def test_rows_are_sorted_by_key_and_then_by_time_whatever_their_order() -> None:
    times = [datetime(2026, 5, 1, 0, 0, second, tzinfo=UTC) for second in (5, 1, 3, 2)]
    told = [{"start_time": time, "called": 7 - at % 2, "row": at} for at, time in enumerate(times)]
    for rows in (told, sorted(told, key=lambda row: row["start_time"])):
        (part,) = parts(pl.DataFrame(rows, schema=STATEMENTS))
        assert part.rows.select("key", "start_time").equals(
            part.rows.select("key", "start_time").sort("key", "start_time")
        )


@settings(deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=30), in_time=st.booleans())
def test_equals_stay_as_they_stand_whether_keys_alone_are_sorted_or_not(
    rows: list[tuple[int, int]], in_time: bool
) -> None:
    told = sorted(rows, key=lambda row: row[1]) if in_time else rows
    at = [datetime(2026, 5, 1, 0, 0, second, tzinfo=UTC) for _, second in told]
    frame = pl.DataFrame({"key": [key for key, _ in told], "start_time": at, "row": range(len(told))}, schema=SORTED)
    assert sort_part(frame).equals(frame.sort("key", "start_time", maintain_order=True))
