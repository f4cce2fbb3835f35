from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.intake.distinct import distinct
from hoptrace.intake.fingerprint import fingerprints

NAMES = ("a", "b", "n", "f", "t")
SCHEMA = {"a": pl.String, "b": pl.String, "n": pl.Int64, "f": pl.Float64, "t": pl.Datetime("us", "UTC")}
ROW = st.tuples(
    st.none() | st.text(max_size=20).filter(lambda text: "\x1f" not in text and "\x00" not in text),
    st.none() | st.sampled_from(["", "x", "xy"]),
    st.none() | st.integers(-(2**40), 2**40),
    st.none() | st.integers(0, 10_000).map(lambda tick: tick / 8),
    st.none() | st.integers(0, 2**50).map(lambda tick: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=tick)),
)


def _of(*rows: tuple) -> list[int]:
    return fingerprints(pl.DataFrame(list(rows), schema=SCHEMA, orient="row"), NAMES).to_list()


def test_the_value_never_changes() -> None:
    # They lie in lakes: another value here means that files sent again are no longer known again.
    row = ("+12025550143", None, 7, 1.5, datetime(2026, 5, 1, 12, tzinfo=UTC))
    assert _of(row) == [18269861582588946011]


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=30))
def test_equal_rows_and_only_they_are_equal_wherever_they_stand(rows: list[tuple]) -> None:
    together = _of(*rows)
    assert together == [_of(row)[0] for row in rows]
    assert len(set(together)) == len(set(rows))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=30))
def test_texts_that_are_read_once_each_give_the_same(rows: list[tuple]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    few = {name: distinct(frame[name]) for name in ("a", "b")}
    assert fingerprints(frame, NAMES, few).to_list() == fingerprints(frame, NAMES).to_list()


def test_no_collisions_in_many_near_rows() -> None:
    frame = pl.select(a=pl.int_range(200_000).cast(pl.String), b=(pl.int_range(200_000) % 7).cast(pl.String))
    assert fingerprints(frame, ("a", "b")).n_unique() == 200_000


def test_fields_do_not_run_into_each_other() -> None:
    assert (
        len(set(_of(("ab", "c", None, None, None), ("a", "bc", None, None, None), ("abc", "", None, None, None)))) == 3
    )
    assert (
        len(set(_of(("", None, None, None, None), (None, "", None, None, None), (None, None, None, None, None)))) == 3
    )


def test_no_rows_give_no_fingerprints() -> None:
    assert _of() == []
