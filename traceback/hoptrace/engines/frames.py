"""A finished part as bytes: its results in frames of a few, each compressed and readable by itself.

Results repeat each other's words, so that a frame takes a fifteenth of its lines' bytes. A part's frames stand in the
order of their calls' places in the whole, and none reaches over the end of a stretch of places: the output is put
together stretch by stretch (`hoptrace.engines.stretches`), and from every part a stretch is read in one piece.

A part is int64 numbers (how many frames there are, and the table of them), then for each frame the table of its calls
and its lines, as one frame of Zstandard (RFC 8878).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

import numpy as np
import zstandard

from hoptrace.model.arrays import Int64s
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.result_lines import ResultLines

MOST_LINES = 8
"""Of one frame, which is unpacked whole for one result. Fours take a fourth more room, sixteens a sixth less."""

FRAMES_AT_ONCE = 64
"""Frames whose lines are put together at once: 3 MB or so of the same memory again and again."""

LEAST_STRETCH, LINES_OF_A_PART = 4_096, 16

LEVEL: Final = 1
"""Of Zstandard; higher ones take longer and pack results no better."""

VERDICTS: Final[tuple[str, ...]] = tuple(str(verdict) for verdict in Verdict)

STRETCH, CALLS, LINES_BYTES, AT, PACKED, PART = range(6)
"""The columns of the table of frames: stretch, calls, bytes of the lines; where the frame begins, packed bytes.

PART, the number of the part, is not in the file.
"""

PLACE, LENGTH, VERDICT = range(3)
"""The columns of the table of calls: the place in the whole, bytes of the line with its end, which of VERDICTS."""

NUMBER: Final = 8
"""Bytes of one."""

CALL: Final = 3 * NUMBER
"""Bytes of a row of the table of calls."""


def stretch_of(parts: int) -> int:
    """How many places a stretch has, where there are so many parts: each has some lines in it, whatever the order."""
    return max(LEAST_STRETCH, LINES_OF_A_PART * parts)


def pack(told: ResultLines, places: Int64s, stretch: int) -> bytes:
    """Results of a part as bytes, call n of it at `places[n]` in the whole; a stretch is so many places."""
    told = told.in_order(places[told.calls].argsort())
    codes = {verdict: code for code, verdict in enumerate(Verdict)}
    verdicts = np.array([codes[verdict] for verdict in told.verdicts], np.int64)
    calls = np.column_stack([places[told.calls], told.lengths(), verdicts])
    starts = _cuts(calls[:, PLACE] // stretch)
    ends = np.append(starts, len(calls))
    frames = list(_compressed(told, calls[:, LENGTH], ends.tolist()))
    packed = np.array([len(frame) for frame in frames], np.int64)
    takes = np.diff(ends) * CALL + packed
    at = NUMBER * (1 + len(frames) * PART) + takes.cumsum() - takes
    bytes_of_lines = np.add.reduceat(calls[:, LENGTH], starts)
    table = np.column_stack([calls[starts, PLACE] // stretch, np.diff(ends), bytes_of_lines, at, packed])
    tables = (calls[start:end].tobytes() for start, end in pairwise(ends.tolist()))
    pieces = chain.from_iterable(zip(tables, frames, strict=True))
    return b"".join([np.array([len(frames)], np.int64).tobytes(), table.tobytes(), *pieces])


def _compressed(told: ResultLines, lengths: Int64s, ends: Sequence[int]) -> Iterator[bytes]:
    """The frames of lines of these lengths, from each of `ends` to the next; no line is touched by itself."""
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    reached = np.concatenate([[0], lengths.cumsum()])
    for first in range(0, len(ends) - 1, FRAMES_AT_ONCE):
        some = ends[first : first + FRAMES_AT_ONCE + 1]
        text, begun = memoryview(told.text(some[0], some[-1])), reached[some[0]]
        for start, end in pairwise(some):
            yield compressor.compress(text[reached[start] - begun : reached[end] - begun])


def part_file(folder: Path, number: int) -> Path:
    """Where a finished part is kept."""
    return folder / _part_name(number)


def part_files(folder: Path, numbers: Iterable[int]) -> Iterator[str]:
    """The same of many parts, as plain text: a path takes longer to make than the file to open."""
    return (f"{folder}{os.sep}{_part_name(number)}" for number in numbers)


def _part_name(number: int) -> str:
    return f"{number}.part"


def frames_of(folder: Path, number: int) -> Int64s:
    """The table of the frames of a kept part, with PART."""
    with part_file(folder, number).open("rb") as stream:
        amount = int(np.frombuffer(stream.read(NUMBER), np.int64)[0])
        frames = np.frombuffer(stream.read(NUMBER * PART * amount), np.int64).reshape(-1, PART)
    return np.column_stack([frames, np.full(amount, number, np.int64)])


def is_whole(folder: Path, number: int) -> bool:
    """The file of a kept part has its end, which a power failure may have taken."""
    try:
        frames = frames_of(folder, number)
    except (ValueError, IndexError):
        return False
    end = int(ends_of(frames)[-1]) if len(frames) else NUMBER
    return part_file(folder, number).stat().st_size == end


def ends_of(frames: Int64s) -> Int64s:
    """Where frames, rows of the table, end in their part's file."""
    return frames[:, AT] + frames[:, CALLS] * CALL + frames[:, PACKED]


def _cuts(stretches: Int64s) -> Int64s:
    """Where frames begin: at every new stretch, and after MOST_LINES."""
    every = np.arange(len(stretches))
    new = np.ones(len(stretches), bool)
    new[1:] = stretches[1:] != stretches[:-1]
    since = every - np.maximum.accumulate(np.where(new, every, 0))
    return np.flatnonzero(since % MOST_LINES == 0)
