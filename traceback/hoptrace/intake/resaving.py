"""What a spreadsheet does to a file of any format that is opened and saved again, seen in the calls that were read.

Readers that can tell more by how a file is written (`formats/resaved.py`, `formats/profiled/resaved.py`) flag it
themselves; here stands what every format shows: numbers rounded to an exponent, and seconds that are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from hoptrace.model.numbers import NumberKind

MINUTE = 60_000_000
"""Microseconds."""

FEWEST_FOR_MINUTES = 10
"""So many times on the full minute are no chance."""

_RESAVED = "re-saved by a spreadsheet"
_ROUNDED = r"^\s*\+?[0-9]+(?:[.,][0-9]+)?[Ee]\+?[0-9]{1,2}\s*$"
_LOST_SECONDS = (
    f"every start time is on a full minute: {_RESAVED}, the seconds were cut; times count as intervals of a minute. "
    "Ask for the file as the switch wrote it."
)


def with_lost_seconds(calls: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, str]]:
    """Calls (RAW_CALLS) with the precision of a minute where all times of a file are full minutes; a flag for each.

    Files whose reader has found that out are left as they are.
    """
    if calls["precision"].min() == MINUTE or not _on_minute(calls.head(1)):
        return calls, {}
    on_minutes = pl.col("start_time").to_physical() % MINUTE == 0
    told = calls.group_by("file").agg(pl.len(), whole=on_minutes.all()).sort("file")
    cut: list[int] = told.filter(pl.col("whole"), pl.col("len") > FEWEST_FOR_MINUTES)["file"].to_list()
    if not cut:
        return calls, {}
    precision = pl.when(pl.col("file").is_in(cut)).then(pl.lit(MINUTE, pl.Int32)).otherwise("precision")
    return calls.with_columns(precision=precision), dict.fromkeys(cut, _LOST_SECONDS)


def rounded_numbers(calls: pl.DataFrame, read: Mapping[str, pl.DataFrame], columns: Mapping[str, str]) -> pl.DataFrame:
    """How many numbers of each file (`file`, `len`) were rounded to the form 1.2E+11.

    `read`: each number column as read (`kind`); `columns`: what it is called in `calls`.
    """
    found = [
        calls.filter(read[name]["kind"] == str(NumberKind.INVALID)).select("file", text=pl.col(column))
        for name, column in columns.items()
        # A number with a key is not invalid, and where there is no text there is no number.
        if read[name]["key"].null_count() > calls[column].null_count()
    ]
    if not found:
        return pl.DataFrame(schema={"file": pl.Int32, "len": pl.get_index_type()})
    return pl.concat(found).filter(pl.col("text").str.contains(_ROUNDED)).group_by("file").len().sort("file")


def rounded_flag(count: int, flags: Mapping[str, Any]) -> str | None:
    """What the receipt says of so many rounded numbers; None where a flag of the reader says it already."""
    if any("spreadsheet" in flag for flag in flags):
        return None
    return f"numbers such as 9.1E+11 ({count:,}): {_RESAVED}, their digits are lost. Ask for the original file."


def _on_minute(calls: pl.DataFrame) -> bool:
    return bool((calls["start_time"].to_physical() % MINUTE == 0).all())
