"""What is remembered of the lake's files: where their row groups begin, and the keys and times in these."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from hoptrace.lake.footers import Footers
from hoptrace.lake.kept import Kept
from hoptrace.lake.storage import Store


def written(folder: Path, groups: int) -> str:
    """A file with a key, a start time and a text, four rows a row group; gives its name."""
    rows = 4 * groups
    pl.DataFrame(
        {
            "key": range(rows),
            "start_time": pl.Series(range(rows)).cast(pl.Datetime("us", "UTC")),
            "text": [f"text {number}" for number in range(rows)],
        }
    ).write_parquet(folder / "f.parquet", row_group_size=4, statistics=True)
    return "f.parquet"


@pytest.mark.parametrize("groups", [1, 3, 200])
def test_row_groups_are_known_by_their_keys_and_places(tmp_path: Path, groups: int) -> None:
    path = written(tmp_path, groups)
    footers = Footers(Store.at(str(tmp_path)))
    (footer,) = footers.footers([path])
    assert footer.begins == list(range(0, 4 * groups + 1, 4))
    assert footer.key_min == footer.begins[:-1]
    assert footer.key_max == [begin - 1 for begin in footer.begins[1:]]
    ((keys, times),) = footers.keys([(path, groups - 1)])
    assert keys.tolist() == times.tolist() == list(range(4 * groups - 4, 4 * groups))


def test_footers_of_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    path = written(tmp_path, 1)
    footers = Footers(Store.at(str(tmp_path)))
    assert footers.footers([path, path])[0] is footers.footer(path)
    (tmp_path / path).unlink()
    footers.forget_others([])
    with pytest.raises(FileNotFoundError):
        footers.footer(path)


def test_rows_that_were_read_are_at_hand(tmp_path: Path) -> None:
    path = written(tmp_path, 3)
    footers = Footers(Store.at(str(tmp_path)))
    (rows,) = footers.rows([(path, 3, 2)])
    assert rows.to_dict(as_series=False) == {"text": ["text 3", "text 4"]}
    (tmp_path / path).unlink()
    assert all(again is rows for again in footers.rows([(path, 3, 2), (path, 3, 2)]))
    with pytest.raises(FileNotFoundError):
        footers.rows([(path, 3, 1)])


def test_pieces_of_files_are_the_rows_that_stand_there(tmp_path: Path) -> None:
    path = written(tmp_path, 3)
    store = Store.at(str(tmp_path))
    whole = pl.read_parquet(tmp_path / path)
    wanted = [(path, 0, 2), (path, 3, 7), (path, 11, 1), *((path, at, 1) for at in range(12)), *[(path, 5, 1)] * 60]
    for (_, first, rows), read in zip(wanted, store.read_pieces(wanted), strict=True):
        assert read.equals(whole[first : first + rows])
    assert store.read_pieces([(path, 5, 2)], pl.col("key"))[0].equals(whole.select("key")[5:7])
    assert store.read_pieces([]) == []


def test_what_is_kept_stays_within_its_room() -> None:
    made: list[int] = []

    def make(keys: Sequence[int]) -> Sequence[int]:
        made.extend(keys)
        return keys

    kept = Kept[int, int](make, lambda value: value, 10)
    assert [kept.get([key]) for key in (4, 5, 4, 3, 4, 5)] == [[4], [5], [4], [3], [4], [5]]
    assert made == [4, 5, 3, 5]
    assert kept.get([99]) == kept.get([99]) == [99]
    assert made[-1] == 99
    assert made.count(99) == 1


def test_what_is_missing_is_made_at_once_and_once() -> None:
    asked: list[list[int]] = []

    def make(keys: Sequence[int]) -> Sequence[int]:
        asked.append(list(keys))
        return [10 * key for key in keys]

    kept = Kept[int, int](make, lambda _value: 1, 10)
    assert kept.get([3]) == [30]
    assert kept.get([2, 3, 1, 2]) == [20, 30, 10, 20]
    assert kept.get([]) == []
    assert asked == [[3], [2, 1]]
