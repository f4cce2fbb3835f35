"""The report of one carrier: its part in the traced calls of twelve months, beside all its statements of that time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.reports.carrier import calls as carrier_calls
from hoptrace.reports.carrier import inside as carrier_inside
from hoptrace.reports.carrier import traffic as carrier_traffic
from hoptrace.reports.carrier import words
from hoptrace.reports.carrier.model import (
    BatchRow,
    CarrierReport,
    ClockRow,
    ConflictRow,
    RejectRow,
)
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.period import Period
from hoptrace.reports.many.summary import facts_of
from hoptrace.reports.profiles import Reader
from hoptrace.reports.tables.table import Table, table_of
from hoptrace.reports.wording.plain import isolated, plain, shorten

if TYPE_CHECKING:
    from hoptrace.model.carriers import Carrier
    from hoptrace.workspace import Workspace


def carrier_report(workspace: Workspace, known: Material, carrier: Carrier, until: datetime | None) -> CarrierReport:
    """The report of `carrier` over the twelve months that end with `until`, or with its newest traced call."""
    last = until or _newest(workspace, known, carrier.carrier_id)
    first = last - carrier_traffic.YEAR
    ever = carrier_calls.own_calls(known, carrier.carrier_id)
    calls = ever.filter(pl.col("at").is_between(first, last))
    name, voice = plain(carrier.name) or plain(carrier.carrier_id), known.voice
    submitted = _submitted(workspace, known, carrier.carrier_id, first, last)
    statements, removed, beside = submitted.statements, submitted.removed, submitted.beside
    tables = {
        **_over_calls(calls, known, beside, last),
        "months": carrier_traffic.months(ever, _or_none(submitted.traffic), first, last),
        **_inside(workspace, known, carrier.carrier_id),
    }
    facts = facts_of(known, tables, words.reasons(known, carrier.carrier_id))
    facts["completeness"] += tuple(words.completeness(calls, statements, removed, voice))
    return CarrierReport(
        subject=name,
        heading=voice.say("Carrier report"),
        says=words.says(name, calls, statements, Period("", first, last), voice),
        does_not_say=voice.say(
            words.NOT_SAID,
            name=isolated(shorten(name, 80)),
            statements=f" ({beside:,})" if beside is not None else "",
        ),
        figures=words.figures(calls, statements, words.compared(calls.height, beside, removed, voice), voice),
        carrier=plain(carrier.carrier_id),
        name=name,
        country=plain(carrier.country).upper(),
        first_day=f"{first:%Y-%m-%d}",
        last_day=f"{last:%Y-%m-%d}",
        statements=statements,
        **facts,
    )


@dataclass(frozen=True, slots=True)
class _Submitted:
    """What the carrier has submitted of the twelve months: its `traffic` (TRAFFIC), None where the reader may not see.

    `removed`: before which day statements were removed since, None where none was that would count.
    """

    traffic: pl.DataFrame | None
    removed: date | None

    @property
    def statements(self) -> int | None:
        """How many statements; None where the reader may not see them."""
        return None if self.traffic is None else int(self.traffic["statements"].sum())

    @property
    def beside(self) -> int | None:
        """The statements that traced calls are held against.

        What was removed would be missing below the line, and the carrier's share would look greater than it is.
        """
        return None if self.removed else self.statements


def _submitted(workspace: Workspace, known: Material, carrier_id: str, first: datetime, last: datetime) -> _Submitted:
    seen = known.profile.reader is not Reader.CARRIER or known.profile.carrier_id == carrier_id
    traffic = carrier_traffic.traffic(workspace, carrier_id, first, last) if seen else None
    told = _Submitted(traffic, None)
    return replace(told, removed=carrier_traffic.removed_before(workspace, first)) if told.statements else told


def _newest(workspace: Workspace, known: Material, carrier_id: str) -> datetime:
    """The end of the twelve months: the newest traced call, or the newest statement, of the carrier."""
    newest = known.hops.filter(pl.col("carrier") == carrier_id).select(pl.col("at").max()).collect(engine="streaming")
    times = newest["at"].drop_nulls().to_list()
    times += [span[3] for span in workspace.catalog.batches.spans(carrier_id)]
    latest = max(times, default=datetime(1970, 1, 1, tzinfo=UTC) + carrier_traffic.YEAR)
    # To the end of its day, so that the day alone tells the period.
    return latest.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, microseconds=-1)


def _over_calls(calls: pl.DataFrame, known: Material, statements: int | None, last: datetime) -> dict[str, Table[Any]]:
    return {
        "roles": carrier_calls.roles(calls, statements),
        "verdicts": carrier_calls.verdicts(calls),
        "repeats": carrier_calls.repeats(calls, last),
        "neighbours": carrier_calls.neighbours(calls, known),
        "traces": carrier_calls.traces(calls, known),
    }


def _or_none(traffic: pl.DataFrame | None) -> pl.DataFrame:
    return pl.DataFrame(schema=carrier_traffic.TRAFFIC) if traffic is None else traffic


def _inside(workspace: Workspace, known: Material, carrier_id: str) -> dict[str, Table[Any]]:
    if known.profile.sees_inside(carrier_id):
        return {
            "conflicts": carrier_inside.conflicts(workspace, carrier_id),
            "clock": carrier_inside.clock(workspace, carrier_id),
            "batches": carrier_inside.batches(workspace, carrier_id),
            "rejects": carrier_inside.rejects(workspace, carrier_id),
        }
    hidden = {"conflicts": ConflictRow, "clock": ClockRow, "batches": BatchRow, "rejects": RejectRow}
    return {name: table_of(row, []) for name, row in hidden.items()}
