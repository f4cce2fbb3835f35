"""Picking the wanted rows out of the lake's files, by the keys and times of their row groups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from hoptrace.lake.footers import Footers, Int64s
from hoptrace.lake.layout import Index, kinds
from hoptrace.lake.storage import Piece, Store
from hoptrace.lake.wanted import Wanted


def pick(store: Store, footers: Footers, paths: Sequence[str], wanted: Wanted, index: Index) -> pl.DataFrame:
    """The wanted rows of these files; of the row groups that hold none, nothing but keys and times is read."""
    files = list(zip(paths, footers.footers(paths), strict=True))
    groups = [(path, group, footer.begins[group]) for path, footer in files for group in wanted.groups(footer)]
    pieces: list[Piece] = []
    places: list[Int64s] = []
    keys = footers.keys([(path, group) for path, group, _ in groups])
    for (path, _, begins), told in zip(groups, keys, strict=True):
        rows = wanted.rows(*told)
        if rows.size:
            first = int(rows[0])
            pieces.append((path, begins + first, int(rows[-1]) - first + 1))
            places.append(rows - first)
    return picked(store.read_pieces(pieces), places, kinds(index))


def picked(pieces: Sequence[pl.DataFrame], rows: Sequence[Int64s], kinds: pl.Schema) -> pl.DataFrame:
    """Some rows of each of several frames (by position, in order) as one frame of these columns."""
    # The rows of one number at one time stand next to each other: then all of the piece is wanted.
    taken = [piece if len(some) == piece.height else piece[some] for piece, some in zip(pieces, rows, strict=True)]
    if not taken:
        return kinds.to_frame()
    rows = _one_below_the_other(taken)
    return rows.select(_in_kinds(tuple(rows.schema.items()), tuple(kinds.items())))


def _one_below_the_other(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of files, which differ in the columns that are empty."""
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
