"""A small world of statements in memory, for tests of linking and tracing without files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, settings

import hoptrace
from hoptrace import Receipt, Workspace
from hoptrace.engines.calls import reported
from hoptrace.engines.gathering import Gathered, gather, gather_apart
from hoptrace.engines.ground import Ground
from hoptrace.engines.spans import Covering
from hoptrace.linking.learned import Learned, clock_of
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.weights import Weights
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import normalise
from hoptrace.model.statements import STATEMENTS
from hoptrace.model.verdicts import ReportedCall, TraceResult
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.plain.answers import all_meant, reports_of
from hoptrace.tracing.plain.calls import Settled
from hoptrace.tracing.plain.lines import OF_A_CALL, plain_lines
from hoptrace.tracing.reported import ReportHabits
from hoptrace.tracing.results import Floors, result
from hoptrace.tracing.signatures.evidence import with_signing
from hoptrace.tracing.signatures.signers import Signers
from hoptrace.tracing.sources import sources_of
from hoptrace.tracing.stamped import Stamp

# No test fails on a time: a machine with other work is slow and not wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

STAMP = Stamp("test", 1, 1, "settings")
BASE = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC)
CALLER, CALLED = "+12025550143", "+13125550187"
PLAN = DialPlan(country="US")


def key(number: str | None) -> int | None:
    return normalise(number, PLAN).key


class FrameView:
    """The lake's view over a frame, the slow and obvious way."""

    version = 1

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        return self._find(spans, ["called", "egress_called", "redirecting"])

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        return self._find(spans, ["calling"])

    def _find(self, spans: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
        parts = [
            self.frame.join(spans, left_on=column, right_on="key", how="inner", coalesce=False).filter(
                (pl.col("start_time") + pl.duration(seconds=later)).is_between(pl.col("from_time"), pl.col("to_time"))
            )
            for later in (pl.lit(0), pl.col("may_be_later"))
            for column in columns
        ]
        found = pl.concat([part.select(STATEMENTS.names()) for part in parts])
        return found.unique(["batch", "row"]).sort("start_time", "batch", "row")


@dataclass
class World:
    """Statements added one by one; every carrier with a statement covers the whole time, but for `silent` ones."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    country: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, float] = field(default_factory=dict)
    covers: set[str] = field(default_factory=set)
    spread: float = 0.05
    trust: Trust = field(default_factory=Trust)
    weights: Weights = field(default_factory=Weights)
    habits: ReportHabits = field(default_factory=ReportHabits)
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)

    def say(self, carrier: str, at: float, **facts: Any) -> int:
        """A statement of a call that began `at` seconds after BASE; answered after 3 s for 20 s by default."""
        numbers = {"calling_number": CALLER, "called_number": CALLED} | {
            name: facts.pop(name) for name in list(facts) if name.endswith("_number")
        }
        start = BASE + timedelta(seconds=at)
        outcome = facts.get("outcome", "answered")
        timed: dict[str, Any] = {"start_time": start, "start_basis": "received", "precision": 1_000}
        if outcome == "answered":
            answer = start + timedelta(seconds=3)
            timed |= {"answer_time": answer, "end_time": answer + timedelta(seconds=20), "duration": 20.0}
        else:
            timed |= {"duration": 0.0, "end_time": start + timedelta(seconds=1)}
        keys = {name.removesuffix("_number"): key(value) for name, value in numbers.items()}
        row = {"batch": f"{carrier}-1", "row": len(self.rows) + 1, "carrier": carrier, "outcome": outcome}
        self.rows.append({**row, **timed, **numbers, **keys, "fingerprint": len(self.rows), **facts})
        self.covers.add(carrier)
        return len(self.rows)

    def chain(self, *carriers: str, at: float = 0.0, customer: str | None = "cust-1", **facts: Any) -> None:
        """A call's statements from the originating carrier down; the first says its customer placed it."""
        for place, carrier in enumerate(carriers):
            above = carriers[place - 1] if place else None
            below = carriers[place + 1] if place + 1 < len(carriers) else None
            self.say(
                carrier,
                at + 0.1 * place,
                upstream=above,
                downstream=below,
                customer=customer if place == 0 else None,
                **facts,
            )

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(self.rows, schema=STATEMENTS, infer_schema_length=None)

    def ground(self) -> Ground:
        clocks = clock_of({carrier: self.clocks.get(carrier, 0.0) for carrier in self.covers}, self.spread)
        first, last = (BASE - timedelta(days=400)).timestamp(), (BASE + timedelta(days=400)).timestamp()
        learned = replace(Learned.nothing(), clocks=clocks).with_ends(self.ends)
        batches = [(carrier, f"{carrier}-1", first, last) for carrier in sorted(self.covers)]
        return Ground(
            view=FrameView(self.frame()),  # type: ignore[arg-type]
            learned=learned,
            weights=self.weights,
            covering=Covering(batches, learned),
            around=Surroundings("US", self.country, self.habits, self.trust),
            window=600.0,
        )

    def gather(self, calls: list[ReportedCall]) -> Gathered:
        return gather([reported(call, "US") for call in calls], self.ground())

    def trace_all(self, calls: list[ReportedCall], floor: float = 0.7, named: float = 0.955) -> list[TraceResult]:
        gathered, floors = self.gather(calls), Floors(floor, named)
        sources = sources_of(gathered.best_trails(), gathered.facts, gathered.pairs)
        results: list[TraceResult] = []
        for call, judged in zip(calls, gathered.judged, strict=True):
            results.append(result(call, judged, sources, STAMP, floors))
        json.dumps([item.as_dict() for item in results])
        # Whatever is traced in a test is traced by columns too: plain calls must come out the same, to the byte.
        for place, line in self.plain_lines(calls, floors).items():
            assert line == with_signing(results[place], sources.signed, Signers()).as_json()
        for place, item in self.results_apart(calls, floors).items():
            assert item == results[place]
        return results

    def plain_lines(self, calls: list[ReportedCall], floors: Floors) -> dict[int, bytes]:
        """The results of those calls that are plain, by place."""
        settled, _ = self.gather_apart(calls, floors)
        told = plain_lines(pl.DataFrame(calls, dict.fromkeys(OF_A_CALL, pl.String)), settled, STAMP, Signers())
        lines = told.text(0, len(told.calls)).splitlines()
        assert told.lengths().tolist() == [len(line) + 1 for line in lines]
        return dict(zip(told.calls.tolist(), lines, strict=True))

    def results_apart(self, calls: list[ReportedCall], floors: Floors) -> dict[int, TraceResult]:
        """The results of those that are not, judged by twos, by place."""
        settled, others = self.gather_apart(calls, floors)
        found: dict[int, TraceResult] = {}
        for gathered in others:
            sources = sources_of(gathered.best_trails(), gathered.facts, gathered.pairs)
            found |= {one.call: result(calls[one.call], one, sources, STAMP, floors) for one in gathered.judged}
        assert sorted([*found, *settled.plain.chains.calls.tolist()]) == list(range(len(calls)))
        return found

    def gather_apart(self, calls: list[ReportedCall], floors: Floors) -> tuple[Settled, Iterator[Gathered]]:
        reports = all_meant(reports_of(reported(call, "US") for call in calls), self.habits)
        return gather_apart(reports, self.ground(), floors, at_once=2)

    def trace(self, at: float = 0.0, **call: Any) -> TraceResult:
        (found,) = self.trace_all([a_call(at, **call)])
        return found


def a_call(
    at: float = 0.0, call_ref: str = "C1", called: str = CALLED, calling: str | None = CALLER, **rest: Any
) -> ReportedCall:
    """A call reported `at` seconds after BASE."""
    start = (BASE + timedelta(seconds=at)).isoformat()
    return ReportedCall(call_ref=call_ref, start_time=start, called_number=called, calling_number=calling, **rest)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def report_call() -> Any:
    return a_call


@pytest.fixture
def new_world() -> type[World]:
    return World


@pytest.fixture(scope="session")
def new_world_type() -> type[World]:
    """The same for hypothesis, which wants fixtures that outlive an example."""
    return World


@pytest.fixture(scope="session")
def report_call_type() -> Any:
    """`report_call`, outliving an example."""
    return a_call


@pytest.fixture(scope="session")
def submit_world() -> Callable[..., list[Receipt]]:
    """Submit a world's files, or those of some `entries` of its submit.json, and learn the clocks from them."""

    def submit(world: Path, workspace: Workspace, entries: Sequence[dict[str, Any]] | None = None) -> list[Receipt]:
        receipts: list[Receipt] = []
        for entry in json.loads((world / "submit.json").read_text()) if entries is None else entries:
            form = str(world / entry["format"]) if entry["format"].endswith(".toml") else entry["format"]
            files = [world / name for name in entry["files"]]
            receipts += hoptrace.submit(workspace, files, entry["carrier"], format=form)
        hoptrace.learn_clocks(workspace)
        return receipts

    return submit
