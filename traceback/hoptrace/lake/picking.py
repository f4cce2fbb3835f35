"""Picking the wanted rows out of the lake's files, by the files' directories."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hoptrace.lake.directories import Directories, Piece, microseconds
from hoptrace.lake.directory import BLOCK_ROWS
from hoptrace.lake.layout import Index, no_rows
from hoptrace.lake.wanted import Wanted
from hoptrace.model.arrays import Int64s

PIECE_ROWS = 4_096
"""Wanted rows of so many are read together with those between them: to read them apart would take longer."""


def pick(directories: Directories, paths: Sequence[str], wanted: Wanted, index: Index) -> pl.DataFrame:
    """The wanted rows of these files; of a file that holds none mostly nothing but some tags is read."""
    pieces = directories.rows(_pieces(directories, paths, wanted))
    rows = [wanted.rows(piece["key"].to_numpy(), microseconds(piece["start_time"])) for piece in pieces]
    held = [at for at, some in enumerate(rows) if some.size]
    return picked(no_rows(index), [pieces[at] for at in held], [rows[at] for at in held])


def _pieces(directories: Directories, paths: Sequence[str], wanted: Wanted) -> list[Piece]:
    """The rows that the tags tell of, with those between them in the same PIECE_ROWS."""
    known = zip(paths, directories.directories(paths), strict=True)
    asked = [(path, *where) for path, directory in known for where in wanted.blocks(directory)]
    ends: dict[tuple[str, int], tuple[int, int]] = {}
    told = directories.tags([(path, block) for path, block, _ in asked])
    for (path, block, tag), tags in zip(asked, told, strict=True):
        # Not by `flatnonzero`: of a hundred calls ten thousand blocks are looked into, nearly all of them in vain.
        rows = (tags == tag).nonzero()[0]
        if rows.size:
            begin, group = block * BLOCK_ROWS, (path, block * BLOCK_ROWS // PIECE_ROWS)
            low, high = begin + int(rows[0]), begin + int(rows[-1])
            first, last = ends.get(group, (low, high))
            ends[group] = min(first, low), max(last, high)
    return [(path, first, last - first + 1) for (path, _), (first, last) in ends.items()]


def picked(wanted: pl.DataFrame, pieces: Sequence[pl.DataFrame], rows: Sequence[Int64s]) -> pl.DataFrame:
    """Some rows of each of several frames (by position, in order) below those of a frame that has the wanted columns.

    The frames may lack some of them, as files do those that are empty in all of their rows.
    """
    # The rows of one number at one time stand next to each other: then all of the piece is wanted.
    taken = [piece if len(some) == piece.height else piece[some] for piece, some in zip(pieces, rows, strict=True)]
    # What comes first tells the columns, their order and kinds.
    frames = [wanted, *taken]
    try:
        return pl.concat(frames, how="diagonal", rechunk=True)
    except pl.exceptions.SchemaError:  # files of earlier releases have other widths of numbers
        return pl.concat(frames, how="diagonal_relaxed", rechunk=True).cast(wanted.schema)
