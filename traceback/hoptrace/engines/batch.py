"""Tracing all calls of a file: in parts, on this machine or on a cluster; a run that was killed is taken up."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.engines.amounts import AT_ONCE, whole_parts
from hoptrace.engines.finished import Finished
from hoptrace.engines.learning import learn_what_came
from hoptrace.engines.local import Progress, Replay
from hoptrace.engines.many_calls import calls_by_lake, reports_in
from hoptrace.engines.noticed import noticed
from hoptrace.engines.ordering import put_together
from hoptrace.engines.partition import (
    Part,
    Pinned,
    amount_of,
    parts_of,
    pin,
    prepare,
    runs_of,
    trace_aside,
)
from hoptrace.engines.pool import Pool
from hoptrace.engines.reporting import learn_reports
from hoptrace.output import check_place, is_device

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class How:
    """What traces: `engine` is local, over `workers` processes (None: one a core), or the URL of a Spark master."""

    engine: str = LOCAL
    workers: int | None = None


HERE = How()

Run = Callable[[Pinned, Finished, list[Part]], Iterator[int]]
"""An engine: traces parts on a pinned ground, has each kept and gives its number as it is finished."""


def trace_file(
    workspace: Workspace,
    calls: Path,
    out: Path,
    *,
    progress: Progress | None = None,
    replay: Replay | None = None,
    how: How = HERE,
) -> dict[str, Any]:
    """Trace every call of a calls.csv into a JSON Lines file; gives the number of calls and of each verdict.

    The results are the same whatever traces, in the order of the calls. What may be wrong with the file is told too
    (`hoptrace.engines.noticed`). Where much came in since the lake was learned from last, it is learned from anew
    before. `replay` as in `trace`: nothing is learned then.

    The file of results appears whole or not at all; what was finished when a run was killed is kept in OUT.parts and
    taken up by the same run (`taken_up` parts), or thrown away by another one (`thrown_away`). Raises UsageError,
    WorkspaceBusy, StorageFailed, EngineFailed or MissingExtra.
    """
    check_place(out, calls)
    workspace.catalog.check_writable()
    with Pool(how.workers) as pool:
        reported = _read(workspace, Path(calls), how, pool)
        if replay is None:
            learn_what_came(workspace)
            replay = learn_reports(workspace, reports_in(reported))
        parts = list(parts_of(reported))
        pinned = pin(workspace, replay)
        with _kept(out, _which_run(workspace, calls, pinned)) as finished:
            _finish(parts, finished, partial(_engine(how, pool), pinned, finished), progress)
            verdicts = put_together(workspace, reported.select("place", "call_ref", "campaign"), finished, out, pool)
            finished.remove()
    summary = {"calls": reported.height, "verdicts": verdicts, "out": str(out)}
    told = {"taken_up": finished.taken_up, "thrown_away": finished.stale}
    return summary | noticed(workspace, reported, pinned.versions, verdicts) | told


def _read(workspace: Workspace, calls: Path, how: How, pool: Pool) -> pl.DataFrame:
    """The calls (CALLS). The other processes of this machine load meanwhile, where there is much to trace."""
    here, prepared = how.engine == LOCAL, partial(prepare, str(workspace.path))
    if here:
        pool.start(whole_parts(calls), prepared)
    reported = calls_by_lake(calls, workspace.settings.home_country)
    if here:
        pool.start(amount_of(reported), prepared)
    return reported


def _which_run(workspace: Workspace, calls: Path, pinned: Pinned) -> dict[str, Any]:
    """What makes a run this one: the calls, the ground with the directory, and the program that traces."""
    from hoptrace import __version__

    with Path(calls).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    directory = hashlib.sha256(repr(workspace.catalog.directory.carriers()).encode()).hexdigest()
    return {
        "calls": digest,
        "directory": directory,
        "packed": 2,
        "at_once": AT_ONCE,
        "engine": __version__,
        **asdict(pinned),
    }


@contextmanager
def _kept(out: Path, run: dict[str, Any]) -> Generator[Finished]:
    """The finished parts beside the output; a device or a pipe has no place beside it, nor a run that is taken up."""
    if not is_device(out):
        with Finished.beside(out, run) as finished:
            yield finished
        return
    with tempfile.TemporaryDirectory(prefix="hoptrace-") as folder:
        yield Finished(Path(folder), run)


def _engine(how: How, pool: Pool) -> Run:
    if how.engine == LOCAL:
        return partial(_here, pool)
    return partial(_on_spark, how.engine)


def _here(pool: Pool, pinned: Pinned, finished: Finished, parts: list[Part]) -> Iterator[int]:
    """The engine of this machine: parts over the pool's processes, each of which writes down what it made."""
    runs = list(runs_of(parts, pool.workers))
    for _, traced in pool.each(partial(trace_aside, pinned, finished.folder), runs):
        for number, scratch in traced:
            finished.take(number, scratch)
            yield number


def _on_spark(master: str, pinned: Pinned, finished: Finished, parts: list[Part]) -> Iterator[int]:
    """The engine of a cluster, whose machines need not see the folder of the finished parts."""
    from hoptrace.engines import spark  # loads only where it is asked for

    for number, packed in spark.run(pinned, parts, master):
        finished.keep(number, packed)
        yield number


def _finish(
    parts: list[Part],
    finished: Finished,
    run: Callable[[list[Part]], Iterable[int]],
    progress: Progress | None,
) -> None:
    """Have the parts traced that are not finished yet."""
    there = finished.numbers()
    calls = {part.number: part.calls.height for part in parts}
    done = sum(calls[number] for number in there)
    todo = [part for part in parts if part.number not in there]
    for number in run(todo) if todo else ():
        done += calls[number]
        if progress is not None:
            progress(done, sum(calls.values()))
