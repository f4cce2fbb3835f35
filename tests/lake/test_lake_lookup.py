from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hoptrace.lake.view as view_module
from hoptrace.lake import directories, directory, picking, writing
from hoptrace.lake.lake import Lake
from hoptrace.lake.spans import merge_spans
from hoptrace.model.statements import STATEMENTS

A, B, C, D = 12025550100, 12025550101, 442079460100, -(2**63) + 7
DAY = 86_400


def _rows(frame: pl.DataFrame) -> list[int]:
    return frame["row"].to_list()


def test_a_statement_is_found_by_each_of_its_numbers(lake: Lake, make, spans) -> None:
    lake.append([make({"called": A, "egress_called": B, "redirecting": C}, {"called": D, "at": 9})], "c1")
    view = lake.view()
    for key in (A, B, C):
        assert _rows(view.statements(spans((key, 0, 0)))) == [1]
    assert _rows(view.statements(spans((A, 0, 0), (B, 0, 0), (C, 0, 0), (D, 0, 9)))) == [1, 2]
    assert view.statements(spans((A, 0, 0))).schema == STATEMENTS


def test_the_ends_of_a_span_belong_to_it(lake: Lake, make, spans) -> None:
    lake.append([make(*({"at": at} for at in (9.999999, 10, 20, 20.000001)))], "c1")
    assert _rows(lake.view().statements(spans((A, 10, 20)))) == [2, 3]


def test_spans_over_midnight_and_overlapping_ones_give_each_statement_once(lake: Lake, make, spans) -> None:
    lake.append([make({"at": DAY - 1}, {"at": DAY + 1}, {"at": 2 * DAY})], "c1")
    wanted = spans((A, DAY - 5, DAY + 5), (A, DAY, DAY + 9), (A, DAY - 1, DAY - 1))
    assert _rows(lake.view().statements(wanted)) == [1, 2]


def test_nothing_wanted_or_nothing_there_is_an_empty_frame(lake: Lake, make, spans) -> None:
    assert lake.view().statements(spans((A, 0, 9))).schema == STATEMENTS
    lake.append([make({})], "c1")
    for wanted in (spans(), spans((B, 0, 9)), spans((A, 5, 9)), spans((A, 9, 0))):
        assert lake.view().statements(wanted).is_empty()
        assert lake.view().placed_by(wanted).is_empty()


def test_a_caller_leads_to_its_calls(lake: Lake, make, spans) -> None:
    frame = make(
        {"calling": C, "called": A, "at": 1},
        {"calling": C, "called": B, "at": 2, "egress_called": D},
        {"calling": C, "called": B, "at": 50},
        {"calling": -1, "called": B, "at": 2},
        {"calling": None, "called": B, "at": 2},
    )
    lake.append([frame], "c1")
    found = lake.view().placed_by(spans((C, 0, 10)))
    assert _rows(found) == [1, 2]
    assert found["egress_called"].to_list() == [None, D]
    assert lake.view().placed_by(spans((-1, 0, 10))).is_empty()


def test_statements_of_the_same_second_are_told_apart(lake: Lake, make, spans) -> None:
    lake.append([make({}, {}, batch="b1"), make({}, batch="b0")], "c1")
    found = lake.view().statements(spans((A, 0, 0)))
    assert found.select("batch", "row").rows() == [("b0", 1), ("b1", 1), ("b1", 2)]


def test_a_bounded_scan_reads_only_that_time(lake: Lake, make) -> None:
    frame = make({"at": 0}, {"at": 10}, {"at": DAY}, {"at": 2 * DAY})
    lake.append([frame], "c1")
    first, last = frame["start_time"][1], frame["start_time"][2]
    assert _rows(lake.view().scan(first, last).collect().sort("row")) == [2, 3]
    assert lake.view().scan(last + timedelta(days=9)).collect().schema == STATEMENTS


KEYS = st.sampled_from([A, B, C, D])
SPAN = st.tuples(KEYS, st.integers(0, 40), st.integers(0, 40))
STATEMENT = st.fixed_dictionaries(
    {
        "at": st.integers(0, 40).map(lambda tick: tick * DAY / 20),
        "called": KEYS,
        "calling": st.none() | KEYS | st.just(-1),
        "egress_called": st.none() | KEYS,
        "redirecting": st.none() | KEYS,
    }
)


SHORT = {(module, "BLOCK_ROWS"): 2 for module in (directory, directories, picking)}
WAYS = {
    "pick": {},
    "pick, short blocks": SHORT,
    "pick, short blocks, and all keys have one tag": {**SHORT, (directory, "_MIX"): np.uint64(0)},
    "pick, files of an earlier release": {**SHORT, (writing, "packed_directory"): lambda _rows: b""},
    "join": {(view_module, "PICK_UP_TO"): -1},
}


@pytest.fixture(scope="module", params=WAYS.values(), ids=WAYS)
def any_way(request: pytest.FixtureRequest):
    """Each way of looking up."""
    with pytest.MonkeyPatch.context() as patched:
        for (module, name), value in request.param.items():
            patched.setattr(module, name, value)
        yield


def _wanted(frame: pl.DataFrame, wanted: pl.DataFrame, columns: list[str]) -> set[int]:
    found: set[int] = set()
    for key, first, last in wanted.iter_rows():
        fits = pl.any_horizontal(*(pl.col(name) == key for name in columns)).fill_null(value=False)
        found |= set(_rows(frame.filter(fits, pl.col("start_time").is_between(first, last))))
    return found


@pytest.mark.usefixtures("any_way")
@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(STATEMENT, max_size=12), min_size=1, max_size=3), st.lists(SPAN, max_size=5))
def test_lookups_agree_with_a_plain_filter(make_once, spans_once, parts: list[list[dict]], asked: list[tuple]) -> None:
    rows = [row for part in parts for row in part]
    frame = make_once(*rows)
    wanted = spans_once(*((key, first * DAY / 20, last * DAY / 20) for key, first, last in asked))
    with TemporaryDirectory() as folder:
        lake = Lake(str(Path(folder) / "lake"))
        lake.create()
        at = 0
        for number, part in enumerate(parts):
            lake.append([frame.slice(at, len(part))], f"c{number}")
            at += len(part)
        view = lake.view()
        by_called = _wanted(frame, wanted, ["called", "egress_called", "redirecting"])
        assert sorted(_rows(view.statements(wanted))) == sorted(by_called)
        callers = frame.with_columns(calling=pl.when(pl.col("calling") != -1).then("calling"))
        assert sorted(_rows(view.placed_by(wanted))) == sorted(_wanted(callers, wanted, ["calling"]))
        assert sorted(_rows(view.scan().collect())) == sorted(_rows(frame))


@given(st.lists(SPAN, max_size=12))
@settings(deadline=None)
def test_merged_spans_hold_the_same_times_and_do_not_overlap(spans_once, asked: list[tuple[int, int, int]]) -> None:
    merged = merge_spans(spans_once(*asked))

    def moments(rows: list[tuple]) -> list[tuple]:
        zero = spans_once((A, 0, 0))["from_time"][0]
        found = []
        for key, first, last in rows:
            low, high = int((first - zero).total_seconds()), int((last - zero).total_seconds())
            found += [(key, second) for second in range(low, high + 1)]
        return found

    assert sorted(moments(merged.rows())) == sorted(set(moments(spans_once(*asked).rows())))


def test_a_process_that_goes_on_remembers_and_finds_the_same(lake: Lake, make, spans) -> None:
    calls = ({"called": called, "calling": C, "at": at} for called in (A, B, D) for at in range(0, 90, 7))
    lake.append([make(*calls)], "c1")
    wanted = spans((A, 3, 40), (A, 60, 70), (D, 0, 7))
    view = lake.view()
    first, callers = view.statements(wanted), view.placed_by(spans((C, 0, 30)))
    assert (first.height, callers.height) == (9, 15)
    assert view.statements(wanted).equals(first)
    assert view.placed_by(spans((C, 0, 30))).equals(callers)
