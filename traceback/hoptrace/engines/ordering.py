"""The finished parts put together: the output in the order of the calls, and the results filed in the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import polars as pl

from hoptrace.engines.finished import Finished, Pieces
from hoptrace.engines.frames import PLACE, VERDICT, VERDICTS, Stretch, read_stretch
from hoptrace.output import whole_file

if TYPE_CHECKING:
    from hoptrace.catalog.filing import Filing
    from hoptrace.engines.pool import Pool
    from hoptrace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Writing:
    """A stretch of the output to write: into which file, from which byte on, and where its lines stand."""

    file: Path
    at: int
    pieces: Pieces


def put_together(
    workspace: Workspace, calls: pl.DataFrame, finished: Finished, out: Path, pool: Pool
) -> dict[str, int]:
    """Write the output, and file the results of `calls` (`place`, `call_ref`, `campaign`); counts the verdicts.

    The processes of `pool` write a stretch each, this one files meanwhile. What is no file is written by this one.
    """
    ordered = calls.sort("place")
    verdicts: Counter[str] = Counter()
    with whole_file(out) as stream, workspace.catalog.traces.filing() as filing:
        stretches = list(finished.stretches())
        written = _each(stretches, stream, pool if stream.seekable() else None)
        for (_, pieces), _ in zip(stretches, written, strict=True):
            verdicts.update(_file(read_stretch(pieces), ordered, filing))
    return dict(sorted(verdicts.items()))


def _each(stretches: list[tuple[int, Pieces]], stream: IO[bytes], pool: Pool | None) -> Iterator[None]:
    """Write every stretch; gives nothing each time that one is written."""
    if pool is None:
        yield from (_append(stream, pieces) for _, pieces in stretches)
        return
    at, tasks = 0, list[Writing]()
    for size, pieces in stretches:
        tasks.append(Writing(Path(stream.name), at, pieces))
        at += size
    yield from (done for _, done in pool.each(write, tasks))


def _append(stream: IO[bytes], pieces: Pieces) -> None:
    stream.write(read_stretch(pieces).ordered())


def write(task: Writing) -> None:
    """Write a stretch of the output; for a process of the pool."""
    with task.file.open("r+b") as stream:
        stream.seek(task.at)
        stream.write(read_stretch(task.pieces).ordered())


def _file(stretch: Stretch, ordered: pl.DataFrame, filing: Filing) -> Counter[str]:
    """File a stretch's results, in the order of the calls; counts the verdicts."""
    order = stretch.calls[:, PLACE].argsort()
    calls = ordered.slice(int(stretch.calls[order[0], PLACE]), len(order))
    told = [VERDICTS[code].value for code in stretch.calls[order, VERDICT].tolist()]
    frames, lines = stretch.frames[order].tolist(), stretch.lines[order].tolist()
    filing.add(stretch.packed, zip(calls["call_ref"], told, calls["campaign"], frames, lines, strict=True))
    return Counter(told)
