"""What reports cost: one trace, a campaign of 100,000 calls, the tables of a year of a million traces.

The results are made up, five carriers a call with evidence for each handoff, as a traced call has; about 5 kB a result.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from hoptrace.model.verdicts import Evidence, Hop, RecordRef, ReportedCall, Support, TraceResult, Verdict
from hoptrace.reports import of_many, render, trace_report
from hoptrace.reports.summary_files import Form, write_summary
from hoptrace.workspace import Workspace, init_workspace

CARRIERS = 400

_ABOUT = (
    ("naming", "says that it handed the call to the next, and that one says that it got it from this one."),
    ("called number", "Both recorded the called number +18045550197."),
    ("time", "The arrival time is 0.1 s after the next one's, clock offsets applied; 0.1 s either way is usual."),
    ("call_id", "The Call-IDs differ; border controllers on the way change them."),
    ("calling number", "Both recorded the caller +17815550181."),
    ("answer time", "The answer times are 0.0 s apart."),
    ("duration", "One recorded 37.3 s of conversation, the other 37.3 s."),
    ("outcome", "Both say how it ended: answered."),
)


def a_result(carriers: int = 5) -> TraceResult:
    """A traced call over so many carriers."""
    evidence = tuple(Evidence(about, True, detail) for about, detail in _ABOUT)
    hops = tuple(
        Hop(
            f"c{place}",
            (RecordRef(f"c{place}-20261102-948a4f1b", 1_000 + place, f"{place}7816416127960783"),),
            f"2026-11-02T00:55:0{place}.210000Z",
            0.359,
            "+17815550181",
            "+18045550197",
            "B",
            evidence,
            Support.BOTH if place else None,
            "received",
        )
        for place in range(carriers)
    )
    return TraceResult(
        *(
            "R",
            Verdict.ORIGINATOR_IDENTIFIED,
            tuple(hop.carrier for hop in hops),
            hops[-1].carrier,
            "customer-1",
            hops[-2].carrier,
            0.9995,
        ),
        *(hops, (), (), None, "local/0.1.0", 42, "52bf5cea6db7"),
        call=ReportedCall("R", "2026-11-02T00:55:02Z", "+18045550197", "+17815550181", "c0", "prizes"),
    )


def write_results(path: Path, calls: int) -> Path:
    """`calls` results over 400 carriers, a year and 200 campaigns; a tenth of the trails is open."""
    chance = np.random.default_rng(3)
    told = orjson.loads(a_result().as_json())
    with path.open("wb") as stream:
        for at in range(calls):
            ids = [f"c{number}" for number in (chance.pareto(1.2, 5) * 20).astype(int) % CARRIERS]
            day = np.datetime64("2026-01-01") + np.timedelta64(int(chance.integers(365)), "D")
            told |= {"call_ref": f"R{at:07d}", "path": ids, "originating_carrier": ids[4], "point_of_entry": ids[3]}
            told["call"] |= {"start_time": f"{day}T{at % 24:02d}:30:00Z", "campaign": f"prizes-{at % 200}"}
            told["verdict"] = "non_participating" if at % 10 == 0 else "originator_identified"
            told["customer"] = f"customer-{at % 50}"
            for hop, carrier in zip(told["hops"], ids, strict=True):
                hop["carrier"] = carrier
            stream.write(orjson.dumps(told) + b"\n")
    return path


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("reports")
    rows = "".join(f"c{at},Carrier {at},{'US' if at % 5 else 'IN'}\n" for at in range(CARRIERS))
    (folder / "carriers.csv").write_text(f"carrier_id,name,country\n{rows}")
    with init_workspace(folder / "workspace") as made:
        made.catalog.directory.load_directory(folder / "carriers.csv")
        yield made


def told(benchmark: object, calls: int) -> None:
    """Put the size and the peak memory of the process beside the time."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    benchmark.extra_info.update(calls=calls, peak_memory_mb=round(peak / 1024))  # type: ignore[attr-defined]


@pytest.mark.parametrize("hops", [5, 9])
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_trace_report(benchmark, workspace, form, hops):
    if form == "pdf":
        pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    carriers = {carrier.carrier_id: carrier for carrier in workspace.catalog.directory.carriers()}
    result = replace(a_result(hops), summary="The last carrier's own record says that its customer placed the call.")
    benchmark.pedantic(lambda: render(trace_report(result, carriers), form), rounds=3, warmup_rounds=1)


def test_a_campaign(benchmark, workspace, rows, tmp_path):
    """Read, counted and written as a page; 10,000 calls, 100,000 with --size full."""
    calls = rows // 10
    which = of_many.Which(results=write_results(tmp_path / "results.jsonl", calls))

    def run() -> None:
        write_summary(of_many.campaign(workspace, which), tmp_path / "campaign.html", Form("html"))

    benchmark.pedantic(run, rounds=1)
    told(benchmark, calls)


def test_a_years_tables(benchmark, workspace, rows, tmp_path):
    """Read, counted and written as zipped CSV; 100,000 traces, a million with --size full."""
    which = of_many.Which(results=write_results(tmp_path / "results.jsonl", rows))

    def run() -> None:
        write_summary(of_many.regulator(workspace, "2026", which), tmp_path / "2026.zip", Form("csv"))

    benchmark.pedantic(run, rounds=1)
    told(benchmark, rows)
