"""Stretches of places, read out of the finished parts: of each its calls, its frames, and its lines in order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard

from hoptrace.engines.frames import AT, CALL, CALLS, LENGTH, PACKED, PART, PLACE, ends_of, part_files
from hoptrace.model.arrays import Int64s

AT_ONCE = 64
"""Lines that are written together: 400 KB or so, still in a processor's cache; the system takes less for each page."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What parts hold of a stretch of places: the table of calls, and the packed frames in the same order.

    `frames` says of each call in which of `packed` it stands, `lines` which line of it.
    """

    calls: Int64s
    packed: list[bytes]
    frames: Int64s
    lines: Int64s

    def pieces(self) -> Iterator[bytes]:
        """The lines of the stretch in the order of their places, AT_ONCE together.

        A frame's lines stand in that order too, so that of each part one frame is unpacked at a time, and the same
        little memory serves for all of them.
        """
        unpack = zstandard.ZstdDecompressor().decompress
        opened, lines = dict[int, memoryview](), list[memoryview]()
        for frame, start, end, last in self._where():
            if not start:
                opened[frame] = memoryview(unpack(self.packed[frame]))
            lines.append(opened[frame][start:end])
            if last:
                del opened[frame]
            if len(lines) == AT_ONCE:
                yield b"".join(lines)
                lines.clear()
        yield b"".join(lines)

    def _where(self) -> Iterator[tuple[int, int, int, bool]]:
        """Of each call in the order of places: its frame, where its line begins and ends in it, whether it is last."""
        order, firsts = self.calls[:, PLACE].argsort(), self.lines == 0
        ends = self.calls[:, LENGTH].cumsum()
        starts = ends - self.calls[:, LENGTH]
        base = starts[firsts][self.frames]
        lasts = np.append(firsts[1:], True)
        columns = (self.frames, starts - base, ends - base, lasts)
        return zip(*(column[order].tolist() for column in columns), strict=True)


def read_stretch(folder: Path, frames: Int64s) -> Stretch:
    """A stretch out of the parts kept in a folder: rows of the table of frames, by part and as they stand in it."""
    held = b"".join(_read(folder, frames))
    sizes, packed = frames[:, CALLS], frames[:, PACKED]
    blocks = (sizes * CALL + packed).cumsum() - packed
    numbers = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    lines = np.arange(sizes.sum(), dtype=np.int64) - np.repeat(sizes.cumsum() - sizes, sizes)
    begins = (blocks - sizes * CALL)[numbers] + lines * CALL
    rows = np.frombuffer(held, np.uint8)[np.add.outer(begins, np.arange(CALL))]
    ends = zip(blocks.tolist(), (blocks + packed).tolist(), strict=True)
    return Stretch(rows.view(np.int64), [held[block:end] for block, end in ends], numbers, lines)


def runs(values: Int64s) -> Iterator[slice]:
    """Where equal values stand together, one run after the other."""
    cuts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)] if len(values) else []
    yield from map(slice, cuts, cuts[1:])


def _read(folder: Path, frames: Int64s) -> Iterator[bytes]:
    """The bytes of frames, of each part in one piece.

    Every stretch has a few frames of every part, so that a file is opened some sixty thousand times for a million
    calls; Python's own streams take twice as long for it.
    """
    cuts = list(runs(frames[:, PART]))
    starts = frames[[rows.start for rows in cuts]]
    ends = ends_of(frames[[rows.stop - 1 for rows in cuts]])
    files = part_files(folder, starts[:, PART].tolist())
    for file, start, end in zip(files, starts[:, AT].tolist(), ends.tolist(), strict=True):
        opened = os.open(file, os.O_RDONLY)
        try:
            yield os.pread(opened, end - start, start)
        finally:
            os.close(opened)
