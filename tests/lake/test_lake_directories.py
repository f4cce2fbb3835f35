"""What is remembered of the lake's files: their directories, the tags of their keys, and the rows read last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from hoptrace.lake import directories as module
from hoptrace.lake.directories import Directories
from hoptrace.lake.directory import BLOCK_ROWS, tags_of
from hoptrace.lake.kept import Kept
from hoptrace.lake.storage import Store
from hoptrace.lake.writing import write_rows

FILE = "index=called/day=2026-05-01/f.parquet"


def rows(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "key": range(count),
            "start_time": pl.Series(range(count)).cast(pl.Datetime("us", "UTC")),
            "call_id": [f"text {number}" for number in range(count)],
        }
    )


def written(folder: Path, count: int, *, earlier: bool = False) -> str:
    """A file of so many rows, with a directory or as an `earlier` release wrote it; gives its path in the table."""
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    if earlier:
        rows(count).write_parquet(path, row_group_size=100)
    else:
        with Store.at(str(folder)).files.open_output_stream(str(path)) as stream:
            write_rows(rows(count), stream)
    return FILE


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("count", [1, BLOCK_ROWS, 3 * BLOCK_ROWS + 7])
@pytest.mark.parametrize("head", [module.HEAD_BYTES, 16])
def test_blocks_are_known_with_or_without_a_stored_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, head: int, earlier: bool
) -> None:
    monkeypatch.setattr(module, "HEAD_BYTES", head)
    path = written(tmp_path, count, earlier=earlier)
    directories = Directories(Store.at(str(tmp_path)))
    (known,) = directories.directories([path])
    assert (known.rows, known.stored) == (count, not earlier)
    assert list(known.keys) == list(known.times) == list(range(0, count, BLOCK_ROWS))
    last = len(known.keys) - 1
    (tags,) = directories.tags([(path, last)])
    assert tags.tolist() == tags_of(rows(count)["key"].to_numpy()[last * BLOCK_ROWS :]).tolist()


def test_directories_of_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    path = written(tmp_path, 1)
    directories = Directories(Store.at(str(tmp_path)))
    assert directories.directories([path, path])[0] is directories.directory(path)
    (tmp_path / path).unlink()
    directories.forget_others([])
    with pytest.raises(FileNotFoundError):
        directories.directory(path)


def test_rows_that_were_read_are_at_hand(tmp_path: Path) -> None:
    path = written(tmp_path, 12)
    directories = Directories(Store.at(str(tmp_path)))
    (read,) = directories.rows([(path, 3, 2)])
    assert read.equals(rows(12)[3:5])
    (tmp_path / path).unlink()
    assert all(again is read for again in directories.rows([(path, 3, 2), (path, 3, 2)]))
    with pytest.raises(FileNotFoundError):
        directories.rows([(path, 3, 1)])


def test_pieces_of_files_are_the_rows_that_stand_there(tmp_path: Path) -> None:
    path = written(tmp_path, 310, earlier=True)
    directories = Directories(Store.at(str(tmp_path)))
    whole = rows(310)
    wanted = [(path, 0, 2), (path, 98, 207), (path, 309, 1), *((path, at, 1) for at in range(80)), *[(path, 5, 1)] * 3]
    for (_, first, count), read in zip(wanted, directories.rows(wanted), strict=True):
        assert read.equals(whole[first : first + count])
    assert directories.rows([]) == []


def test_a_file_that_was_opened_goes_on_from_its_footer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, 12)
    directories = Directories(Store.at(str(tmp_path)))
    first = directories.rows([(path, 3, 2)])[0]
    monkeypatch.setattr(Store, "opened", None)
    assert first.equals(rows(12)[3:5])
    assert directories.rows([(path, 9, 3)])[0].equals(rows(12)[9:])


def test_bytes_are_read_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(bytes(range(10)))
    store = Store.at(str(tmp_path))
    assert [store.read_at("f", *place) for place in ((0, 2), (8, 9), (12, 1))] == [b"\x00\x01", b"\x08\x09", b""]


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
