"""A lake of any size, filled through its own append in a thousand batches of random order, and traces in it timed.

python benchmarks/big_lake.py --rows 10000 --batches 1000 --workspace DIR     fill, and time look-ups and traces
python benchmarks/big_lake.py --compare DIR DIR                               time two that are filled, by turns
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from hoptrace.catalog.batches import NewBatch
from hoptrace.engines.local import trace
from hoptrace.lake.upkeep import keep_up
from hoptrace.model.receipts import Receipt
from hoptrace.model.statements import STATEMENTS
from hoptrace.model.verdicts import ReportedCall
from hoptrace.workspace import Workspace, init_workspace, open_workspace

HOPS = 5
LEAST_CARRIERS = 2 * HOPS
"""So many are needed for calls that cross none twice."""

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """`calls` a day, each through HOPS of `carriers`, on `days`: a batch is one carrier's day."""

    calls: int
    carriers: int
    days: int

    def day(self, day: int) -> Day:
        """The calls of a day, the same each time."""
        chance = np.random.default_rng(day)
        start = np.sort(chance.integers(0, 86_400_000_000, self.calls))
        numbers = [_numbers(chance, self.calls) for _ in range(2)]
        first, step = (
            chance.integers(0, self.carriers, self.calls),
            chance.integers(1, self.carriers // HOPS, self.calls),
        )
        return Day(start, *numbers, first, step)


@dataclass(frozen=True, slots=True)
class Day:
    """Start in microseconds of the day, both numbers, the originating carrier and how far it is to the next one."""

    start: np.ndarray
    calling: np.ndarray
    called: np.ndarray
    first: np.ndarray
    step: np.ndarray


def _numbers(chance: np.random.Generator, count: int) -> np.ndarray:
    area = 201 + 789 * chance.random(count) ** 2
    return 10_000_000_000 + area.astype(np.int64) * 10_000_000 + chance.integers(2_000_000, 9_999_999, count)


def name(carrier: int) -> str:
    return f"c{carrier:03d}"


def statements(plan: Plan, day: int, carrier: int, calls: Day) -> pl.DataFrame:
    """What a carrier says of a day."""
    hop = (carrier - calls.first) % plan.carriers
    place, rest = np.divmod(hop, calls.step)
    mine = np.flatnonzero((rest == 0) & (place < HOPS))
    place, step = place[mine], calls.step[mine]
    base = np.datetime64((BEGIN + timedelta(days=day)).replace(tzinfo=None), "us")
    told = pl.DataFrame(
        {
            "at": base + (calls.start[mine] + 100_000 * place).astype("timedelta64[us]"),
            "calling": calls.calling[mine],
            "called": calls.called[mine],
            "up": (carrier - step) % plan.carriers,
            "down": (carrier + step) % plan.carriers,
            "place": place,
            "id": mine,
        }
    )
    at = pl.col("at").dt.replace_time_zone("UTC")
    known = told.select(
        batch=pl.lit(f"{name(carrier)}-{day}"),
        row=pl.int_range(1, pl.len() + 1),
        carrier=pl.lit(name(carrier)),
        start_time=at,
        start_basis=pl.lit("received"),
        answer_time=at + pl.duration(seconds=4),
        end_time=at + pl.duration(seconds=34),
        duration=pl.lit(30.0),
        precision=pl.lit(1_000),
        calling_number=pl.format("+{}", "calling"),
        called_number=pl.format("+{}", "called"),
        call_id=pl.format("{}-{}@{}.example.net", "id", pl.lit(day), pl.lit(name(carrier))),
        release_code=pl.lit("200"),
        record_id=pl.format("r{}", "id"),
        calling="calling",
        called="called",
        outcome=pl.lit("answered"),
        upstream=pl.when(pl.col("place") > 0).then(_named("up")),
        customer=pl.when(pl.col("place") == 0).then(pl.lit("cust-1")),
        downstream=pl.when(pl.col("place") < HOPS - 1).then(_named("down")),
        fingerprint=pl.struct("id", pl.lit(day).alias("day"), pl.lit(carrier).alias("carrier")).hash(1),
    )
    missing = [pl.lit(None, kind).alias(column) for column, kind in STATEMENTS.items() if column not in known.columns]
    return known.with_columns(missing).select(STATEMENTS.names()).cast(dict(STATEMENTS))


def _named(column: str) -> pl.Expr:
    return pl.format("c{}", pl.col(column).cast(pl.String).str.zfill(3))


def fill(folder: Path, plan: Plan, say: Callable[[str], None] = print) -> dict[str, float]:
    """Fill a new workspace, each batch a commit with its upkeep; gives the seconds of both."""
    carriers = folder.parent / f"{folder.name}.csv"
    carriers.write_text("carrier_id,country\n" + "".join(f"{name(n)},US\n" for n in range(plan.carriers)))
    order = [(day, carrier) for day in range(plan.days) for carrier in range(plan.carriers)]
    np.random.default_rng(7).shuffle(order)
    days = [plan.day(day) for day in range(plan.days)]
    spent = {"append": 0.0, "upkeep": 0.0, "rows": 0.0, "longest_upkeep": 0.0, "rewritten": 0.0}
    with init_workspace(folder) as workspace:
        workspace.catalog.directory.load_directory(carriers, None)
        for number, (day, carrier) in enumerate(order):
            frame = statements(plan, day, carrier, days[day])
            before, begun = workspace.lake.view().files.height, time.perf_counter()
            _append(workspace, frame, f"{number:06d}")
            appended = time.perf_counter()
            done = keep_up(workspace.lake, frame.height, workspace.lake.view().files.height - before)
            upkeep = time.perf_counter() - appended
            spent["append"] += appended - begun
            spent["upkeep"] += upkeep
            spent["rows"] += frame.height
            spent["rewritten"] += done.rows
            spent["longest_upkeep"] = max(spent["longest_upkeep"], upkeep)
            if number % 100 == 99:
                say(f"{number + 1} batches, {spent}, {workspace.lake.view().files.height} files")
    return spent


def _append(workspace: Workspace, frame: pl.DataFrame, commit_id: str) -> None:
    batch, carrier = frame.select("batch", "carrier").row(0)
    first, last = frame["start_time"].min(), frame["start_time"].max()
    receipt = Receipt(
        **{
            "file": batch,
            "digest": batch,
            "batch": batch,
            "carrier": carrier,
            "format": "canonical",
            "timezone": "UTC",
        },
        **{"first_time": str(first), "last_time": str(last), "rows": frame.height, "accepted": frame.height},
        **{
            "duplicates": 0,
            "skipped": 0,
            "rejected": {},
            "statements": frame.height,
            "unknown_trunks": {},
            "flags": (),
        },
    )
    workspace.catalog.batches.begin(commit_id, carrier)
    staged = workspace.lake.stage([frame], commit_id)
    workspace.catalog.batches.enter(commit_id, [NewBatch(receipt, first, last)], [])  # type: ignore[arg-type]
    workspace.catalog.batches.finish(commit_id, workspace.lake.commit(staged))


def some_calls(plan: Plan, count: int, seed: int) -> Iterator[ReportedCall]:
    """Calls of random days, as their last carrier saw them."""
    chance = np.random.default_rng(seed)
    days = {day: plan.day(day) for day in range(plan.days)}
    for number in range(count):
        day, place = int(chance.integers(plan.days)), int(chance.integers(plan.calls))
        calls = days[day]
        at = BEGIN + timedelta(days=day, microseconds=int(calls.start[place]))
        yield ReportedCall(f"{seed}-{number}", at.isoformat(), f"+{calls.called[place]}", f"+{calls.calling[place]}")


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of each look-up and of each trace, by the clock and of the processor."""

    looked_up: list[float] = field(default_factory=list)
    traced: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    found: list[int] = field(default_factory=list)

    def told(self) -> dict[str, float]:
        return {
            "look-up ms": round(statistics.median(self.looked_up), 2),
            "look-up p90 ms": round(statistics.quantiles(self.looked_up, n=10)[-1], 2),
            "look-up processor ms": round(statistics.median(self.busy), 2),
            "trace ms": round(statistics.median(self.traced), 2) if self.traced else 0.0,
            "statements": statistics.mean(self.found),
        }


def timed(workspaces: list[tuple[Workspace, Plan]], calls: int, *, traces: bool = True) -> list[Timed]:
    """The same number of calls in each workspace, by turns, after a few to warm up."""
    warm, out = calls // 4, [Timed() for _ in workspaces]
    asked = [list(some_calls(plan, warm + calls, 3)) for _, plan in workspaces]
    for number in range(warm + calls):
        for (workspace, _), each, result in zip(workspaces, asked, out, strict=True):
            call = each[number]
            busy, begun = time.process_time(), time.perf_counter()
            found = _look_up(workspace, call)
            looked, busy = time.perf_counter(), time.process_time() - busy
            # Another call of the same lake, so that the trace finds nothing read already.
            if traces:
                trace(workspace, [each[-1 - number]])
            ended = time.perf_counter()
            if number >= warm:
                result.looked_up.append((looked - begun) * 1e3)
                result.busy.append(busy * 1e3)
                result.found.append(found)
                if traces:
                    result.traced.append((ended - looked) * 1e3)
    return out


def _look_up(workspace: Workspace, call: ReportedCall) -> int:
    at, reach = datetime.fromisoformat(call.start_time), timedelta(seconds=601)
    spans = [
        pl.DataFrame({"key": [int(str(key))], "from_time": [at - reach], "to_time": [at + reach]})
        for key in (call.called_number, call.calling_number)
    ]
    view = workspace.lake.view()
    found = view.statements(spans[0]).height
    assert view.placed_by(spans[1]).height == found
    return found


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--workspace", type=Path)
    told.add_argument("--rows", type=int, default=1_000_000, help="statements")
    told.add_argument("--batches", type=int, default=1_000)
    told.add_argument("--carriers", type=int, default=50)
    told.add_argument("--compare", type=Path, nargs="+")
    told.add_argument("--traced", type=int, default=100, help="calls that are timed")
    asked = told.parse_args()
    if asked.carriers < LEAST_CARRIERS or asked.batches < asked.carriers:
        told.error(f"give at least {LEAST_CARRIERS} --carriers, and as many --batches or more: a batch is one's day")
    if asked.workspace is None and not asked.compare:
        told.error("say which lake to fill (--workspace DIR), or which ones to time (--compare DIR ...)")
    if asked.workspace is not None:
        days = asked.batches // asked.carriers
        plan = Plan(asked.rows // HOPS // days, asked.carriers, days)
        spent = fill(asked.workspace, plan)
        (asked.workspace / "plan.json").write_text(json.dumps([plan.calls, plan.carriers, plan.days]))
        print(spent, "upkeep share", spent["upkeep"] / spent["append"])
    places = asked.compare or [asked.workspace]
    opened = [(open_workspace(place), Plan(*json.loads((place / "plan.json").read_text()))) for place in places]
    for place, found in zip(places, timed(opened, asked.traced), strict=True):
        print(place.name, found.told())


if __name__ == "__main__":
    main()
