"""What is said of a whole column is not said of each of its rows, and nothing is loaded that is not used."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from hoptrace.lake.layout import GROUP_ROWS
from hoptrace.lake.writing import write_rows

ROWS = GROUP_ROWS + 3
TOLD = pl.DataFrame(
    {
        "key": range(ROWS),
        "carrier": ["transit"] * ROWS,
        "upstream": [f"peer{row % 3}" for row in range(ROWS)],
        "call_id": [f"{row}@198.51.100.7" if row % 2 else None for row in range(ROWS)],
        "duration": [row / 2 for row in range(ROWS)],
    }
)
WITHOUT_PANDAS = """
import io, sys
import polars as pl
from hoptrace.lake.writing import write_rows
write_rows(pl.DataFrame({"key": [1, 2], "carrier": ["transit", "transit"]}), io.BytesIO())
assert "pandas" not in sys.modules
"""


def test_a_column_without_a_gap_says_so_in_the_file_and_is_read_as_any_other() -> None:
    stream = io.BytesIO()
    write_rows(TOLD, stream)
    columns = pq.ParquetFile(io.BytesIO(stream.getvalue())).schema
    needed = {columns.column(at).name: columns.column(at).max_definition_level == 0 for at in range(len(columns))}
    assert needed == {"key": True, "carrier": True, "upstream": True, "call_id": False, "duration": True}
    assert pl.read_parquet(io.BytesIO(stream.getvalue())).equals(TOLD)


def test_files_with_and_without_gaps_are_read_together(tmp_path: Path) -> None:
    paths = [tmp_path / "with.parquet", tmp_path / "without.parquet"]
    frames = [TOLD, TOLD.drop_nulls()]
    for path, frame in zip(paths, frames, strict=True):
        with path.open("wb") as stream:
            write_rows(frame, stream)
    assert pl.scan_parquet(paths).collect().equals(pl.concat(frames))
    assert pl.scan_parquet(paths[::-1]).collect().equals(pl.concat(frames[::-1]))


def test_writing_does_not_load_pandas() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], check=True, env={"PYTHONPATH": ":".join(sys.path)})
