"""The finished parts put together: the output in the order of the calls, and the results filed in the catalog."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

import polars as pl
import zstandard

from hoptrace.engines.finished import Finished
from hoptrace.engines.frames import LEVEL, LINES_BYTES, PLACE, VERDICT, VERDICTS
from hoptrace.engines.stretches import Stretch, read_stretch
from hoptrace.engines.syncing import synced_meanwhile
from hoptrace.model.arrays import Int64s
from hoptrace.model.packing import ZSTANDARD, packing_of
from hoptrace.output import check_room, is_device, whole_file

if TYPE_CHECKING:
    from hoptrace.catalog.filing import Filing
    from hoptrace.engines.pool import Pool
    from hoptrace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Writing:
    """A stretch of the output to write: into which file, from which byte on; the folder of the parts, its frames."""

    file: Path
    at: int
    folder: Path
    frames: Int64s


def put_together(
    workspace: Workspace, calls: pl.DataFrame, finished: Finished, out: Path, pool: Pool
) -> dict[str, int]:
    """Write the output, and file the results of `calls` (`place`, `call_ref`, `campaign`); counts the verdicts.

    The processes of `pool` write a stretch each; this one files meanwhile, and writes what is left then. What is no
    file is written by this one, and so is a file whose name ends in .zst: the others then pack a stretch each
    (Zstandard, RFC 8878).
    """
    verdicts: Counter[str] = Counter()
    # A link may lead to another disk; an output that a killed run has begun is cleared with the parts.
    meanwhile = None if out.is_symlink() else finished.folder
    stretches = finished.stretches()
    filings = _filed(workspace, calls, finished.folder, stretches)
    # What was filed of a run that fails is undone at once, and not when its traceback is let go.
    with whole_file(out, meanwhile) as stream, synced_meanwhile(stream), closing(filings):
        writings = _writings(Path(stream.name), finished.folder, stretches)
        if packing_of(out) != ZSTANDARD:
            check_room(stream, sum(int(frames[:, LINES_BYTES].sum()) for frames in stretches))
        own = map(verdicts.update, filings)
        deque(chain(_written(stream, out, writings, pool, own), own), maxlen=0)
    return dict(sorted(verdicts.items()))


def write(task: Writing) -> None:
    """Write a stretch of the output; for a process of the pool."""
    with task.file.open("r+b") as stream:
        stream.seek(task.at)
        stream.writelines(_pieces(task))


def packed(task: Writing) -> bytes:
    """A stretch of the output as a frame of Zstandard; for a process of the pool."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(_lines(task))


def _pieces(task: Writing) -> Iterator[bytes]:
    return read_stretch(task.folder, task.frames).pieces()


def _lines(task: Writing) -> bytes:
    return b"".join(_pieces(task))


def _writings(file: Path, folder: Path, stretches: Sequence[Int64s]) -> list[Writing]:
    sizes = (int(frames[:, LINES_BYTES].sum()) for frames in stretches)
    starts = accumulate(sizes, initial=0)
    return [Writing(file, at, folder, frames) for at, frames in zip(starts, stretches, strict=False)]


def _written(
    stream: IO[bytes], out: Path, writings: Sequence[Writing], pool: Pool, own: Iterator[object]
) -> Iterator[object]:
    """Write all stretches, and take steps of `own` meanwhile; gives something each time that a stretch is done."""
    if packing_of(out) == ZSTANDARD:
        return _appended(stream, writings, pool.each(packed, writings, brief=True, own=own))
    if not is_device(out):
        return pool.each(write, writings, brief=True, own=own)
    return _appended(stream, writings, ((task, _lines(task)) for task in writings))


def _appended(stream: IO[bytes], writings: Sequence[Writing], done: Iterable[tuple[Writing, bytes]]) -> Iterator[None]:
    """Write stretches one after the other; those that are done before their turn wait."""
    waiting: dict[int, bytes] = {}
    turns = iter(writings)
    turn = next(turns, None)
    for task, content in done:
        waiting[task.at] = content
        while turn is not None and turn.at in waiting:
            stream.write(waiting.pop(turn.at))
            turn = next(turns, None)
        yield


def _filed(
    workspace: Workspace, calls: pl.DataFrame, folder: Path, stretches: Sequence[Int64s]
) -> Generator[Counter[str]]:
    """File the results of each stretch, and count its verdicts; commits at the end, while others may still write.

    The commit waits for the disk, and brings as much into the catalog's file as was filed.
    """
    ordered = calls.sort("place")
    with workspace.catalog.traces.filing() as filing:
        for frames in stretches:
            yield _file(read_stretch(folder, frames), ordered, filing)


def _file(stretch: Stretch, ordered: pl.DataFrame, filing: Filing) -> Counter[str]:
    """File a stretch's results, in the order of the calls; counts the verdicts."""
    order = stretch.calls[:, PLACE].argsort()
    calls = ordered.slice(int(stretch.calls[order[0], PLACE]), len(order))
    codes: list[int] = stretch.calls[order, VERDICT].tolist()
    told = [VERDICTS[code] for code in codes]
    frames, lines = stretch.frames[order].tolist(), stretch.lines[order].tolist()
    filing.add(stretch.packed, zip(calls["call_ref"], told, calls["campaign"], frames, lines, strict=True))
    return Counter(told)
