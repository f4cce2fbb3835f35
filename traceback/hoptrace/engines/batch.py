"""Tracing all calls of a file: in parts, on this machine or on a cluster; a run that was killed is taken up."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoptrace.catalog.traces import Stored
from hoptrace.engines import pool
from hoptrace.engines.calls import read_calls
from hoptrace.engines.finished import Finished
from hoptrace.engines.local import AT_ONCE, Progress, Replay
from hoptrace.engines.partition import Part, Pinned, Traced, parts_of, pin
from hoptrace.errors import UsageError
from hoptrace.model.verdicts import ReportedCall
from hoptrace.output import check_place, whole_file

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class How:
    """What traces: `engine` is local, over `workers` processes (None: one a core), or the URL of a Spark master."""

    engine: str = LOCAL
    workers: int | None = None


HERE = How()

Run = Callable[[Pinned, Sequence[Part]], Iterator[tuple[int, list[Traced]]]]
"""An engine: traces parts on a pinned ground and gives each as it is finished."""


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

    The results are the same whatever traces, in the order of the calls. `unknown_terminating` are the terminating
    carriers that the directory does not have, with their calls. `replay` as in `trace`. The file appears whole or not
    at all; what was finished when a run was killed is kept in OUT.parts and taken up by the same run (`taken_up`
    parts), or thrown away by another one (`thrown_away`). Raises UsageError, WorkspaceBusy, EngineFailed or
    MissingExtra.
    """
    check_place(out)
    if out.exists() and calls.exists() and out.samefile(calls):
        raise UsageError(f"{out} is the file with the calls to trace; name another one for the results.")
    reported_calls = read_calls(Path(calls), workspace.settings.home_country)
    run, pinned = _engine(how), pin(workspace, replay)
    parts = parts_of(reported_calls, workspace.settings.home_country)
    with _kept(out, _which_run(workspace, calls, pinned)) as finished:
        _finish(parts, finished, lambda todo: run(pinned, todo), progress)
        verdicts = _put_together(workspace, finished, out)
        finished.remove()
    summary = {"calls": len(reported_calls), "verdicts": dict(sorted(verdicts.items())), "out": str(out)}
    told = {"taken_up": finished.taken_up, "thrown_away": finished.stale}
    return summary | {"unknown_terminating": _unknown(workspace, reported_calls)} | told


def _which_run(workspace: Workspace, calls: Path, pinned: Pinned) -> dict[str, Any]:
    """What makes a run this one: the calls, the ground with the directory, and the program that traces."""
    from hoptrace import __version__

    digest = hashlib.sha256(Path(calls).read_bytes()).hexdigest()
    directory = hashlib.sha256(repr(workspace.catalog.directory.carriers()).encode()).hexdigest()
    return {"calls": digest, "directory": directory, "at_once": AT_ONCE, "engine": __version__, **asdict(pinned)}


@contextmanager
def _kept(out: Path, run: dict[str, Any]) -> Generator[Finished]:
    """The finished parts beside the output; a device or a pipe has no place beside it, nor a run that is taken up."""
    if not out.exists() or out.is_file():
        with Finished.beside(out, run) as finished:
            yield finished
        return
    with tempfile.TemporaryDirectory(prefix="hoptrace-") as folder:
        yield Finished(Path(folder), run)


def _engine(how: How) -> Run:
    if how.engine == LOCAL:
        return lambda pinned, parts: pool.run(pinned, parts, how.workers)
    from hoptrace.engines import spark  # loads only where it is asked for

    return lambda pinned, parts: spark.run(pinned, parts, how.engine)


def _finish(
    parts: Sequence[Part],
    finished: Finished,
    run: Callable[[Sequence[Part]], Iterable[tuple[int, list[Traced]]]],
    progress: Progress | None,
) -> None:
    """Trace the parts that are not finished yet, and keep each as it comes."""
    there = finished.numbers()
    total = sum(len(part.calls) for part in parts)
    done = sum(len(part.calls) for part in parts if part.number in there)
    todo = [part for part in parts if part.number not in there]
    for number, traced in run(todo) if todo else ():
        finished.keep(number, traced)
        done += len(traced)
        if progress is not None:
            progress(done, total)


def _put_together(workspace: Workspace, finished: Finished, out: Path) -> Counter[str]:
    """Write the output, and file the results in the catalog; counts the verdicts."""
    verdicts: Counter[str] = Counter()

    def written() -> Iterator[Traced]:
        for one in finished.results():
            stream.write(one.line + b"\n")
            verdicts[one.verdict] += 1
            yield one

    with whole_file(out) as stream:
        workspace.catalog.traces.save(
            Stored(one.call_ref, one.verdict, one.campaign, one.line.decode()) for one in written()
        )
    return verdicts


def _unknown(workspace: Workspace, calls: Sequence[ReportedCall]) -> dict[str, int]:
    known = {carrier.carrier_id for carrier in workspace.catalog.directory.carriers()}
    terminating = Counter(call.terminating_carrier for call in calls if call.terminating_carrier)
    return {carrier: terminating[carrier] for carrier in sorted(terminating.keys() - known)}
