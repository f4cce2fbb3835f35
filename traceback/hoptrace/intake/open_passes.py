"""Calls of a chunk whose local time came twice, settled by their own times and by the sequence of each file's rows.

For readers that put a call together of several rows: they read such a time as its first pass and say by how much later
it may be (`may_be_later`); what is settled here loses that, what is not keeps both times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from hoptrace.intake.folds import LOCAL, PLACED, settle_placed
from hoptrace.intake.reading import Chunk

_LATER_TIMES = ("answer_time", "end_time")


def with_passes(chunk: Chunk) -> Chunk:
    """The chunk with the passes of its calls settled as far as the files tell, and flags that say by what."""
    calls = chunk.calls
    if calls["may_be_later"].null_count() == calls.height:
        return chunk
    told: list[pl.DataFrame] = []
    flags: list[tuple[int, str]] = []
    for (file,), rows in calls.filter(_in_files_with_open_times(calls)).group_by("file", maintain_order=True):
        settled = settle_placed(_placed(rows.sort("row", "call")), chunk.zone.name)
        told.append(settled.passes.select(call="row", second="second"))
        flags += [(int(str(file)), text) for text in settled.flags]
    passes = pl.concat(told)
    return replace(chunk, calls=_moved(calls, passes), flags=(*chunk.flags, *flags))


def _in_files_with_open_times(calls: pl.DataFrame) -> pl.Series:
    files = calls.filter(pl.col("may_be_later").is_not_null())["file"].unique()
    return calls["file"].is_in(files.implode())


def _placed(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls in the order of their rows as PLACED; `row` is their number in the chunk.

    Only differences of clock times count: they are written as if the clock had gone on from the first pass.
    """
    start, later = pl.col("start_time"), pl.duration(seconds=pl.col("may_be_later").fill_null(0))
    open_ = pl.col("may_be_later").is_not_null()
    first = start.to_physical()
    wall = dict(_walls())
    told = calls.select(
        at=pl.int_range(pl.len(), dtype=pl.Int64),
        row=pl.col("call"),
        id=pl.col("record_id").cast(pl.Int64, strict=False),
        local=start.dt.replace_time_zone(None),
        answer=wall["answer_time"],
        end=wall["end_time"],
        # Of a call that ended behind the hour the duration may be reckoned from the first pass: it settles nothing.
        talk=pl.when(_behind("end_time").is_null()).then((pl.col("duration") * 1e6).cast(pl.Int64, strict=False)),
        stated=pl.when(~open_).then(first),
        epoch=pl.lit(None, pl.Int64),
        first=first,
        last=(start + later).to_physical(),
        folded=open_,
        answered=pl.when(_behind("end_time").is_null()).then(_behind("answer_time")),
        ended=pl.lit(None, pl.Int64),
        lag=pl.coalesce(
            (wall["end_time"] - start.dt.replace_time_zone(None)).dt.total_microseconds(),
            (pl.col("duration") * 1e6).cast(pl.Int64, strict=False),
            0,
        ),
        second=pl.lit(None, pl.Boolean),
        known=pl.when(~open_).then(first),
    )
    return told.select(pl.col(name).cast(kind) for name, kind in PLACED.items())


def _walls() -> Iterator[tuple[str, pl.Expr]]:
    """The later times of a call by the clock of the first pass."""
    later = pl.duration(seconds=pl.col("may_be_later").fill_null(0))
    for name in _LATER_TIMES:
        since = pl.col(name) - pl.col("start_time")
        clock = pl.when(since >= later).then(pl.col(name) - later).otherwise(name)
        yield name, clock.dt.replace_time_zone(None).cast(LOCAL)


def _behind(name: str) -> pl.Expr:
    """A time behind the repeated hour, in microseconds: it lies as long after the start as the hour at least."""
    since = (pl.col(name) - pl.col("start_time")).dt.total_seconds()
    return pl.when(since >= pl.col("may_be_later").fill_null(0)).then(pl.col(name).to_physical())


def _moved(calls: pl.DataFrame, passes: pl.DataFrame) -> pl.DataFrame:
    """The calls with what was settled: those of the second pass are later, and what they say beside is not before."""
    later = pl.duration(seconds=pl.col("may_be_later"))
    told = calls.join(passes, on="call", how="left", maintain_order="left")
    start = pl.when("second").then(pl.col("start_time") + later).otherwise("start_time")
    moved = told.with_columns(start_time=start).with_columns(
        pl.when("second", pl.col(name) < pl.col("start_time")).then(pl.col(name) + later).otherwise(name).alias(name)
        for name in _LATER_TIMES
    )
    open_ = pl.when(pl.col("second").is_null()).then("may_be_later")
    return moved.with_columns(may_be_later=open_).select(calls.columns)
