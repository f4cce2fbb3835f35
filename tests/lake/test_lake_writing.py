"""What is said of a whole column is not said of each of its rows, and nothing is loaded that is not used."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hoptrace.lake.directories import Directories
from hoptrace.lake.layout import GROUP_ROWS, PAGE_ROWS
from hoptrace.lake.storage import Store
from hoptrace.lake.writing import write_rows

ROWS = GROUP_ROWS + 3
TOLD = pl.DataFrame(
    {
        "key": range(ROWS),
        "start_time": pl.Series(range(ROWS)).cast(pl.Datetime("us", "UTC")),
        "carrier": ["transit"] * ROWS,
        "upstream": [f"peer{row % 3}" for row in range(ROWS)],
        "call_id": [f"{row}@198.51.100.7" if row % 2 else None for row in range(ROWS)],
        "duration": [row / 2 for row in range(ROWS)],
    }
)
WITHOUT_PANDAS = """
import sys
from datetime import UTC, datetime
import polars as pl, pyarrow as pa
from hoptrace.lake.writing import write_rows
times = [datetime(2026, 5, 1, tzinfo=UTC)] * 2
rows = pl.DataFrame({"key": [1, 2], "start_time": times, "carrier": ["transit", "transit"]})
write_rows(rows.cast({"start_time": pl.Datetime("us", "UTC")}), pa.BufferOutputStream())
assert "pandas" not in sys.modules
"""


def test_a_column_without_a_gap_says_so_in_the_file_and_is_read_as_any_other() -> None:
    stream = pa.BufferOutputStream()
    write_rows(TOLD, stream)
    written = stream.getvalue().to_pybytes()
    columns = pq.ParquetFile(io.BytesIO(written)).schema
    needed = {columns.column(at).name: columns.column(at).max_definition_level == 0 for at in range(len(columns))}
    assert needed == {name: name != "call_id" for name in TOLD.columns}
    assert pl.read_parquet(io.BytesIO(written)).equals(TOLD)


def test_a_file_is_the_same_whoever_found_what_stands_in_all_rows() -> None:
    streams = pa.BufferOutputStream(), pa.BufferOutputStream()
    write_rows(TOLD, streams[0])
    write_rows(TOLD, streams[1], frozenset({"carrier"}))
    assert streams[0].getvalue() == streams[1].getvalue()


def test_numbers_of_texts_are_written_as_their_texts() -> None:
    """Some stand behind the first row group, some in another column alone, and some rows have none."""
    pl.Series(["before", "peer1", "a"]).cast(pl.Categorical)
    texts = [None if row % 5 == 0 else "late" if row > GROUP_ROWS else f"peer{row % 3}" for row in range(ROWS)]
    rows = TOLD.with_columns(upstream=pl.Series(texts), downstream=pl.lit("peer0"), upstream_trunk=pl.lit(None))
    numbers = rows.with_columns(pl.col("upstream", "downstream", "upstream_trunk").cast(pl.Categorical))
    stream = pa.BufferOutputStream()
    write_rows(numbers, stream)
    written = stream.getvalue().to_pybytes()
    assert pl.read_parquet(io.BytesIO(written)).equals(rows.cast({"upstream_trunk": pl.String}))
    assert b"before" not in written


def test_files_with_and_without_gaps_are_read_together(tmp_path: Path) -> None:
    paths = [tmp_path / "with.parquet", tmp_path / "without.parquet"]
    frames = [TOLD, TOLD.drop_nulls()]
    for path, frame in zip(paths, frames, strict=True):
        with pa.OSFile(str(path), "wb") as stream:
            write_rows(frame, stream)
    assert pl.scan_parquet(paths).collect().equals(pl.concat(frames))
    assert pl.scan_parquet(paths[::-1]).collect().equals(pl.concat(frames[::-1]))


def test_rows_are_found_at_the_ends_of_pages_and_row_groups(tmp_path: Path) -> None:
    with pa.OSFile(str(tmp_path / "f.parquet"), "wb") as stream:
        write_rows(TOLD, stream)
    assert pq.read_metadata(tmp_path / "f.parquet").num_row_groups == 2
    ends = (0, PAGE_ROWS, 5 * PAGE_ROWS, GROUP_ROWS)
    pieces = [("f.parquet", max(0, end - back), rows) for end in ends for back in (0, 1, 2) for rows in (1, 3)]
    pieces.append(("f.parquet", PAGE_ROWS - 5, GROUP_ROWS))
    for (_, first, rows), read in zip(pieces, Directories(Store.at(str(tmp_path))).rows(pieces), strict=True):
        assert read.equals(TOLD[first : first + rows])


def test_writing_does_not_load_pandas() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], check=True, env={"PYTHONPATH": ":".join(sys.path)})
