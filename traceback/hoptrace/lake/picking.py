"""Picking the wanted rows out of the lake's files, by the keys and times of their row groups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import polars as pl

from hoptrace.lake.footers import Footers
from hoptrace.lake.layout import Index, kinds
from hoptrace.lake.wanted import Wanted
from hoptrace.model.arrays import Int64s
from hoptrace.model.statements import TIME


def pick(footers: Footers, paths: Sequence[str], wanted: Wanted, index: Index) -> pl.DataFrame:
    """The wanted rows of these files; of the row groups that hold none, nothing but keys and times is read."""
    files = list(zip(paths, footers.footers(paths), strict=True))
    groups = [(path, group, footer.begins[group]) for path, footer in files for group in wanted.groups(footer)]
    told = footers.keys([(path, group) for path, group, _ in groups])
    held = [(path, begins, keys, wanted.rows(*keys)) for (path, _, begins), keys in zip(groups, told, strict=True)]
    held = [each for each in held if each[-1].size]
    if not held:
        return kinds(index).to_frame()
    pieces = [(path, begins + int(rows[0]), int(rows[-1] - rows[0]) + 1) for path, begins, _, rows in held]
    # Keys and times are at hand: each column that is not read spares a twentieth of the time.
    found = picked(footers.rows(pieces), [rows - rows[0] for *_, rows in held])
    key = np.concatenate([keys[rows] for _, _, (keys, _), rows in held])
    start = np.concatenate([times[rows] for _, _, (_, times), rows in held])
    with_both = found.with_columns(pl.Series("key", key), pl.Series("start_time", start).cast(TIME))
    return with_both.select(_in_kinds(tuple(with_both.schema.items()), tuple(kinds(index).items())))


def picked(pieces: Sequence[pl.DataFrame], rows: Sequence[Int64s]) -> pl.DataFrame:
    """Some rows of each of several frames (by position, in order) as one frame of all columns that they have."""
    # The rows of one number at one time stand next to each other: then all of the piece is wanted.
    taken = [piece if len(some) == piece.height else piece[some] for piece, some in zip(pieces, rows, strict=True)]
    return _one_below_the_other(taken)


def _one_below_the_other(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of files, which lack the columns that are empty in all of their rows."""
    try:
        return pl.concat(frames, how="diagonal", rechunk=True)
    except pl.exceptions.SchemaError:  # those of earlier releases also differ in how wide their numbers are
        return pl.concat(frames, how="diagonal_relaxed", rechunk=True)


Columns = tuple[tuple[str, pl.DataType], ...]
"""Names and kinds of columns."""


@lru_cache
def _in_kinds(there: Columns, wanted: Columns) -> list[pl.Expr]:
    known = dict(there)
    return [
        pl.lit(None, kind).alias(name) if name not in known else _in_kind(name, known[name], kind)
        for name, kind in wanted
    ]


def _in_kind(name: str, had: pl.DataType, kind: pl.DataType) -> pl.Expr:
    return pl.col(name) if had == kind else pl.col(name).cast(kind)
