"""How a step of upkeep makes its new files: joined into one, or dealt out into slices of keys, bounded in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
from deltalake.transaction import AddAction

from hoptrace.lake.directories import Directories
from hoptrace.lake.directory import BLOCK_ROWS
from hoptrace.lake.layout import Part
from hoptrace.lake.levels import FAN, STEP_ROWS, Step, lowest_key, named_slice, narrower
from hoptrace.lake.part_files import write_part
from hoptrace.lake.side_by_side import side_by_side
from hoptrace.lake.sorting import sort_part
from hoptrace.lake.storage import Store
from hoptrace.model.arrays import Int64s

Slice = tuple[str, int, int | None]
"""A slice's name, its first key and the first key beyond it (None: no end)."""


class Merging:
    """Makes the files of one step; nothing is in the table before the caller commits them."""

    def __init__(self, store: Store, directories: Directories, name: str) -> None:
        self._store = store
        self._directories = directories
        self._name = name

    def files(self, step: Step) -> list[AddAction]:
        """Write the new files and give the actions that add them."""

        def write(number: int, part: tuple[str, pl.DataFrame]) -> AddAction:
            """Write one slice of what is merged."""
            piece, rows = part
            name = f"{self._name}-{number:03d}{named_slice(piece)}"
            return write_part(self._store, Part(step.index, step.day, rows), name, data_change=False)

        # One is read and sorted while the one before is written.
        return list(side_by_side(write, self._dealt(step) if step.deals else self._joined(step), threads=1))

    def _joined(self, step: Step) -> Iterator[tuple[str, pl.DataFrame]]:
        yield step.slice, sort_part(self._store.scan(step.paths).collect())

    def _dealt(self, step: Step) -> Iterator[tuple[str, pl.DataFrame]]:
        firsts = {path: np.array(self._directories.directory(path).keys, np.int64) for path in step.paths}
        for piece, first, beyond in _slices(step, np.sort(np.concatenate(list(firsts.values())))):
            parts = (self._store.read_keys(paths, first, beyond) for paths in _together(firsts, first, beyond))
            for rows in _batches(part for part in parts if part.height):
                yield piece, rows


def _together(firsts: Mapping[str, Int64s], first: int, beyond: int | None) -> Iterator[list[str]]:
    """Files that one scan reads, which is quicker than one for each: as many as hold a step's rows of a slice at most.

    `firsts`: the first key of each of a file's blocks.
    """
    waiting: list[str] = []
    height = 0
    for path, keys in firsts.items():
        end = keys.size if beyond is None else int(np.searchsorted(keys, beyond))
        # The block before the first that begins in the slice may reach into it.
        most = BLOCK_ROWS * (end - max(int(np.searchsorted(keys, first)) - 1, 0))
        if waiting and height + most > STEP_ROWS:
            yield waiting
            waiting, height = [], 0
        waiting.append(path)
        height += most
    yield waiting


def _batches(parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Sorted frames of a step's bounded size: one number may fill a slice with more than memory should hold."""
    waiting: list[pl.DataFrame] = []
    height = 0
    for part in parts:
        if waiting and height + part.height > STEP_ROWS:
            yield sort_part(pl.concat(waiting))
            waiting, height = [], 0
        waiting.append(part)
        height += part.height
    if waiting:
        yield sort_part(pl.concat(waiting))


def _slices(step: Step, firsts: Int64s) -> list[Slice]:
    """The narrower slices: those that are there already, else eight with about as many rows each."""
    start = lowest_key(step.slice)
    inner = [lowest_key(piece) for piece in step.inner]
    marks = inner or [int(firsts[firsts.size * part // FAN]) for part in range(1, FAN)]
    begins = sorted({start, *(mark for mark in marks if mark > int(firsts[0]))})
    ends = [*begins[1:], None]
    return [(narrower(step.slice, begin), begin, end) for begin, end in zip(begins, ends, strict=True)]
