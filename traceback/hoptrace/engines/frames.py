"""A finished part as bytes: its results in frames of a few, each compressed and readable by itself.

Results repeat each other's words, so that a frame takes an eighteenth of its lines' bytes. A part's frames stand in the
order of their calls' places in the whole, and none reaches over the end of a stretch of places: the output is put
together stretch by stretch, and from every part a stretch is read in one piece.

A part is int64 numbers (how many frames there are, and the table of them), then for each frame the table of its calls
and its lines, as one frame of Zstandard (RFC 8878).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from hoptrace.model.verdicts import Verdict

Int64s = NDArray[np.int64]

MOST_LINES = 32
"""Of one frame: for one result, all of its frame has to be unpacked."""

LEAST_STRETCH, LINES_OF_A_PART = 4_096, 16

VERDICTS: Final[tuple[str, ...]] = tuple(str(verdict) for verdict in Verdict)

STRETCH, CALLS, LINES_BYTES, AT, PACKED, PART = range(6)
"""The columns of the table of frames: stretch, calls, bytes of the lines; where the frame begins, packed bytes.

PART, the number of the part, is not in the file.
"""

PLACE, LENGTH, VERDICT = range(3)
"""The columns of the table of calls: the place in the whole, bytes of the line with its end, which of VERDICTS."""

_LEVEL = 1
_NUMBER = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One call's result as a `line` of JSON, without its end; the call's `place` in the whole, and the verdict."""

    place: int
    verdict: str
    line: bytes


def stretch_of(parts: int) -> int:
    """How many places a stretch has, where there are so many parts: each has some lines in it, whatever the order."""
    return max(LEAST_STRETCH, LINES_OF_A_PART * parts)


def pack(lines: Sequence[Line], stretch: int) -> bytes:
    """Results of a part as bytes; a stretch is so many places."""
    ordered = sorted(lines, key=lambda one: one.place)
    codes = {verdict: code for code, verdict in enumerate(VERDICTS)}
    told = [(one.place, len(one.line) + 1, codes[one.verdict]) for one in ordered]
    calls = np.array(told, np.int64).reshape(-1, 3)
    ends = [*_cuts(calls[:, PLACE] // stretch), len(ordered)]
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    at = _NUMBER * (1 + len(ends[1:]) * PART)
    rows, pieces = list[tuple[int, ...]](), list[bytes]()
    for start, end in pairwise(ends):
        packed = compressor.compress(b"".join(one.line + b"\n" for one in ordered[start:end]))
        table = calls[start:end]
        rows.append((table[0, PLACE] // stretch, end - start, table[:, LENGTH].sum(), at, len(packed)))
        pieces += [table.tobytes(), packed]
        at += table.nbytes + len(packed)
    return np.array([len(rows)], np.int64).tobytes() + np.array(rows, np.int64).tobytes() + b"".join(pieces)


def part_file(folder: Path, number: int) -> Path:
    """Where a finished part is kept."""
    return folder / f"{number}.part"


def frames_of(folder: Path, number: int) -> Int64s:
    """The table of the frames of a kept part, with PART."""
    with part_file(folder, number).open("rb") as stream:
        amount = int(np.frombuffer(stream.read(_NUMBER), np.int64)[0])
        frames = np.frombuffer(stream.read(_NUMBER * PART * amount), np.int64).reshape(-1, PART)
    return np.column_stack([frames, np.full(amount, number, np.int64)])


@dataclass(frozen=True, slots=True)
class Stretch:
    """What parts hold of a stretch of places: the table of calls, and the packed frames in the same order.

    `frames` says of each call in which of `packed` it stands, `lines` which line of it.
    """

    calls: Int64s
    packed: list[bytes]
    frames: Int64s
    lines: Int64s

    def ordered(self) -> bytes:
        """The lines of the stretch in the order of their places."""
        unpack = zstandard.ZstdDecompressor().decompress
        text = memoryview(b"".join([unpack(frame) for frame in self.packed]))
        ends = self.calls[:, LENGTH].cumsum()
        order = self.calls[:, PLACE].argsort()
        starts = (ends - self.calls[:, LENGTH])[order].tolist()
        return b"".join([text[start:end] for start, end in zip(starts, ends[order].tolist(), strict=True)])


def read_stretch(folder: Path, frames: Int64s) -> Stretch:
    """A stretch out of the parts kept in a folder: rows of the table of frames, by part and as they stand in it."""
    tables, packed = list[Int64s](), list[bytes]()
    for rows in runs(frames[:, PART]):
        held = _read(part_file(folder, int(frames[rows.start, PART])), frames[rows])
        starts = frames[rows, AT] - frames[rows.start, AT]
        for start, calls, size in zip(starts, frames[rows, CALLS], frames[rows, PACKED], strict=True):
            block = start + calls * 3 * _NUMBER
            tables.append(np.frombuffer(held, np.int64, calls * 3, start).reshape(-1, 3))
            packed.append(held[block : block + size])
    sizes = frames[:, CALLS]
    firsts = np.repeat(sizes.cumsum() - sizes, sizes)
    numbers = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    return Stretch(np.concatenate(tables), packed, numbers, np.arange(sizes.sum(), dtype=np.int64) - firsts)


def runs(values: Int64s) -> Iterator[slice]:
    """Where equal values stand together, one run after the other."""
    cuts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)] if len(values) else []
    yield from map(slice, cuts, cuts[1:])


def _read(path: Path, frames: Int64s) -> bytes:
    """The bytes of frames that stand one after the other."""
    first, last = int(frames[0, AT]), frames[-1]
    with path.open("rb", buffering=0) as stream:
        stream.seek(first)
        return stream.read(int(last[AT] + last[CALLS] * 3 * _NUMBER + last[PACKED]) - first)


def _cuts(stretches: Int64s) -> list[int]:
    """Where frames begin: at every new stretch, and after MOST_LINES."""
    every = np.arange(len(stretches))
    new = np.ones(len(stretches), bool)
    new[1:] = stretches[1:] != stretches[:-1]
    since = every - np.maximum.accumulate(np.where(new, every, 0))
    return np.flatnonzero(since % MOST_LINES == 0).tolist()
