"""What was said before: what is read of the lake, and that it is read a few times only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hoptrace.intake.formats.text.opening as opening_module
from hoptrace.engines.retention import lake_info
from hoptrace.intake.repeats import Repeats
from hoptrace.intake.submit import submit
from hoptrace.lake.view import FINGERPRINTS, View
from hoptrace.workspace import Workspace

BASE = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass
class FakeView:
    """Statements as (minute, fingerprint); notes what is asked for."""

    held: list[tuple[int, int]]
    asked: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])

    def fingerprints(self, carrier_id: str, first: datetime, last: datetime) -> pl.DataFrame:
        self.asked.append((first, last))
        found = [(at(minute), told) for minute, told in self.held if first <= at(minute) <= last]
        return pl.DataFrame(found, schema=FINGERPRINTS, orient="row")


def at(minute: int) -> datetime:
    return BASE + timedelta(minutes=minute)


def said(*minutes: int) -> pl.DataFrame:
    """Statements of these minutes; a statement's fingerprint is its minute."""
    return pl.DataFrame({"start_time": [at(minute) for minute in minutes], "fingerprint": minutes}).cast(
        {"fingerprint": pl.UInt64}
    )


def repeats(view: FakeView, *spans: tuple[int, int]) -> Repeats:
    fake: Any = view
    return Repeats(fake, "alpha", [(at(first), at(last)) for first, last in spans])


@pytest.mark.parametrize("step", [1, -1])
def test_what_the_lake_has_is_known_in_every_part_of_a_long_file(step: int) -> None:
    view = FakeView([(minute, minute) for minute in range(0, 400, 7)])
    told = repeats(view, (0, 399))
    for begin in range(0, 400, 4)[::step]:
        minutes = range(begin, begin + 4)
        assert told.of(said(*minutes)).to_list() == [minute % 7 == 0 for minute in minutes]
    # Each reading reaches as far again as all before it.
    assert len(view.asked) <= 9


def test_no_statement_is_read_twice() -> None:
    view = FakeView([])
    told = repeats(view, (0, 1000))
    for minutes in ((500, 510), (505, 530), (100, 900), (0, 1000), (3, 4)):
        told.of(said(*minutes))
    ranges = sorted(view.asked)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))


def test_a_lake_without_batches_of_that_time_is_not_asked() -> None:
    view = FakeView([(5, 5)])
    told = repeats(view, (300, 400))
    assert told.of(said(5, 6, 5)).to_list() == [False, False, True]
    assert not view.asked


def test_rows_sent_again_are_duplicates_wherever_blocks_are_cut(
    workspace: Workspace, line: Callable[..., str], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [line(n) for n in range(40)]
    submit(workspace, [write("first.csv", *rows[5:25])], "alpha")
    monkeypatch.setattr(opening_module, "PIECE_BYTES", 300)
    (receipt,) = submit(workspace, [write("second.csv", *rows)], "alpha")
    assert (receipt.accepted, receipt.duplicates) == (20, 20)


def test_a_refused_row_that_is_repeated_is_rejected_once(
    workspace: Workspace, line: Callable[..., str], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening_module, "PIECE_BYTES", 300)
    bad, good = line(0, "1.2E+11"), [line(n) for n in range(1, 9)]
    (receipt,) = submit(workspace, [write("file.csv", bad, *good, bad, *good[:2], bad)], "alpha")
    assert receipt.rejected == {"called_number is no telephone number": 1}
    assert (receipt.duplicates, receipt.accepted) == (4, 8)


def test_fingerprints_are_those_of_one_carrier_and_time(
    workspace: Workspace, line: Callable[..., str], write: Callable[..., Path]
) -> None:
    submit(workspace, [write("one.csv", *(line(n) for n in range(6)))], "alpha")
    submit(workspace, [write("two.csv", *(line(n) for n in range(6)))], "beta")
    view = workspace.lake.view()
    every = view.scan().filter(pl.col("carrier") == "alpha").sort("start_time").collect()
    first, last = every["start_time"][1], every["start_time"][4]
    found = view.fingerprints("alpha", first, last)
    assert found.sort("start_time").rows() == every.select("start_time", "fingerprint")[1:5].rows()
    assert view.fingerprints("gamma", first, last).is_empty()
    assert view.fingerprints("alpha", last + timedelta(days=400), last + timedelta(days=401)).is_empty()


def test_lake_info_asks_the_catalog_and_says_what_the_files_say(
    workspace: Workspace,
    line: Callable[..., str],
    write: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for day in (1, 2):
        submit(workspace, [write(f"{day}.csv", *(line(n, day=day) for n in range(5)))], "alpha")
    counted = workspace.lake.view().info()

    def looked_into(_: View) -> None:
        pytest.fail("the files were looked into")

    monkeypatch.setattr(View, "info", looked_into)
    assert {name: value for name, value in lake_info(workspace).items() if name in counted} == counted


def test_lake_info_counts_where_the_catalog_does_not_fit(
    workspace: Workspace, line: Callable[..., str], write: Callable[..., Path]
) -> None:
    submit(workspace, [write("1.csv", line(1))], "alpha")
    again = workspace.lake.view().scan().collect().with_columns(batch=pl.lit("stray"), row=pl.lit(9, pl.Int64))
    workspace.lake.append([pl.concat([again] * 5)], "unknown")
    told = lake_info(workspace)
    assert (told["statements"], told["batches"]) == (6, 2)
