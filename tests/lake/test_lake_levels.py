"""What is worth merging, and that merging changes no answer and rewrites no row more often than levels say."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import hoptrace.lake.levels as levels_module
from hoptrace.errors import StorageFailed
from hoptrace.lake import directories, directory, merging, picking, upkeep, writing
from hoptrace.lake.lake import Lake
from hoptrace.lake.layout import Index
from hoptrace.lake.levels import due, lowest_key, named_slice, narrower, slice_of
from hoptrace.lake.storage import Store
from hoptrace.lake.upkeep import keep_up, tidy
from hoptrace.lake.view import FILES

A = 12025550100
DAY = 86_400


@pytest.fixture
def small_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels that a few rows fill: two files make a longer one, 16 rows are long enough."""
    for module in (levels_module, merging):
        monkeypatch.setattr(module, "FAN", 2)
        monkeypatch.setattr(module, "STEP_ROWS", 32)
    monkeypatch.setattr(levels_module, "WHOLE_ROWS", 16)
    monkeypatch.setattr(writing, "GROUP_ROWS", 2)
    for module in (directory, directories, picking, merging):
        monkeypatch.setattr(module, "BLOCK_ROWS", 2)


def files(*rows: tuple[str, int]) -> pl.DataFrame:
    """Files of one partition: name, rows."""
    day = datetime(2026, 5, 1, tzinfo=UTC)
    spans = (day, day + timedelta(hours=23))
    told = [(f"{name}.parquet", "called", day.date(), count, count * 100, -5, 5, *spans) for name, count in rows]
    return pl.DataFrame(told, schema=FILES, orient="row")


def hourly(frame: pl.DataFrame) -> pl.DataFrame:
    """The same files, each of an hour of its own, one after another."""
    begins = pl.col("time_min") + pl.duration(hours=pl.int_range(pl.len()))
    return frame.with_columns(begins, time_max=begins + pl.duration(minutes=59))


def test_eight_files_of_a_level_are_due_and_seven_are_not():
    assert list(due(files(*((f"f{n}", 9_000) for n in range(7))))) == []
    (step,) = due(files(*((f"f{n}", 9_000) for n in range(8)), ("long", 100_000)))
    assert (step.index, step.rows, step.bytes, step.deals) == (Index.CALLED, 72_000, 7_200_000, False)
    assert step.paths == tuple(f"f{n}.parquet" for n in range(8))


def test_a_step_is_bounded_in_rows():
    (step,) = due(files(*((f"f{n}", 200_000) for n in range(9))))
    assert len(step.paths) == 2
    assert step.rows <= levels_module.STEP_ROWS


def test_long_files_are_dealt_out_into_slices():
    (step,) = due(files(*((f"f{n}", 300_000) for n in range(9))))
    assert step.deals
    assert len(step.paths) == 8


def test_long_files_of_which_a_look_up_meets_few_stay_as_they_are():
    day = hourly(files(*((f"f{n:02d}", 300_000) for n in range(24))))
    assert list(due(day)) == []
    assert list(due(pl.concat([day, files(*((f"g{n}", 400_000) for n in range(4)))]))) == []


def test_of_long_files_those_are_dealt_out_that_a_look_up_meets():
    day = hourly(files(*((f"f{n:02d}", 300_000) for n in range(12))))
    other = files(*((f"g{n}", 400_000) for n in range(5)))
    (step,) = due(pl.concat([day, other]))
    assert step.deals
    assert sorted(step.paths)[3:] == [f"g{n}.parquet" for n in range(5)]
    first, *_, last = (int(path[1:3]) for path in sorted(step.paths)[:3])
    assert last - first == 2


def test_what_leaves_the_fewest_files_for_its_work_is_due_first():
    long = files(*((f"long{n}", 40_000) for n in range(12)))
    day_after = [(pl.col(name) + pl.duration(days=1)).alias(name) for name in ("day", "time_min", "time_max")]
    short = files(*((f"short{n}", 6_000) for n in range(80))).with_columns(day_after)
    first, second = due(pl.concat([long, short]))
    assert len(first.paths) == 80 and len(second.paths) == 12


def test_short_files_are_joined_whatever_their_times():
    (step,) = due(hourly(files(*((f"f{n}", 9_000) for n in range(8)))))
    assert len(step.paths) == 8


def test_files_of_one_number_are_not_dealt_out():
    full = files(*((f"f{n}", 300_000) for n in range(9)))
    assert list(due(full.with_columns(key_min=pl.lit(7, pl.Int64), key_max=pl.lit(7, pl.Int64)))) == []


def test_slices_are_merged_apart():
    one, other = named_slice(narrower("", 5)), named_slice(narrower("", 9))
    rows = [(f"a{n}{one}", 9_000) for n in range(8)] + [(f"b{n}{other}", 9_000) for n in range(7)]
    (step,) = due(files(*rows))
    assert all(path.startswith("a") for path in step.paths)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4))
def test_a_slice_is_read_back_from_a_name(keys: list[int]):
    piece = ""
    for key in keys:
        piece = narrower(piece, key)
    name = pl.DataFrame({"path": [f"index=called/day=2026-05-01/merge-abc-001{named_slice(piece)}.parquet"]})
    assert name.select(slice_of(pl.col("path"))).item() == piece
    assert lowest_key(piece) == (keys[-1] if keys else -(2**63))


@pytest.mark.usefixtures("small_levels")
def test_merging_changes_no_answer(lake: Lake, make, spans) -> None:
    for n in range(12):
        rows = ({"at": n + 10 * m, "called": A + m, "calling": A + 50} for m in range(4))
        lake.append([make(*rows, batch=f"b{n:02d}")], f"c{n}")
    lake.append([make({"at": DAY}, batch="other day")], "c99")
    before = lake.view()
    wanted = spans((A + 1, 11, 19), (A + 3, 0, 99))
    done = tidy(lake)
    after = lake.view()
    assert done.steps > 0
    assert done.fewer == before.files.height - after.files.height > 0
    assert after.version == before.version + done.steps
    assert_frame_equal(after.statements(wanted), before.statements(wanted))
    assert_frame_equal(lake.view(before.version).statements(wanted), before.statements(wanted))
    assert after.info()["statements"] == before.info()["statements"] == 49
    assert tidy(lake).steps == 0


@pytest.mark.usefixtures("small_levels")
def test_a_look_up_opens_few_files_however_many_there_are(lake: Lake, make, spans) -> None:
    for n in range(32):
        rows = ({"at": n, "called": A + m, "calling": A + 50 + m} for m in range(16))
        lake.append([make(*rows, batch=f"b{n:02d}")], f"c{n}")
    done = tidy(lake)
    files = lake.view().files.with_columns(slice=slice_of(pl.col("path")))
    assert files["slice"].str.len_bytes().max() // 16 >= 2
    holding = files.filter(pl.col("index") == "called", pl.col("key_min") <= A + 5, pl.col("key_max") >= A + 5)
    assert holding.height <= 8
    assert lake.view().statements(spans((A + 5, 0, 99))).height == 32
    assert done.rows <= 2 * 32 * 16 * 6


def sized(groups: list[int]) -> list[list[int]]:
    """Keys for each appended file: as many rows as said, and some numbers far more often than others."""
    return [[A + (n * n * 7 + count) % 23 if n % 3 else A for n in range(count)] for count in groups]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=14))
def test_whatever_is_appended_is_there_once_after_each_step(make_once, groups: list[int]) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        for module in (levels_module, merging):
            patched.setattr(module, "FAN", 2)
            patched.setattr(module, "STEP_ROWS", 20)
        patched.setattr(levels_module, "WHOLE_ROWS", 10)
        lake = Lake(str(Path(folder) / "lake"))
        lake.create()
        for n, keys in enumerate(sized(groups)):
            lake.append([make_once(*({"at": n, "called": key} for key in keys), batch=f"b{n}")], f"c{n}")
        told = lake.view().scan().collect().sort("batch", "row")
        for _ in range(200):
            todo = list(due(lake.view().files))
            if not todo:
                break
            assert todo[0].deals or todo[0].rows <= 20
            lake.merge(todo[0])
            assert_frame_equal(lake.view().scan().collect().sort("batch", "row"), told)
        assert list(due(lake.view().files)) == []


@pytest.mark.usefixtures("small_levels")
def test_a_failed_merge_leaves_the_lake_as_it_was(lake: Lake, make, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        lake.append([make({"at": n}, batch=f"b{n}")], f"c{n}")
    before = sorted(Path(lake.uri).rglob("*.parquet"))
    with monkeypatch.context() as patched:
        patched.setattr(Store, "sync", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(StorageFailed, match="merge"):
            tidy(lake)
    assert sorted(Path(lake.uri).rglob("*.parquet")) == before
    assert lake.view().info()["statements"] == 3


@pytest.mark.usefixtures("small_levels")
def test_upkeep_takes_its_share_over_many_submits(lake: Lake, make) -> None:
    submits, spent = 60, 0.0
    for n in range(submits):
        lake.append([make({"at": n}, batch=f"b{n}")], f"c{n}")
        done = keep_up(lake, 1, 2)
        spent += done.steps * upkeep.SECONDS_A_STEP + done.files * upkeep.SECONDS_A_FILE
    share = spent / (submits * (upkeep.SECONDS_A_SUBMIT + 2 * upkeep.SECONDS_A_NEW_FILE))
    assert 0.5 * upkeep.SHARE <= share <= 1.5 * upkeep.SHARE
    assert keep_up(lake, 10_000_000_000, 2).steps > 0
    assert list(due(lake.view().files)) == []
    assert lake.view().info()["statements"] == submits


@pytest.mark.usefixtures("small_levels")
def test_the_files_of_a_lake_do_not_depend_on_how_quick_the_machine_is(
    tmp_path: Path, make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept_up(folder: Path, seconds_a_look: float) -> list[tuple[str, int]]:
        looks = itertools.count()
        monkeypatch.setattr(upkeep, "time", SimpleNamespace(perf_counter=lambda: next(looks) * seconds_a_look))
        lake = Lake(str(folder))
        lake.create()
        for n in range(30):
            lake.append([make({"at": n}, batch=f"b{n}")], f"c{n}")
            keep_up(lake, 1, 2)
        return lake.view().files.select("index", "rows").sort("index", "rows").rows()

    assert kept_up(tmp_path / "quick", 1e-6) == kept_up(tmp_path / "slow", 10.0)
