"""Replaying: the calls of a package traced again from its own files, and held against its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from hoptrace.engines.local import trace_on
from hoptrace.errors import HoptraceError
from hoptrace.evidence.manifest import RECEIPTS_FILE, RESULTS_FILE, CallLine, Manifest
from hoptrace.evidence.problems import Problem
from hoptrace.evidence.reporting import REPORTING_FILE, Manner, Receipts, Reporter, read_manner, read_receipts
from hoptrace.evidence.tables import FILES, read_tables
from hoptrace.reports import render, result_from_dict

if TYPE_CHECKING:
    from hoptrace.engines.local import Standing
    from hoptrace.model.verdicts import ReportedCall, TraceResult

# What a signed but senseless package can make the tables' readers and the kernel throw.
_SENSELESS = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError, HoptraceError)
_BROKEN = (*_SENSELESS, pl.exceptions.PolarsError, pl.exceptions.PanicException)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One call traced again: the same verdict, and the same bytes but for the name of the engine."""

    call_ref: str
    verdict: str
    same_verdict: bool
    same_bytes: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of replaying a package."""

    replayed: tuple[Replayed, ...] | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def replay(manifest: Manifest, files: Mapping[str, bytes]) -> Outcome:
    """Trace the package's calls again; `files` are its members by name, of which the digests were checked."""
    try:
        stored = [_result(line) for line in files[RESULTS_FILE].splitlines()]
    except _BROKEN as error:
        return Outcome(None, (Problem(RESULTS_FILE, f"it cannot be read: {_words(error)}"),))
    lines = manifest.calls
    if [(line.call_ref, line.verdict) for line in lines] != [(item.call_ref, str(item.verdict)) for item in stored]:
        return Outcome(None, (Problem(RESULTS_FILE, "it has other calls or verdicts than the manifest"),))
    try:
        told = read_receipts(files[RECEIPTS_FILE]), read_manner(files[REPORTING_FILE])
    except _BROKEN as error:
        return Outcome(None, (Problem(REPORTING_FILE, f"it or {RECEIPTS_FILE} cannot be read: {_words(error)}"),))
    problems: list[Problem] = []
    replayed: dict[str, Replayed] = {}
    for ground in sorted({line.ground for line in lines}):
        mine = [(line, item) for line, item in zip(lines, stored, strict=True) if line.ground == ground]
        try:
            reporter = _reporter(ground, files, *told)
            here = list(_on_ground(reporter.stands_on, [item for _, item in mine]))
        except _BROKEN as error:
            problems.append(Problem(ground, f"the calls cannot be traced again from it: {_words(error)}"))
            continue
        replayed |= {each.call_ref: each for each in here}
        problems += [problem for each in here if (problem := _differs(each, manifest)) is not None]
        problems += _reports(manifest, files, mine, reporter)
    again = tuple(replayed[item.call_ref] for item in stored if item.call_ref in replayed)
    return Outcome(again, tuple(problems), tuple(_notes(manifest, again)))


def _reporter(ground: str, files: Mapping[str, bytes], receipts: Receipts, manner: Manner) -> Reporter:
    return Reporter.on(read_tables({name: files[f"{ground}/{name}"] for name in FILES}), receipts, manner)


def _result(line: bytes) -> TraceResult:
    return result_from_dict(orjson.loads(line))


def _on_ground(stands_on: Standing, stored: Sequence[TraceResult]) -> Iterator[Replayed]:
    calls = [_call(item, stands_on) for item in stored]
    for item, again in zip(stored, trace_on(stands_on, calls), strict=True):
        same = replace(again, engine=item.engine).as_json() == item.as_json()
        yield Replayed(item.call_ref, str(again.verdict), again.verdict is item.verdict, same)


def _call(item: TraceResult, stands_on: Standing) -> ReportedCall:
    if item.call is None:
        raise ValueError(f"the result of {item.call_ref!r} does not hold its call")
    stamp = stands_on.stamp
    if (item.lake_version, item.clock_version) != (stamp.lake_version, stamp.clock_version):
        raise ValueError(f"the result of {item.call_ref!r} names other versions than these")
    return item.call


def _differs(each: Replayed, manifest: Manifest) -> Problem | None:
    """What a call that came out otherwise means: another program may word it otherwise, but not judge it otherwise."""
    if not each.same_verdict:
        return Problem(RESULTS_FILE, f"call {each.call_ref}: traced again, its verdict is {each.verdict}")
    if not each.same_bytes and _same_program(manifest):
        return Problem(RESULTS_FILE, f"call {each.call_ref}: traced again, its verdict is the same, but not its result")
    return None


def _same_program(manifest: Manifest) -> bool:
    from hoptrace import __version__

    return manifest.hoptrace == __version__


def _notes(manifest: Manifest, replayed: Sequence[Replayed]) -> Iterator[str]:
    if _same_program(manifest):
        return
    from hoptrace import __version__

    yield f"It was made by hoptrace {manifest.hoptrace} and checked by {__version__}."
    other = [each.call_ref for each in replayed if each.same_verdict and not each.same_bytes]
    if other:
        yield f"Traced again by this version, {len(other)} of the results are worded otherwise, with the same verdict."


def _reports(
    manifest: Manifest, files: Mapping[str, bytes], calls: Sequence[tuple[CallLine, TraceResult]], reporter: Reporter
) -> Iterator[Problem]:
    """Reports that say something else than the results; asked only of the program that made them."""
    if not _same_program(manifest):
        return
    for line, item in calls:
        path = f"{line.folder}/report.json"
        try:
            if files[path] != render(reporter.report(item), "json"):
                yield Problem(path, "it is not the report of the result in this package")
        except _BROKEN as error:
            yield Problem(path, f"it cannot be made again: {_words(error)}")


def _words(error: BaseException) -> str:
    told = " ".join(str(error).split())[:200]
    return f"{told} ({type(error).__name__})" if told else type(error).__name__
