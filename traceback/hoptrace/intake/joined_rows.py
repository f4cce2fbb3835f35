"""Of a statement that was made of several rows, which rows these are: kept beside the submitted file.

A statement is known by one row. Switches that write a row a leg, or one when a call begins and one when it ends, give
it more, sometimes in other files of the same submission. Who checks a statement wants to see all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

OTHERS = pl.Schema({"file": pl.Int32, "row": pl.Int64, "other_file": pl.Int32, "other_row": pl.Int64})
"""The row that stands for a statement, and one more that went into it; files by their index in the group."""

JOINED = pl.Schema({"row": pl.Int64, "batch": pl.String, "other": pl.Int64})
"""The same of one file: `batch` and row `other` of the further row; SAME where it stands in the same file."""

SAME = "="


def other_rows(rows: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """OTHERS of a chunk's accepted rows (ROWS) and the statements (`call`, `file`, `row`) that were made of them."""
    if rows.height - rows["call"].null_count() == statements.height:
        return OTHERS.to_frame()  # one row each, as in most files
    accepted = rows.select("call", other_file="file", other_row="row").filter(pl.col("call").is_not_null())
    met = statements.select("call", "file", "row").join(accepted, on="call", how="inner")
    further = (pl.col("file") != pl.col("other_file")) | (pl.col("row") != pl.col("other_row"))
    return met.filter(further).select(OTHERS.names())


def of_files(others: Iterable[pl.DataFrame], batches: Sequence[str]) -> dict[int, pl.DataFrame]:
    """JOINED of each file that has some, by its index; `batches` are the files' batches, in order."""
    frames = [frame for frame in others if frame.height]
    if not frames:
        return {}
    names = pl.col("other_file").replace_strict(range(len(batches)), batches, return_dtype=pl.String)
    told = pl.concat(frames).with_columns(
        batch=pl.when(pl.col("other_file") == pl.col("file")).then(pl.lit(SAME)).otherwise(names), other="other_row"
    )
    ordered = told.sort("file", "row", "other_file", "other_row")
    return {part["file"][0]: part.select(JOINED.names()) for part in ordered.partition_by("file")}


def write_joined(joined: pl.DataFrame) -> bytes:
    """JOINED as bytes, compressed."""
    import zstandard

    return zstandard.compress(joined.write_csv().encode(), 1)


def read_joined(content: bytes) -> pl.DataFrame:
    """JOINED again; raises zstandard.ZstdError or polars' errors where the bytes are none."""
    import zstandard

    with zstandard.ZstdDecompressor().stream_reader(content) as stream:
        return pl.read_csv(stream.read(), schema=JOINED)
