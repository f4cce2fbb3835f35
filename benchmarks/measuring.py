"""One world measured: every method's figures, and each answer of hoptrace that is not wholly right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from baselines import Answer, lake_of, pooled, serial_walk
from ceiling import oracle
from failures import Failure, failure_of, kind_of
from figures import Figures, as_plain, figures, from_plain
from judging import Told, Truth
from worlds import HOME, Opened, Spec, opened

from hoptrace import trace
from hoptrace.engines.calls import all_reported
from hoptrace.model.verdicts import TraceResult, Verdict

OWN, SERIAL, POOLED, CEILING = "hoptrace", "serial walk", "pooled records", "what the records allow"
METHODS = (OWN, SERIAL, POOLED, CEILING)
CLAIMLESS = frozenset({Verdict.AMBIGUOUS, Verdict.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one world by method, and its failures as plain data (see failures.kind_of)."""

    spec: Spec
    figures: dict[str, Figures]
    failures: list[Failure]


def measured(spec: Spec) -> Measured:
    """Make a world, trace its calls by every method, count."""
    answers: dict[str, list[tuple[Told, Truth]]] = {method: [] for method in METHODS}
    with opened(spec) as world:
        for method, call_ref, told in _answers(world):
            answers[method].append((told, world.truth[call_ref]))
    failures = [failure_of(told, true) for told, true in answers[OWN] if kind_of(told, true) is not None]
    return Measured(spec, {method: figures(mine) for method, mine in answers.items()}, failures)


def told_of(result: TraceResult) -> Told:
    """What a trace says, without its evidence."""
    return Told(
        path=result.path,
        originator=result.originating_carrier,
        customer=result.customer,
        point_of_entry=result.point_of_entry,
        verdict=str(result.verdict),
        confidence=None if result.verdict in CLAIMLESS else result.confidence,
    )


def _answers(world: Opened) -> Iterator[tuple[str, str, Told]]:
    """(method, call_ref, what it says) of every call."""
    for result in trace(world.workspace, world.calls):
        yield OWN, result.call_ref, told_of(result)
    lake = lake_of(world.workspace.lake.view().scan().collect())
    for call, asked in zip(world.calls, all_reported(world.calls, HOME), strict=True):
        yield SERIAL, call.call_ref, _plain(serial_walk(lake, asked))
        yield POOLED, call.call_ref, _plain(pooled(lake, asked))
        yield CEILING, call.call_ref, oracle(world.truth[call.call_ref])


def _plain(answer: Answer) -> Told:
    return Told(answer.path, answer.originator, answer.customer)


def keep(found: Measured, folder: Path) -> None:
    """Write a world's figures as NAME.json, wholly or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = {
        "spec": asdict(found.spec),
        "figures": {method: as_plain(each) for method, each in found.figures.items()},
        "failures": found.failures,
    }
    target = folder / f"{found.spec.name}.json"
    part = target.with_suffix(".part")
    part.write_bytes(orjson.dumps(plain))
    part.replace(target)


def kept(spec: Spec, folder: Path) -> Measured | None:
    """A world's figures read back, or None where they have not been kept."""
    target = folder / f"{spec.name}.json"
    if not target.exists():
        return None
    plain = orjson.loads(target.read_bytes())
    found = {method: from_plain(each) for method, each in plain["figures"].items()}
    return Measured(Spec(**plain["spec"]), found, plain["failures"])
