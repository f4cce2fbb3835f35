"""What stands behind a result: the statements that it cites, whose records were at hand, and the files they came in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.engines.calls import moment
from hoptrace.engines.gathering import ABOUT_THEN
from hoptrace.engines.ground import Reads
from hoptrace.engines.local import Standing, standing, trace_on
from hoptrace.engines.packed import Recording
from hoptrace.engines.relisting import with_trunks_of
from hoptrace.errors import NotFound, UnknownBatch, UsageError
from hoptrace.lake.spans import SPANS

if TYPE_CHECKING:
    from hoptrace.model.receipts import Receipt
    from hoptrace.model.verdicts import ReportedCall, TraceResult
    from hoptrace.workspace import Workspace

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")

Place = tuple[str, int]
"""Batch and row."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What a report tells beyond the result itself.

    `statements`: the cited ones (STATEMENTS columns), none where they have expired. `covered`: carriers whose records
    cover the time of the call; `about`: those that have submitted anything of that half day; `listed`: the carriers of
    the directory. `receipts`: of the batches that are cited.
    """

    statements: Mapping[Place, Mapping[str, Any]] = field(default_factory=dict[Place, Mapping[str, Any]])
    covered: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    listed: int = 0
    receipts: Mapping[str, Receipt] = field(default_factory=dict[str, "Receipt"])


def behind(workspace: Workspace, result: TraceResult) -> Behind | None:
    """What stands behind a stored result, at the versions that it names.

    None where that cannot be told: its call was not kept with it, or this workspace has no such versions.
    """
    if result.call is None:
        return None
    try:
        stands_on = standing(workspace, (result.lake_version, result.clock_version, result.certificates_version))
    except NotFound:
        return None
    try:
        # Statements never change, and those that a stored result cites are held: the newest version has them, also
        # where their batch was withdrawn.
        read = _cited(result, with_trunks_of(workspace.lake.view().with_hidden(), stands_on.ground.learned))
        read = _read_again(result.call, stands_on) if read is None else read
    except (NotFound, UsageError):
        # The statements have expired since, or numbers are read otherwise now; who had submitted what is still known.
        read = pl.DataFrame()
    return behind_of(result, stands_on, read, _receipts(workspace, result))


def _cited(result: TraceResult, view: Reads) -> pl.DataFrame | None:
    """The cited statements, looked up by the numbers and times that the result tells; None where these do not lead."""
    spans: list[tuple[int, datetime, datetime]] = []
    for hop in result.hops:
        if hop.records:
            start = _moment(hop.start_time)
            if start is None or hop.called is None or not _E164.fullmatch(hop.called):
                return None
            spans.append((int(hop.called[1:]), start, start))
    read = view.statements(pl.DataFrame(spans, schema=SPANS, orient="row"))
    cited = {(record.batch, record.row) for hop in result.hops for record in hop.records}
    return read if cited <= set(read.select("batch", "row").iter_rows()) else None


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _read_again(call: ReportedCall, stands_on: Standing) -> pl.DataFrame:
    """All that the trace of a call reads."""
    recording = Recording(stands_on.ground.view)
    list(trace_on(replace(stands_on, ground=replace(stands_on.ground, view=recording)), [call]))
    return recording.read()


def behind_of(result: TraceResult, stands_on: Standing, read: pl.DataFrame, receipts: Mapping[str, Receipt]) -> Behind:
    """The same of a ground that is at hand: `read` are the statements that the trace read."""
    cited = {(record.batch, record.row) for hop in result.hops for record in hop.records}
    wanted = pl.DataFrame(sorted(cited), schema={"batch": pl.String, "row": pl.Int64}, orient="row")
    rows = read.join(wanted, on=["batch", "row"], how="semi").iter_rows(named=True) if read.height else ()
    covered, about = _coverage(result, stands_on)
    batches = {batch for batch, _ in cited}
    return Behind(
        statements={(row["batch"], row["row"]): row for row in rows},
        covered=covered,
        about=about,
        listed=len(stands_on.ground.around.country),
        receipts={batch: receipts[batch] for batch in sorted(batches & receipts.keys())},
    )


def _coverage(result: TraceResult, stands_on: Standing) -> tuple[frozenset[str], frozenset[str]]:
    if result.call is None:
        return frozenset(), frozenset()
    at, covering = [moment(result.call.start_time)], stands_on.ground.covering
    return covering.at(at).sets()[0], covering.at(at, ABOUT_THEN).sets()[0]


def _receipts(workspace: Workspace, result: TraceResult) -> dict[str, Receipt]:
    found: dict[str, Receipt] = {}
    for batch in sorted({record.batch for hop in result.hops for record in hop.records}):
        try:
            found[batch] = workspace.catalog.batches.show(batch).receipt
        except UnknownBatch:
            continue
    return found
