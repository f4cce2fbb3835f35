"""What became of each row of a profiled file, and the calls, in the schemas that intake takes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hoptrace.model.statements import RAW_CALLS, ROWS, Fate

_READ = {"start_time", "answer_time", "end_time", "duration"}


def raw_calls(sound: pl.DataFrame) -> pl.DataFrame:
    """Judged rows with `file`, one a call, as RAW_CALLS."""
    told = sound.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("call"))
    return told.select(
        pl.col(f"{name}_read" if name in _READ else name).cast(dtype).alias(name) for name, dtype in RAW_CALLS.items()
    )


def account(frame: pl.DataFrame, fate: Fate) -> pl.DataFrame:
    """Rows (row, and call, reasons, raw where it has them) with their fate."""
    empty = {"call": pl.lit(None, pl.Int64), "reasons": pl.lit(None, ROWS["reasons"]), "raw": pl.lit(None, pl.Binary)}
    known = set(frame.columns) - (set() if fate is Fate.REJECTED else {"reasons"})
    told = {name: pl.col(name) if name in known else nothing for name, nothing in empty.items()}
    return frame.select(row=pl.col("row").cast(pl.Int64), fate=pl.lit(str(fate)), **told)


def accounts(parts: Sequence[pl.DataFrame], file: int) -> pl.DataFrame:
    """All parts of one file as ROWS, in the order of the rows."""
    return pl.concat(parts).with_columns(file=pl.lit(file, pl.Int32)).sort("row").select(ROWS.names())
