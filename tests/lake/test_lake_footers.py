"""The footer of one row group, cut out of a file's footer, reads the same rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from hoptrace.lake.footers import Footers
from hoptrace.lake.group_footers import GroupFooters
from hoptrace.lake.kept import Kept
from hoptrace.lake.storage import Store


def written(folder: Path, groups: int, columns: int, text: str = "") -> str:
    """A file with a key, a start time and other columns; gives its name."""
    rows = 4 * groups
    pl.DataFrame(
        {
            "key": range(rows),
            "start_time": pl.Series(range(rows)).cast(pl.Datetime("us", "UTC")),
            "empty": pl.Series([None] * rows, dtype=pl.String),
            **{f"c{n}": [f"{text}{n}-{m}" for m in range(rows)] for n in range(columns)},
        }
    ).write_parquet(folder / "f.parquet", row_group_size=4, statistics=True)
    return "f.parquet"


@pytest.mark.parametrize("groups", [1, 2, 14, 15, 40, 200])
@pytest.mark.parametrize("columns", [1, 11, 12, 20])
def test_each_row_group_is_read_by_a_footer_of_its_own(tmp_path: Path, groups: int, columns: int) -> None:
    path = written(tmp_path, groups, columns)
    raw, metadata = Store.at(str(tmp_path)).footer(path)
    assert raw == (tmp_path / path).read_bytes()[-8 - len(raw) : -8]
    cut = GroupFooters.of(raw, metadata)
    assert cut.whole is None
    with pq.ParquetFile(tmp_path / path) as whole:
        for number in range(groups):
            one, at = cut.group(number)
            assert one.num_row_groups == 1
            with pq.ParquetFile(tmp_path / path, metadata=one) as file:
                assert pl.from_arrow(file.read_row_group(at)).equals(pl.from_arrow(whole.read_row_group(number)))


def test_a_text_that_looks_like_a_row_group_is_no_matter(tmp_path: Path) -> None:
    path = written(tmp_path, 3, 2)
    raw, metadata = Store.at(str(tmp_path)).footer(path)
    mark = raw[GroupFooters.of(raw, metadata).begins[0] :][:3]
    cut = GroupFooters.of(raw + mark, metadata)
    assert (cut.whole, cut.group(2)) == (metadata, (metadata, 2))
    shifted = GroupFooters.of(mark + raw[: raw.rfind(mark)], metadata)
    assert shifted.whole is metadata


def test_columns_that_are_empty_are_not_read(tmp_path: Path) -> None:
    path = written(tmp_path, 3, 1)
    footers = Footers(Store.at(str(tmp_path)))
    assert footers.footer(path).filled == ["key", "start_time", "c0"]
    assert footers.footer(path).key_max.tolist() == [3, 7, 11]
    (table,) = footers.tables([(path, 1)])
    assert table["key"].to_pylist() == [4, 5, 6, 7]
    ((keys, times),) = footers.keys([(path, 2)])
    assert keys.tolist() == times.tolist() == [8, 9, 10, 11]


def test_what_is_kept_stays_within_its_room() -> None:
    made: list[int] = []

    def make(key: int) -> int:
        made.append(key)
        return key

    kept = Kept[int, int](make, lambda value: value, 10)
    assert [kept.get(key) for key in (4, 5, 4, 3, 4, 5)] == [4, 5, 4, 3, 4, 5]
    assert made == [4, 5, 3, 5]
    assert kept.get(99) == kept.get(99) == 99
    assert made[-1] == 99
    assert made.count(99) == 1
