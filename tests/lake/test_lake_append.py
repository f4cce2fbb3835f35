from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import hoptrace.lake.appending as appending_module
from hoptrace.errors import NotFound, StorageFailed
from hoptrace.lake.lake import Lake
from hoptrace.lake.storage import Store
from hoptrace.model.statements import STATEMENTS

DAY = 86_400


def _files(lake: Lake) -> list[Path]:
    return sorted(Path(lake.uri).rglob("*.parquet"))


def test_what_is_appended_comes_back_whole(lake: Lake, make) -> None:
    frame = make(
        {"at": 1.25, "calling": -1, "egress_called": 442079460100, "duration": 3.5, "customer": "c"},
        {"at": DAY - 0.000001, "called": -(2**63) + 5, "fingerprint": 2**63},
        {"at": DAY, "redirecting": 12025550199, "upstream": "beta", "fingerprint": 0},
    )
    version = lake.append([frame], "c1")
    scanned = lake.view().scan().collect().sort("row")
    assert scanned.schema == STATEMENTS
    assert_frame_equal(scanned, frame)
    assert version == lake.version() == 1
    info = lake.view().info()
    assert (info["statements"], info["batches"]) == (3, 1)
    assert (info["first_time"], info["last_time"]) == (frame["start_time"].min(), frame["start_time"].max())
    assert info["bytes"] == sum(path.stat().st_size for path in _files(lake))


def test_all_frames_of_an_append_are_one_version(lake: Lake, make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending_module, "RUN_ROWS", 3)
    frames = [make({"at": n}, {"at": n + DAY}, batch=f"b{n}") for n in range(5)]
    assert lake.append(iter(frames), "c1") == 1
    assert lake.view(0).info()["statements"] == 0
    assert lake.view(1).info()["statements"] == 10


def test_nothing_appended_is_no_version(lake: Lake, make) -> None:
    assert lake.append([], "c1") == 1
    assert lake.append([make().clear()], "c2") == 2
    assert lake.view().info()["statements"] == 0
    assert lake.view().scan().collect().schema == STATEMENTS


def test_a_commit_is_known_and_not_added_twice(lake: Lake, make) -> None:
    assert not lake.has_commit("c1")
    lake.append([make({})], "c1")
    assert lake.has_commit("c1")
    assert Lake(lake.uri).has_commit("c1")
    lake.append([make({})], "c1")
    assert lake.view().info()["statements"] == 1


def test_a_view_stays_as_it_was(lake: Lake, make, spans) -> None:
    lake.append([make({"at": 1})], "c1")
    before = lake.view()
    lake.append([make({"at": 2}, batch="b2")], "c2")
    assert before.statements(spans((12025550100, 0, 9))).height == 1
    assert lake.view(1).statements(spans((12025550100, 0, 9))).height == 1
    assert lake.view().statements(spans((12025550100, 0, 9))).height == 2
    with pytest.raises(NotFound, match="no version 3; the newest is 2"):
        lake.view(3)


def test_files_are_sorted_and_carry_their_bounds(lake: Lake, make) -> None:
    lake.append(
        [make(*({"at": n % 7, "called": 12025550100 + n % 5, "calling": 12025550150} for n in range(50)))], "c1"
    )
    told = lake.view().files
    assert told.get_column("index").to_list() == ["called", "calling"]
    for path, low, high in told.select("path", "key_min", "key_max").iter_rows():
        rows = pl.read_parquet(Path(lake.uri) / path, hive_partitioning=False)
        assert rows.select("key", "start_time").equals(rows.select("key", "start_time").sort("key", "start_time"))
        assert (rows["key"].min(), rows["key"].max()) == (low, high)


def test_a_failed_write_leaves_nothing(lake: Lake, make, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "sync", full)
        with pytest.raises(StorageFailed, match="No space left"):
            lake.append([make({})], "c1")
    assert _files(lake) == []
    assert not lake.has_commit("c1")
    lake.append([make({})], "c1")
    assert lake.view().info()["statements"] == 1


def test_all_files_are_on_the_disk_before_the_log_names_them(lake: Lake, make, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(Store, "sync", lambda _, full: synced.append(full))
    monkeypatch.setattr("hoptrace.lake.appending.RUN_ROWS", 1)
    lake.append([make({"at": n, "calling": 12025550150}) for n in range(5)], "c1")
    assert len(_files(lake)) == 10
    assert {f"{lake.uri}/{path}" for path in lake.view().files["path"]} == set(synced[:-1])
    assert synced[-1].endswith(".json")


def test_an_error_after_the_log_was_written_keeps_the_files(lake: Lake, make, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []

    def fails_at_the_log(_store: Store, full: str) -> None:
        synced.append(full)
        if full.endswith(".json"):
            raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "sync", fails_at_the_log)
        with pytest.raises(StorageFailed):
            lake.append([make({})], "c1")
    assert lake.has_commit("c1")
    assert lake.view().info()["statements"] == 1


def test_forget_deletes_only_what_never_came_in(lake: Lake, make) -> None:
    lake.append([make({})], "aaa")
    staged = lake.stage([make({"at": 5})], "bbb")
    assert len(_files(lake)) == 1 + len(staged.adds)
    lake.forget("bbb")
    lake.forget("aaa")
    assert len(_files(lake)) == 1
    assert lake.view().info()["statements"] == 1


def test_what_is_no_lake_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="could not open its table"):
        Lake(str(tmp_path / "nowhere")).version()


def test_a_column_of_another_kind_is_refused_and_never_made_text(lake: Lake, make) -> None:
    """Only texts may be held in two ways."""
    with pytest.raises(StorageFailed):
        lake.append([make({"at": 0}), make({"at": 1}).with_columns(pl.col("row").cast(pl.Int32))], "c1")
    assert lake.view().files.is_empty()
