"""Withdrawn statements lie in the lake as others do: merged, expired and replayed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hoptrace
from hoptrace.engines import learning
from hoptrace.engines.learning import learn_clocks
from hoptrace.engines.retention import expire_lake, lake_info, tidy_lake
from hoptrace.engines.withdrawing import withdraw
from hoptrace.lake import levels
from hoptrace.linking.learning import sample
from hoptrace.reports.of_workspace import full_report
from hoptrace.workspace import Workspace, init_workspace

HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream,record_id\n"
CALL = hoptrace.ReportedCall("c1", "2026-11-02T15:00:00Z", "+13125550187")


def row(second: int, sides: str, day: int = 2) -> str:
    at = f"2026-11-{day:02d}T15:00"
    return f"{at}:{second:02d}Z,{at}:{second + 4:02d}Z,30,+12025550143,+13125550187,{sides},r{day}-{second}\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Files of two carriers on two days, each of one row; a merge is due with every second."""
    monkeypatch.setattr(levels, "FAN", 2)
    (tmp_path / "carriers.csv").write_text("carrier_id,country\norig,US\nterm,US\n")
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv")
        for day in (1, 2, 3):
            submit(made, "term", row(0, "orig,,", day))
        yield made


def submit(workspace: Workspace, carrier: str, *rows: str) -> hoptrace.Receipt:
    path = workspace.path.parent / f"{carrier}.csv"
    path.write_text(HEADER + "".join(rows))
    (receipt,) = hoptrace.submit(workspace, [path], carrier)
    learn_clocks(workspace)
    return receipt


def traced(workspace: Workspace, **how: Any) -> hoptrace.TraceResult:
    (found,) = hoptrace.trace(workspace, [CALL], **how)
    return found


def test_merging_goes_on_and_every_version_is_read_as_it_was(workspace):
    never = traced(workspace)
    batch = submit(workspace, "orig", row(0, ",cust-1,term")).batch
    named = traced(workspace)
    assert named.customer == "cust-1"
    withdraw(workspace, [batch], "taken back")
    without = traced(workspace)
    assert without.verdict == never.verdict
    later = submit(workspace, "orig", row(1, ",cust-2,term"), row(30, ",cust-3,term")).batch
    tidied = tidy_lake(workspace, grace_hours=0)
    assert tidied.vacuumed.files > 0
    assert lake_info(workspace)["statements"] == 5
    # The files of the older versions are gone: the newest stand in for them, each with the batches that counted then.
    for result, batches in ((never, set[str]()), (named, {batch}), (without, set[str]())):
        replay = (result.lake_version, result.clock_version)
        assert traced(workspace, replay=replay) == result
        view = workspace.lake.view(result.lake_version, workspace.catalog.batches.after)
        assert set(view.scan().filter(pl.col("carrier") == "orig").collect()["batch"]) == batches
    view = workspace.lake.view()
    assert set(view.scan().filter(pl.col("carrier") == "orig").collect()["batch"]) == {later}
    assert view.rows() == 6


def test_expiring_takes_withdrawn_statements_and_holds_those_that_results_cite(workspace):
    batch = submit(workspace, "orig", row(0, ",cust-1,term"), row(30, ",cust-1,term")).batch
    named = traced(workspace)
    (cited,) = named.hops[1].records
    withdraw(workspace, [batch], "taken back")
    done = expire_lake(workspace, date(2026, 11, 3), grace_hours=0)
    assert done.expired is not None
    assert (done.expired.statements, done.expired.held) == (2, 2)
    everything = workspace.lake.view().with_hidden().scan().filter(pl.col("batch") == batch).collect()
    assert everything["row"].to_list() == [cited.row]
    assert workspace.lake.view().scan().filter(pl.col("batch") == batch).collect().is_empty()
    assert lake_info(workspace)["statements"] == 2
    told = full_report(workspace, "c1")
    assert told.withdrawn is not None
    (handoff,) = told.handoffs
    assert handoff.upper is not None
    assert handoff.upper.record.batch == batch
    receipt = submit(workspace, "orig", row(0, ",cust-1,term"), row(30, ",cust-1,term"))
    assert (receipt.batch, receipt.accepted) == (f"{batch}-2", 2)


def test_learning_takes_its_share_of_the_rows_that_count(workspace, monkeypatch):
    counts: list[int] = []

    def counted(statements: pl.LazyFrame, count: int) -> pl.DataFrame:
        counts.append(count)
        return sample(statements, count)

    monkeypatch.setattr(learning, "sample", counted)
    batch = submit(workspace, "orig", row(0, ",cust-1,term"), row(30, ",cust-1,term")).batch
    assert counts[-1] == 5
    withdraw(workspace, [batch], "taken back")
    assert counts[-1] == 3
    expire_lake(workspace, date(2026, 11, 3), grace_hours=0)
    learn_clocks(workspace)
    assert counts[-1] == 1
