"""The table's log is trimmed: every version is read as before, commits are still known, whatever is killed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from polars.testing import assert_frame_equal

from hoptrace.errors import NotFound
from hoptrace.lake import log as log_module
from hoptrace.lake.expiring import HELD, Expiring, vacuum
from hoptrace.lake.lake import Lake
from hoptrace.lake.storage import Store
from hoptrace.lake.trimmed import Trimmed
from hoptrace.lake.trimming import trim

A = 12025550100
DAY = 86_400


@pytest.fixture
def aged(lake: Lake, make) -> Lake:
    """Eight days, of which two and then two more expired and were deleted, with a checkpoint and two appends after."""
    for day in range(8):
        lake.append([make({"at": day * DAY, "called": A})], f"c{day}")
    for last in (3, 5):
        expiring = Expiring(lake, date(2026, 5, last), HELD.to_frame())
        expiring.plan()
        expiring.commit()
        lake.append([make({"at": 7 * DAY + last, "called": A}, batch=f"after{last}")], f"after{last}")
    vacuum(lake, 0)
    DeltaTable(lake.uri).create_checkpoint()
    for late in range(2):
        lake.append([make({"at": 7 * DAY + 60 + late, "called": A}, batch=f"late{late}")], f"late{late}")
    return lake


def entries(lake: Lake) -> list[str]:
    return sorted(path.name for path in Path(lake.uri, "_delta_log").iterdir() if path.name[0].isdigit())


def seen(lake: Lake) -> list[Any]:
    """What every version shows: up to which day statements had expired, which are gone since, and the statements."""
    fresh = Lake(lake.uri)
    views = [fresh.view(version, lambda _version: ["late0", "late1"]) for version in range(fresh.version() - 1)]
    return [(view.version, view.expired_before, view.gone_before) for view in views]


def test_the_log_begins_at_the_checkpoint_and_every_version_is_read_as_before(aged: Lake) -> None:
    before, told, newest = entries(aged), seen(aged), aged.view().scan().collect()
    assert trim(aged, 0) > 10
    begins = Trimmed.of(aged.store).kept_from
    assert entries(aged) == [name for name in before if int(name.partition(".")[0]) >= begins]
    assert seen(aged) == told
    assert {day for _, day, _ in told} == {None, date(2026, 5, 3), date(2026, 5, 5)}
    assert_frame_equal(Lake(aged.uri).view().scan().collect(), newest)
    assert trim(aged, 0) == 0


def test_commits_and_marks_are_still_known(aged: Lake, make) -> None:
    trim(aged, 0)
    fresh = Lake(aged.uri)
    assert all(fresh.has_commit(f"c{day}") for day in range(8))
    assert fresh.view().expired_before == date(2026, 5, 5)
    version = fresh.append([make({"at": 7 * DAY, "called": A}, batch="more")], "more")
    assert fresh.append([make({"at": 7 * DAY, "called": A}, batch="more")], "c0") == version


def test_young_entries_and_versions_with_their_files_stay(lake: Lake, aged: Lake, make) -> None:
    before = entries(aged)
    assert trim(aged) == 0
    assert entries(aged) == before
    untouched = Lake(f"{lake.uri}-2")
    untouched.create()
    for n in range(3):
        untouched.append([make({"at": n})], f"c{n}")
    DeltaTable(untouched.uri).create_checkpoint()
    assert trim(untouched, 0) == 0
    assert untouched.view(1).info()["statements"] == 1


@pytest.mark.parametrize("deleted", [0, 1, 5])
def test_a_killed_trimming_changes_nothing_and_the_next_one_ends_it(
    aged: Lake, monkeypatch: pytest.MonkeyPatch, deleted: int
) -> None:
    told, remove = seen(aged), Store.remove

    def killed(store: Store, paths: list[str]) -> None:
        remove(store, paths[:deleted])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            trim(aged, 0)
    assert seen(aged) == told
    assert trim(aged, 0) > 0
    assert seen(aged) == told


def test_trimming_again_keeps_what_expired_before_the_first_time(aged: Lake, make) -> None:
    trim(aged, 0)
    told = seen(aged)
    expiring = Expiring(aged, date(2026, 5, 7), HELD.to_frame())
    expiring.plan()
    expiring.commit()
    vacuum(aged, 0)
    DeltaTable(aged.uri).create_checkpoint()
    aged.append([make({"at": 7 * DAY + 90, "called": A})], "last")
    assert trim(aged, 0) > 0
    assert [view[:2] for view in seen(aged)][: len(told)] == [view[:2] for view in told]


def test_a_table_that_was_open_for_long_is_opened_anew(aged: Lake, make, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Lake(aged.uri)
    known = other.version()
    for n in range(3):
        aged.append([make({"at": 7 * DAY + n, "called": A}, batch=f"new{n}")], f"new{n}")
    vacuum(aged, 0)
    DeltaTable(aged.uri).create_checkpoint()
    Path(aged.uri, "_delta_log", f"{known + 1:020d}.json").unlink()
    assert other.version() == known
    monkeypatch.setattr(log_module, "AGED_SECONDS", -1.0)
    assert other.version() == aged.version()


def test_a_version_that_never_was_is_still_told_apart(aged: Lake) -> None:
    trim(aged, 0)
    with pytest.raises(NotFound, match="has no version 999"):
        aged.view(999)
    with pytest.raises(NotFound, match="were deleted"):
        aged.view(1)
