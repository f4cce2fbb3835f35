"""Statements that are old enough leave the lake, held ones stay, and files that nothing needs are deleted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from hoptrace.errors import NotFound, StorageFailed
from hoptrace.lake import levels
from hoptrace.lake.expiring import HELD, Expired, Expiring, vacuum
from hoptrace.lake.health import MANY_FILES, partitions
from hoptrace.lake.lake import Lake
from hoptrace.lake.log import Log
from hoptrace.lake.storage import Store
from hoptrace.lake.upkeep import tidy

A = 12025550100
DAY = 86_400
BEFORE = date(2026, 5, 3)


@pytest.fixture
def days(lake: Lake, make) -> Lake:
    """Four days from 1 May 2026 on, two batches of two statements on each; one is also filed under another number."""
    for n in range(2):
        rows = (
            {"at": day * DAY + m, "called": A + m, "calling": A + 50, "egress_called": A + 9 if m else None}
            for day in range(4)
            for m in range(2)
        )
        lake.append([make(*rows, batch=f"b{n}")], f"c{n}")
    return lake


def held(*rows: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=HELD, orient="row")


def expire(lake: Lake, before: date, keep: pl.DataFrame) -> Expired:
    expiring = Expiring(lake, before, keep)
    told = expiring.plan()
    expiring.commit()
    return told


def identities(frame: pl.DataFrame) -> list[tuple[str, int]]:
    return sorted(frame.select("batch", "row").rows())


def test_old_days_go_and_held_statements_stay(days: Lake, spans) -> None:
    before = days.view()
    told = expire(days, BEFORE, held(("b1", 2), ("b1", 7), ("elsewhere", 1)))
    assert (told.days, told.statements, told.held, told.files) == (2, 7, 1, 8)
    view = days.view()
    assert view.expired_before == BEFORE
    assert view.version == before.version + 1
    assert view.info()["statements"] == 16 - 7
    everything = spans((A, 0, 9 * DAY), (A + 1, 0, 9 * DAY))
    found = identities(view.statements(everything))
    assert found == sorted([("b1", 2), *((f"b{n}", row) for n in range(2) for row in range(5, 9))])
    assert identities(view.statements(spans((A + 9, 0, DAY)))) == [("b1", 2)]
    assert identities(view.placed_by(spans((A + 50, 0, DAY)))) == [("b1", 2)]
    assert identities(before.statements(everything)) == [(f"b{n}", row) for n in range(2) for row in range(1, 9)]
    assert days.view(before.version).expired_before is None


def test_to_expire_again_removes_nothing(days: Lake) -> None:
    expire(days, BEFORE, held(("b1", 2)))
    version = days.version()
    told = expire(days, BEFORE, held(("b1", 2)))
    assert (told.statements, told.held, told.files) == (0, 1, 0)
    assert expire(days, date(2026, 5, 2), held(("b1", 2))).statements == 0
    assert days.view().expired_before == BEFORE
    assert days.version() == version
    assert expire(days, BEFORE, held()).statements == 1


def test_a_dry_run_writes_nothing(days: Lake) -> None:
    files = sorted(Path(days.uri).rglob("*"))
    told = Expiring(days, BEFORE, held(("b1", 2))).plan(dry_run=True)
    assert (told.statements, told.held) == (7, 1)
    assert sorted(Path(days.uri).rglob("*")) == files


def test_a_failed_expiry_leaves_the_lake_as_it_was(days: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(Path(days.uri).rglob("*.parquet"))

    def fails_at_the_log(_store: Store, full: str) -> None:
        if full.endswith(".json"):
            raise OSError(28, "No space left on device")

    expiring = Expiring(days, BEFORE, held(("b1", 2)))
    expiring.plan()
    with monkeypatch.context() as patched:
        patched.setattr(Log, "commit", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(StorageFailed, match="No space left"):
            expiring.commit()
    assert sorted(Path(days.uri).rglob("*.parquet")) == files
    assert days.view().info()["statements"] == 16


def test_vacuum_deletes_only_what_was_not_needed_for_long_enough(days: Lake) -> None:
    expire(days, BEFORE, held(("b1", 2)))
    assert vacuum(days, 24).files == 0
    done = vacuum(days, 0)
    assert done.files == 8
    assert done.bytes > 0
    assert days.view().info()["statements"] == 9
    assert vacuum(days, 0).files == 0
    assert sorted(days.store.named("")) == sorted(days.view().files["path"])


def test_vacuum_deletes_what_a_killed_process_left(days: Lake, make) -> None:
    staged = days.stage([make({})], "killed")
    assert vacuum(days, 24).files == 0
    assert vacuum(days, 0).files == len(staged.adds)


def test_an_old_version_without_its_files(days: Lake, make, spans, monkeypatch: pytest.MonkeyPatch) -> None:
    version = days.version()
    old = identities(days.view().scan().collect())
    days.append([make({"at": 3 * DAY}, batch="later")], "c9")
    monkeypatch.setattr(levels, "FAN", 2)
    tidy(days)
    vacuum(days, 0)
    with pytest.raises(NotFound, match=f"files of version {version} of the lake were deleted"):
        days.view(version)
    view = days.view(version, lambda _version: ["later"])
    assert identities(view.scan().collect()) == old
    assert ("later", 1) not in identities(view.statements(spans((A, 0, 9 * DAY))))
    expire(days, BEFORE, held())
    view = days.view(version, lambda _version: ["later"])
    begins = (BEFORE - date(2026, 5, 1)) // timedelta(days=1) * DAY
    assert len(view.statements(spans((A, begins, 9 * DAY)))) == 4
    for look_up in (view.statements, view.placed_by):
        with pytest.raises(NotFound, match=f"Version {version} of the lake is gone"):
            look_up(spans((A, begins - 1, 9 * DAY)))
    with pytest.raises(NotFound, match="is gone"):
        view.scan()


def test_an_old_version_with_late_statements_that_expired_by_the_same_day(days: Lake, make, spans) -> None:
    expire(days, BEFORE, held())
    days.append([make({"at": 5}, batch="late")], "c9")
    version = days.version()
    assert len(days.view().statements(spans((A, 0, 9)))) == 1
    expire(days, BEFORE, held())
    vacuum(days, 0)
    with pytest.raises(NotFound, match="is gone"):
        days.view(version, lambda _version: []).statements(spans((A, 0, 9)))


def test_marks_are_seen_by_a_lake_that_was_open(days: Lake) -> None:
    other = Lake(days.uri)
    assert other.view().expired_before is None
    expire(days, BEFORE, held())
    assert other.view().expired_before == BEFORE


def test_health_in_words(days: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    files = days.view().files
    assert {part.health for part in partitions(files)} == {"good"}
    assert [(part.day.day, part.index, part.files) for part in partitions(files)][:2] == [
        (1, "called", 2),
        (1, "calling", 2),
    ]
    monkeypatch.setattr(levels, "FAN", 2)
    assert {part.health for part in partitions(files)} == {"good: 1 merge is due, done with the next submits"}
    many = pl.concat([files] * MANY_FILES)
    assert {part.health for part in partitions(many)} == {"slow: 128 files, 1 merge is due; run: hoptrace lake tidy"}
