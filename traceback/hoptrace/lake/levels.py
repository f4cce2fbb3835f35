"""Which files of the lake are worth merging: levels by size in each partition, as in a log-structured merge tree.

Files of one index, day and slice of keys are grouped by size. Eight of one level become one of the next, so a row is
rewritten once for each eightfold growth of its partition. Files that are long enough are not joined any further: where
a look-up meets eight of them, these are dealt out anew into eight slices of the keys, each of which is grouped by size
again. A long file that came in the order of its times is written in files of an hour each, of which a look-up meets one
or two: these stay as they are until other carriers' statements of the same hours come. No step rewrites a whole day,
however much a day holds, and a number's statements of one time lie in few files.

A slice stands in the file's name. It decides what is merged with what, and nothing else: looking up goes by the bounds
in the table's log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from hoptrace.lake.layout import Index

FAN = 8
"""Files of a level that are worth merging into one of the next; slices that keys are dealt out into."""

WHOLE_ROWS = 250_000
"""A file with as many rows is long enough; one with an eighth of them is a level below, and so on."""

LEVELS = 4
"""The level of files that are long enough; the lowest is 0."""

STEP_ROWS = 500_000
"""Rows that a step merges in memory at most (160 MB before sorting)."""

STEP_FILES = 256
"""Files that a step merges at most."""

MEETING = timedelta(hours=2)
"""The widest usual look-up, of an hour before and after a call: of files further apart it meets one only."""

MOST_DEPTH = 4
"""How often keys are dealt out into ever narrower slices."""

GROUP = ["index", "day", "slice", "level"]
"""What files must share to be merged."""

_LOWEST = 1 << 63
_PART = re.compile(r"-k([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Step:
    """One merge: these files of a partition are joined into longer ones, or dealt out into narrower slices of keys."""

    index: Index
    day: date
    slice: str
    level: int
    paths: tuple[str, ...]
    rows: int
    bytes: int
    inner: tuple[str, ...] = ()
    """The narrower slices that the partition has already within this one."""

    @property
    def deals(self) -> bool:
        """The files are long enough: their rows are dealt out into narrower slices."""
        return self.level == LEVELS


def due(files: pl.DataFrame) -> Iterator[Step]:
    """The steps that are worth doing now, first those of the shortest files: they leave the fewest for their work.

    `files`: in the FILES columns. To look for the first one is quick, also among many files: each submit does so.
    """
    leveled = files.with_columns(slice=slice_of(pl.col("path")), level=_level())
    grouped = leveled.group_by(GROUP).agg(
        files=pl.len(), length=pl.col("rows").mean(), one_key=pl.col("key_min").min() == pl.col("key_max").max()
    )
    # A number that is called without end fills files of its own: they have no narrower slice.
    can_be_dealt = ~pl.col("one_key") & (pl.col("slice").str.len_bytes() < 16 * MOST_DEPTH)
    wanted = grouped.filter(pl.col("files") >= FAN, (pl.col("level") < LEVELS) | can_be_dealt)
    for group in wanted.sort("length", *GROUP).select(GROUP).iter_rows():
        mine = leveled.filter(pl.col(name) == value for name, value in zip(GROUP, group, strict=True))
        met = mine if group[-1] < LEVELS else _met_together(mine)
        step = _step(leveled, met, group)
        if len(step.paths) > 1 and met.height >= FAN:
            yield step


def _met_together(files: pl.DataFrame) -> pl.DataFrame:
    """Those of the files into which one look-up has to look, where it meets the most of them."""
    begins, ends = files["time_min"].sort(), files["time_max"].sort()
    # A look-up that ends when a file begins meets all that have begun, but for those that ended before it.
    met = pl.int_range(1, files.height + 1, eager=True) - ends.search_sorted(begins - MEETING, side="left")
    until: datetime = begins[int(met.arg_max() or 0)]
    return files.filter(pl.col("time_min") <= until, pl.col("time_max") >= until - MEETING)


def _step(leveled: pl.DataFrame, files: pl.DataFrame, group: tuple[str, date, str, int]) -> Step:
    index, day, piece, level = group
    ordered = files.sort("rows", "path")
    short = level < LEVELS
    taken = ordered.filter(pl.col("rows").cum_sum() <= STEP_ROWS).head(STEP_FILES) if short else ordered.head(FAN)
    # In the order of their times the rows of one key mostly come in order too, and are sorted by key alone.
    taken = taken.sort("time_min", "path")
    inner = () if short else _inner(leveled, index, day, piece)
    told = (tuple(taken["path"]), int(taken["rows"].sum()), int(taken["bytes"].sum()))
    return Step(Index(index), day, piece, level, *told, inner)


def slice_of(path: pl.Expr) -> pl.Expr:
    """The slice of keys that a file's name tells: "" is all keys, each 16 hex digits more a narrower slice."""
    return path.str.extract_all(_PART.pattern).list.join("").str.replace_all("-k", "", literal=True)


def named_slice(piece: str) -> str:
    """How a slice stands in a file's name."""
    return "".join(f"-k{piece[at : at + 16]}" for at in range(0, len(piece), 16))


def lowest_key(piece: str) -> int:
    """The key at which a slice begins."""
    return int(piece[-16:], 16) - _LOWEST if piece else -_LOWEST


def narrower(piece: str, key: int) -> str:
    """The slice within `piece` that begins at a key."""
    return f"{piece}{key + _LOWEST:016x}"


def _level() -> pl.Expr:
    floors = (WHOLE_ROWS // FAN**down for down in range(LEVELS))
    return pl.sum_horizontal(*((pl.col("rows") >= floor).cast(pl.Int64) for floor in floors))


def _inner(leveled: pl.DataFrame, index: str, day: date, piece: str) -> tuple[str, ...]:
    length = len(piece) + 16
    inside = leveled.filter(
        pl.col("index") == index,
        pl.col("day") == day,
        pl.col("slice").str.starts_with(piece),
        pl.col("slice").str.len_bytes() >= length,
    )
    return tuple(sorted(set(inside["slice"].str.slice(0, length))))
