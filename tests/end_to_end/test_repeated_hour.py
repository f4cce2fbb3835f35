"""Calls in the hour that comes twice as summer time ends, over a carrier whose file does not tell which pass it was."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import hoptrace
from hoptrace import ReportedCall, TraceResult
from hoptrace.workspace import Workspace

CHANGES = {
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Europe/London": datetime(2026, 10, 25, 1, tzinfo=UTC),
}
"""When the second pass of the repeated hour begins."""
TRUNKS = """carrier_id,trunk,peer,customer
rowan,PBX-17,,cust-17
hazel,PBX-99,,cust-99
alder,ROWAN_TG,rowan,
alder,HAZEL_TG,hazel,
alder,BIRCH_TG,birch,
"""
HEADER = (
    "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream,release_code,record_id"
)
CALLED = "+13125550187"


def canonical(folder: Path, carrier: str, rows: list[tuple[datetime, str, str, str, str]]) -> Path:
    """A file in UTC of calls: when, the caller, upstream, customer, downstream."""
    lines = [HEADER]
    for n, (at, caller, upstream, customer, downstream) in enumerate(sorted(rows)):
        answer = at + timedelta(seconds=3)
        lines.append(
            f"{at:%Y-%m-%dT%H:%M:%S.%f}Z,{answer:%Y-%m-%dT%H:%M:%S.%f}Z,30,{caller},{CALLED},{upstream},{customer},"
            f"{downstream},200,{carrier}-{n}"
        )
    path = folder / f"{carrier}.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def oracle(at: datetime, caller: str, trunk: str, zone: str, n: int) -> str:
    """A stop row of the carrier between, in local time and without a word for the zone."""
    local = at.astimezone(ZoneInfo(zone))
    clock = [
        f"{local + timedelta(seconds=s):%H:%M:%S}.{at.microsecond // 1000:03d} {local:%b %d %Y}".upper() for s in (0, 3)
    ]
    columns = {1: "2", 4: f"SD-{n}", 5: f"in-{n}@198.51.100.17", 6: f"out-{n}@203.0.113.1", 13: "30"}
    columns |= {10: f"<sip:{caller}@198.51.100.17>;tag={n}", 11: f"<sip:{CALLED}@203.0.113.1>"}
    columns |= {14: clock[0], 15: clock[1], 17: "16", 122: trunk, 123: "BIRCH_TG", 135: "200"}
    return ",".join(columns.get(place, "") for place in range(1, 176))


def calls_around(change: datetime) -> list[tuple[datetime, str, str]]:
    """Calls to one number in both passes: when, from whom, by which originator."""
    chance = random.Random(7)
    found: list[tuple[datetime, str, str]] = []
    for n in range(12):
        at = change + timedelta(seconds=chance.uniform(-3500, 3500))
        found.append((at, f"+1202555{100 + n:04d}", "rowan" if n % 2 else "hazel"))
    # The same clock time twice, an hour apart, by two originators who show one caller.
    found.append((change - timedelta(seconds=1200), "+12025550143", "rowan"))
    return [*found, (change + timedelta(seconds=2412), "+12025550143", "hazel")]


def build(folder: Path, zone: str) -> Workspace:
    made = hoptrace.init_workspace(folder / "workspace")
    (folder / "carriers.csv").write_text(
        f"carrier_id,country,timezone\nrowan,US,\nhazel,US,\nalder,US,{zone}\nbirch,US,\n"
    )
    (folder / "trunks.csv").write_text(TRUNKS)
    made.catalog.directory.load_directory(folder / "carriers.csv", folder / "trunks.csv")
    calls = calls_around(CHANGES[zone])
    for origin, customer in (("rowan", "cust-17"), ("hazel", "cust-99")):
        rows = [(at, caller, "", customer, "alder") for at, caller, by in calls if by == origin]
        hoptrace.submit(made, [canonical(folder, origin, rows)], origin)
    later = timedelta(milliseconds=200)
    hoptrace.submit(
        made, [canonical(folder, "birch", [(at + later, c, "alder", "", "") for at, c, _ in calls])], "birch"
    )
    # By their clock times, as a spreadsheet sorts them: no order tells which pass a row is of.
    rows = [oracle(at + later / 2, caller, f"{by.upper()}_TG", zone, n) for n, (at, caller, by) in enumerate(calls)]
    rows.sort(key=lambda row: row.split(",")[13])
    path = folder / "alder.csv"
    path.write_text("\n".join(rows) + "\n")
    (receipt,) = hoptrace.submit(made, [path], "alder", format="acme")
    assert any("kept with both times" in flag for flag in receipt.flags), receipt.flags
    hoptrace.learn_clocks(made)
    return made


@pytest.fixture(scope="module", params=sorted(CHANGES))
def traced(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, list[TraceResult]]:
    folder = tmp_path_factory.mktemp("folds")
    workspace = build(folder, request.param)
    asked = [
        ReportedCall(call_ref=f"C{n}", start_time=at.isoformat(), called_number=CALLED, calling_number=caller)
        for n, (at, caller, _) in enumerate(calls_around(CHANGES[request.param]))
    ]
    return workspace, hoptrace.trace(workspace, asked)


def test_every_call_is_traced_to_its_own_originator(traced, request: pytest.FixtureRequest) -> None:
    workspace, results = traced
    zone = request.node.callspec.params["traced"]
    for (_, _, by), found in zip(calls_around(CHANGES[zone]), results, strict=True):
        assert (found.originating_carrier, found.path) == (by, ("birch", "alder", by)), found.summary
    assert not workspace.catalog.clocks.clocks(workspace.catalog.clocks.latest_version()).shifts


def test_the_hop_says_that_the_hour_came_twice_and_what_bears_out_which(traced, request) -> None:
    _, results = traced
    zone = request.node.callspec.params["traced"]
    for (at, _, by), found in zip(calls_around(CHANGES[zone]), results, strict=True):
        (told,) = [line.detail for hop in found.hops for line in hop.evidence if line.about == "repeated hour"]
        which = "second" if at >= CHANGES[zone] else "first"
        assert told.endswith(f"The records of birch, {by} bear out the {which}."), told


def test_the_answer_replays_and_its_reports_find_the_record(traced) -> None:
    from hoptrace.engines.behind import behind

    workspace, results = traced
    for found in (results[-1], results[-2]):
        (again,) = hoptrace.trace(workspace, [found.call], replay=(found.lake_version, found.clock_version))
        assert again.as_json() == found.as_json()
        stands = behind(workspace, found)
        assert stands is not None
        assert {(ref.batch, ref.row) for hop in found.hops for ref in hop.records} == set(stands.statements)


def test_the_lake_holds_each_statement_once(traced) -> None:
    workspace, results = traced
    assert workspace.lake.view().info()["statements"] == 3 * len(results)
