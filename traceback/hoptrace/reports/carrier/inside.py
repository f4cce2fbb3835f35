"""Tables of a carrier's report that its own submissions give: clock, conflicts, batches, rejected rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from hoptrace.reports.carrier.model import BatchRow, ClockRow, ConflictRow, RejectRow
from hoptrace.reports.tables.table import Table, table_of

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

WHO_AT_MOST = 5
"""Neighbours that a row names."""


def clock(workspace: Workspace, carrier_id: str) -> Table[ClockRow]:
    """The carrier's row of the newest clock table; empty where nothing was learned of it."""
    table = workspace.catalog.clocks.latest_clocks()
    shifted = sum(each.carrier_id == carrier_id for each in table.shifts)
    rows = [
        {
            "version": table.version,
            "offset_s": row.offset,
            "drift_s": row.drift,
            "hours_off": row.hours,
            "spread_s": row.spread,
            "matches": row.matches,
            "tick_s": row.tick,
            "shifted_batches": shifted,
        }
        for row in table.rows
        if row.carrier_id == carrier_id
    ]
    return table_of(ClockRow, rows)


def conflicts(workspace: Workspace, carrier_id: str) -> Table[ConflictRow]:
    """The carrier's statements that neighbours' records contradict, by kind."""
    from hoptrace.engines.conflicts import carriers_conflicts

    rows = [
        {
            "kind": each.kind.value,
            "contradicted": each.contradicted,
            "said": each.said,
            "share": min(1.0, each.contradicted / each.said) if each.said else 0.0,
            "probability": each.probability,
            "neighbours": len(each.neighbours),
            "who": ", ".join(other.carrier_id for other in each.neighbours[:WHO_AT_MOST]),
        }
        for each in carriers_conflicts(workspace)
        if each.carrier_id == carrier_id
    ]
    return table_of(ConflictRow, rows)


def batches(workspace: Workspace, carrier_id: str) -> Table[BatchRow]:
    """The carrier's submitted files, the newest calls first."""
    facts = ("batch", "file", "format", "first_time", "last_time")
    counts = ("rows", "accepted", "duplicates", "skipped", "statements")
    rows = [
        {name: getattr(stored.receipt, name) for name in (*facts, *counts)}
        | {name: _to_the_second(getattr(stored.receipt, name)) for name in ("first_time", "last_time")}
        | {"withdrawn": None if stored.withdrawn is None else f"{stored.withdrawn.at:%Y-%m-%d %H:%M:%S}"}
        | {"rejected": sum(stored.receipt.rejected.values()), "unknown_trunks": len(stored.receipt.unknown_trunks)}
        for stored in workspace.catalog.batches.list(carrier_id)
    ]
    made = table_of(BatchRow, rows)
    return Table(BatchRow, made.frame.sort("first_time", "batch", descending=[True, False], nulls_last=True))


def _to_the_second(time: str | None) -> str | None:
    return time and time[:19].replace("T", " ")


def rejects(workspace: Workspace, carrier_id: str) -> Table[RejectRow]:
    """Why rows of the carrier were rejected, the most rows first; withdrawn files are not among them."""
    stored = workspace.catalog.batches.list(carrier_id)
    receipts = [each.receipt for each in stored if each.withdrawn is None]
    whole = max(1, sum(receipt.rows for receipt in receipts))
    told = [(reason, rows) for receipt in receipts for reason, rows in receipt.rejected.items()]
    frame = pl.DataFrame(told, schema={"reason": pl.String, "rows": pl.Int64}, orient="row")
    counted = frame.group_by("reason").agg(pl.col("rows").sum()).sort("rows", "reason", descending=[True, False])
    return Table(RejectRow, counted.with_columns(share=pl.col("rows") / whole))
