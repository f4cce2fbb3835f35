"""Statements read ahead for several parts: each gets what it would read by itself; not too much is held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from hoptrace.engines import ahead
from hoptrace.engines.ahead import Ahead, read_ahead, rows_ahead
from hoptrace.engines.ground import Ground
from hoptrace.engines.spans import to_read
from hoptrace.lake import view as view_module
from hoptrace.lake.lake import Lake
from hoptrace.linking.learned import Learned
from hoptrace.linking.members import WANTED
from hoptrace.model.statements import STATEMENTS

MIDNIGHT = datetime(2026, 5, 2, tzinfo=UTC)
NUMBERS = [12025550100 + number for number in range(6)]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Each number is called every 300 s from 3,000 s before midnight on; the second of them is sent on to the third."""
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    rows = [
        {
            **{"batch": "b", "row": row, "carrier": "alpha", "fingerprint": row, "called": NUMBERS[row % 6]},
            "egress_called": NUMBERS[2] if row % 6 == 1 else None,
            "start_time": MIDNIGHT + timedelta(seconds=300 * (row // 6) - 3_000),
        }
        for row in range(120)
    ]
    for start in range(0, len(rows), 30):
        lake.append([pl.DataFrame(rows[start : start + 30], schema=STATEMENTS)], f"c{start}")
    return Ground(lake.view(), Learned.nothing(), None, None, None, 600.0)


def wanted(*calls: tuple[int, float]) -> pl.DataFrame:
    """What calls to the n-th number, so many seconds after midnight, ask for."""
    rows = [(call, NUMBERS[at], MIDNIGHT.timestamp() + after, 600.0) for call, (at, after) in enumerate(calls)]
    return pl.DataFrame(rows, schema=WANTED, orient="row")


PARTS = [wanted((4, -900.0), (5, -100.0)), wanted((0, 50.0), (1, 700.0)), wanted((1, 1_200.0), (2, 2_000.0), (2, 0.0))]


@pytest.mark.parametrize("limits", [{}, {"PICK_UP_TO": 0}])
def test_each_part_gets_what_it_would_read_by_itself(ground, monkeypatch, limits):
    for name, value in limits.items():
        monkeypatch.setattr(view_module, name, value)
    spans = [to_read(part, ground.learned) for part in PARTS]
    due = [ground.view.statements(each) for each in spans]
    assert [frame.height for frame in due] == [9, 8, 20]
    read = read_ahead(ground, PARTS).view
    assert isinstance(read, Ahead)
    monkeypatch.setattr(type(ground.view), "statements", None)  # the lake is not asked again
    for each, frame in zip(spans, due, strict=True):
        assert read.statements(each).equals(frame)


def test_what_was_not_read_ahead_is_asked_of_the_lake(ground):
    read = read_ahead(ground, PARTS).view
    for other in (wanted((3, 0.0)), wanted((4, -900.0), (4, 3_000.0))):
        spans = to_read(other, ground.learned)
        assert read.statements(spans).equals(ground.view.statements(spans))
        assert not read.statements(spans).is_empty()
    callers = to_read(PARTS[0], ground.learned)
    assert read.placed_by(callers).equals(ground.view.placed_by(callers))


@pytest.mark.parametrize(("most", "held"), [(37, True), (36, False)])
def test_where_too_much_would_be_held_each_part_reads_for_itself(ground, monkeypatch, most, held):
    monkeypatch.setattr(view_module, "PICK_UP_TO", 0)
    monkeypatch.setattr(ahead, "MOST_ROWS", most)
    assert isinstance(read_ahead(ground, PARTS).view, Ahead) is held


def test_rows_around_the_wanted_ones_are_held_while_there_are_not_too_many(ground, monkeypatch):
    monkeypatch.setattr(view_module, "PICK_UP_TO", 0)
    assert rows_ahead(read_ahead(ground, PARTS)) == 54
    monkeypatch.setattr(ahead, "MOST_ROWS", 53)
    assert rows_ahead(read_ahead(ground, PARTS)) == 37


def test_how_much_was_read_ahead_is_known(ground):
    assert rows_ahead(ground) is None
    assert rows_ahead(read_ahead(ground, PARTS)) == 37
