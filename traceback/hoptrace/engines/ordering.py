"""The finished parts put together: the output in the order of the calls, and the results filed in the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import IO, TYPE_CHECKING

import polars as pl

from hoptrace.engines.finished import Finished
from hoptrace.engines.frames import LINES_BYTES, PLACE, VERDICT, VERDICTS, Int64s, Stretch, read_stretch
from hoptrace.output import whole_file

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

    The processes of `pool` write a stretch each, this one files meanwhile. What is no file is written by this one.
    """
    ordered = calls.sort("place")
    verdicts: Counter[str] = Counter()
    with whole_file(out) as stream, workspace.catalog.traces.filing() as filing:
        stretches = finished.stretches()
        writings = _writings(Path(stream.name), finished.folder, stretches)
        written = pool.each(write, writings) if Path(stream.name).is_file() else _appended(stream, writings)
        for frames, _ in zip(stretches, written, strict=True):
            verdicts.update(_file(read_stretch(finished.folder, frames), ordered, filing))
    return dict(sorted(verdicts.items()))


def write(task: Writing) -> None:
    """Write a stretch of the output; for a process of the pool."""
    with task.file.open("r+b") as stream:
        stream.seek(task.at)
        stream.write(read_stretch(task.folder, task.frames).ordered())


def _writings(file: Path, folder: Path, stretches: Sequence[Int64s]) -> list[Writing]:
    sizes = (int(frames[:, LINES_BYTES].sum()) for frames in stretches)
    starts = accumulate(sizes, initial=0)
    return [Writing(file, at, folder, frames) for at, frames in zip(starts, stretches, strict=False)]


def _appended(stream: IO[bytes], writings: Iterable[Writing]) -> Iterator[None]:
    """Write one stretch after the other."""
    for writing in writings:
        stream.write(read_stretch(writing.folder, writing.frames).ordered())
        yield


def _file(stretch: Stretch, ordered: pl.DataFrame, filing: Filing) -> Counter[str]:
    """File a stretch's results, in the order of the calls; counts the verdicts."""
    order = stretch.calls[:, PLACE].argsort()
    calls = ordered.slice(int(stretch.calls[order[0], PLACE]), len(order))
    codes: list[int] = stretch.calls[order, VERDICT].tolist()
    told = [VERDICTS[code] for code in codes]
    frames, lines = stretch.frames[order].tolist(), stretch.lines[order].tolist()
    filing.add(stretch.packed, zip(calls["call_ref"], told, calls["campaign"], frames, lines, strict=True))
    return Counter(told)
