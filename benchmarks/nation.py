"""A nation's calls as statements, made by columns: for measuring lakes and batches of any size, not accuracy.

Calls run over routes of 3 to 9 carriers (mean 5.6, as the consortium reports). A tenth are robocalls of campaigns, each
with its own caller id. Every carrier on a route has a record; clocks are off by up to two seconds.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from plain_sql import COLUMNS

from hoptrace.catalog.batches import NewBatch
from hoptrace.engines.learning import learn_clocks
from hoptrace.lake.upkeep import keep_up
from hoptrace.model.receipts import Receipt
from hoptrace.model.statements import STATEMENTS, TIME
from hoptrace.workspace import Workspace, init_workspace

DAY = datetime(2026, 11, 2, tzinfo=UTC)
CARRIERS, ROUTES = 200, 4_000
LENGTHS, SHARES = (3, 4, 5, 6, 7, 8, 9), (0.07, 0.15, 0.25, 0.25, 0.16, 0.08, 0.04)
HOPS = float(np.dot(LENGTHS, SHARES))
ROBOCALLS, CAMPAIGNS = 0.1, 400


@dataclass(frozen=True, slots=True)
class Nation:
    """The statements of one day by columns, in the STATEMENTS schema but without batches, and its robocalls."""

    statements: pl.DataFrame
    reported: pl.DataFrame
    """`call_ref`, `start_time`, `calling_number`, `called_number`, `terminating_carrier`, and the `origin` to find."""


def names(count: int = CARRIERS) -> list[str]:
    """The carriers' ids."""
    return [f"carrier{number:03d}" for number in range(count)]


def make_nation(statements: int, day: int = 0) -> Nation:
    """About so many statements of one day; every day has the same carriers, clocks and routes, and calls of its own."""
    settled, chance = np.random.default_rng(0), np.random.default_rng(day + 1)
    calls = _calls(round(statements / HOPS), chance, DAY + timedelta(days=day))
    hops = _hops(calls, _routes(settled), settled)
    terminating = hops.group_by("call", maintain_order=True).agg(
        terminating_carrier=pl.col("carrier").last(), origin=pl.col("carrier").first()
    )
    robocalls = (
        calls.filter("robocall")
        .join(terminating, on="call")
        .select(
            call_ref=pl.format("R{}-{}", pl.lit(day), "call"),
            start_time=(pl.col("start") + pl.duration(milliseconds=450)).dt.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00"),
            calling_number=pl.format("+{}", "calling"),
            called_number=pl.format("+{}", "called"),
            terminating_carrier="terminating_carrier",
            origin="origin",
        )
    )
    return Nation(hops.drop("call"), robocalls)


def fill(folder: Path, nation: Nation, batches: int) -> Workspace:
    """A workspace with these statements in so many batches of single carriers, committed in random order."""
    workspace = init_workspace(folder)
    directory = folder.parent / f"{folder.name}-carriers.csv"
    directory.write_text("carrier_id,country\n" + "".join(f"{name},US\n" for name in names()))
    workspace.catalog.directory.load_directory(directory, None)
    submit_all(workspace, nation.statements, batches)
    return workspace


def lay_out(folder: Path, statements: int, calls: int, batches: int) -> None:
    """A day in files: `statements.parquet` of the columns that plain SQL takes, `reported.parquet` and `calls.csv` of
    so many robocalls at most, and a `workspace` in so many batches, clocks learned.

    For a process of its own: whoever measures then does not hold a day in memory beside what it measures.
    """
    nation = make_nation(statements)
    reported = nation.reported.head(calls)
    reported.write_parquet(folder / "reported.parquet")
    reported.drop("origin").write_csv(folder / "calls.csv")
    nation.statements.select(COLUMNS).write_parquet(folder / "statements.parquet")
    with fill(folder / "workspace", nation, batches) as workspace:
        learn_clocks(workspace)


def submit_all(workspace: Workspace, statements: pl.DataFrame, batches: int) -> None:
    """Commit statements of one day in so many batches of single carriers, in random order."""
    for number, part in enumerate(_in_batches(statements, batches)):
        _enter(workspace, number, part)


def _calls(count: int, chance: np.random.Generator, day: datetime) -> pl.DataFrame:
    """One row a call: when, from and to which number, over which route, and how it ended."""
    robocall = chance.random(count) < ROBOCALLS
    campaign = chance.integers(0, CAMPAIGNS, count)
    # More calls by day than by night.
    hour = np.clip(chance.normal(15.0, 4.5, count), 0.0, 23.99)
    start = pl.Series((hour * 3.6e9).astype(np.int64)).cast(pl.Duration("us"))
    return pl.DataFrame(
        {
            "call": np.arange(count),
            "robocall": robocall,
            "calling": np.where(robocall, 12_025_550_000 + campaign, _numbers(count, chance)),
            "called": _numbers(count, chance),
            "route": np.where(robocall, campaign * 7 % ROUTES, chance.integers(0, ROUTES, count)),
            "answered": chance.random(count) < 0.6,
            "seconds": np.round(chance.exponential(60.0, count), 1),
        }
    ).with_columns(start=pl.lit(day) + start)


def _numbers(count: int, chance: np.random.Generator) -> np.ndarray:
    """Keys of numbers with exchange 555, which hardly anybody has: the lines 555-0100 to 0199 would be too few."""
    pool = chance.integers(0, max(1_000, count // 3), count)
    return 10_000_000_000 + (201 + pool % 750) * 10_000_000 + 5_550_000 + pool // 750 % 10_000


def _routes(chance: np.random.Generator) -> pl.DataFrame:
    """Routes of distinct carriers: `route`, `hop` (0 is the originating carrier), `carrier` and its neighbours."""
    popularity = 1 / np.arange(1, CARRIERS + 1)
    ways = [
        chance.choice(CARRIERS, size=length, replace=False, p=popularity / popularity.sum())
        for length in chance.choice(LENGTHS, size=ROUTES, p=SHARES)
    ]
    ids = np.array(names())
    rows = [(route, hop, ids[at]) for route, way in enumerate(ways) for hop, at in enumerate(way)]
    frame = pl.DataFrame(rows, schema={"route": pl.Int64, "hop": pl.Int64, "carrier": pl.String}, orient="row")
    neighbour = pl.col("carrier").shift
    return frame.with_columns(upstream=neighbour(1).over("route"), downstream=neighbour(-1).over("route"))


def _hops(calls: pl.DataFrame, routes: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """One statement a call and carrier on its route, by the carrier's own clock."""
    clocks = pl.DataFrame({"carrier": names(), "fast": np.round(chance.normal(0.0, 1.0, CARRIERS), 3)})
    begun = pl.col("start") + pl.duration(microseconds=((pl.col("hop") * 0.08 + pl.col("fast")) * 1e6).cast(pl.Int64))
    talk = pl.when("answered").then(pl.col("seconds")).otherwise(0.0)
    rows = calls.join(routes.join(clocks, on="carrier"), on="route", maintain_order="left_right").with_columns(
        start_time=begun.cast(TIME), duration=talk, customer=pl.when(pl.col("hop") == 0).then(pl.lit("customer-1"))
    )
    answer = pl.when("answered").then(pl.col("start_time") + pl.duration(seconds=6))
    told = {
        "start_basis": pl.lit("received"),
        "answer_time": answer,
        "end_time": answer + pl.duration(microseconds=(pl.col("duration") * 1e6).cast(pl.Int64)),
        "precision": pl.lit(1_000, pl.Int32),
        "calling_number": pl.format("+{}", "calling"),
        "called_number": pl.format("+{}", "called"),
        "call_id": pl.format("{}-{}@example.net", "call", "hop"),
        "egress_call_id": pl.format("{}-{}@example.net", "call", pl.col("hop") + 1),
        "outcome": pl.when("answered").then(pl.lit("answered")).otherwise(pl.lit("busy")),
        "release_code": pl.when("answered").then(pl.lit("200")).otherwise(pl.lit("486")),
        "fingerprint": pl.int_range(pl.len(), dtype=pl.UInt64),
    }
    filled = rows.with_columns(**told)
    nothing = [pl.lit(None, kind).alias(name) for name, kind in STATEMENTS.items() if name not in filled.columns]
    return filled.with_columns(nothing).select("call", *(pl.col(name).cast(kind) for name, kind in STATEMENTS.items()))


def _in_batches(statements: pl.DataFrame, batches: int) -> Iterator[pl.DataFrame]:
    """Each carrier's statements in files of equal stretches of the day, in random order."""
    slices = max(1, round(batches / CARRIERS))
    part = (pl.col("start_time").dt.epoch("us") // (86_400_000_000 // slices)).alias("part")
    grouped = statements.with_columns(part).partition_by("carrier", "part", include_key=True)
    for place in np.random.default_rng(7).permutation(len(grouped)):
        yield grouped[place].drop("part")


def _enter(workspace: Workspace, number: int, statements: pl.DataFrame) -> None:
    """Commit one batch as `submit` does, past the reading of a file."""
    carrier = str(statements["carrier"][0])
    # By its own clock a record may lie a second beyond midnight, in a batch of its own of another day.
    middle = statements["start_time"].median()
    assert isinstance(middle, datetime)
    batch = f"{carrier}-{middle:%Y%m%d%H%M%S%f}-{number:08x}"
    commit_id = uuid.uuid5(uuid.NAMESPACE_OID, batch).hex
    rows = statements.with_columns(batch=pl.lit(batch), row=pl.int_range(2, pl.len() + 2, dtype=pl.Int64))
    digest = hashlib.sha256(batch.encode()).hexdigest()
    counts = {"rows": rows.height, "accepted": rows.height, "statements": rows.height}
    receipt = Receipt(
        *(f"{batch}.csv", digest, batch, carrier, "canonical", "UTC", None, None),
        **counts,
        duplicates=0,
        skipped=0,
        rejected={},
        unknown_trunks={},
    )
    first, last = rows["start_time"].min(), rows["start_time"].max()
    assert isinstance(first, datetime) and isinstance(last, datetime)
    with workspace.writing():
        workspace.catalog.batches.begin(commit_id, carrier)
        staged = workspace.lake.stage([rows.select(STATEMENTS.names())], commit_id)
        workspace.catalog.batches.enter(commit_id, [NewBatch(receipt, first, last + timedelta(0))], [])
        workspace.catalog.batches.finish(commit_id, workspace.lake.commit(staged))
        keep_up(workspace.lake, rows.height, len(staged.adds))
