"""The report of one carrier: its part in the traced calls of twelve months, beside all its statements of that time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.reports import carrier_calls, carrier_inside, carrier_traffic
from hoptrace.reports.carrier_model import (
    BatchRow,
    CarrierReport,
    ClockRow,
    ConflictRow,
    RejectRow,
)
from hoptrace.reports.figures import amount, counted, percent
from hoptrace.reports.material import Material
from hoptrace.reports.model import Figure, Role
from hoptrace.reports.plain import isolated, plain, shorten
from hoptrace.reports.profiles import Reader
from hoptrace.reports.summary import completeness_of, sources_of, why_empty
from hoptrace.reports.table import Table, table_of

if TYPE_CHECKING:
    from hoptrace.model.carriers import Carrier
    from hoptrace.workspace import Workspace

NOT_SAID = (
    "It does not say that {name} did anything wrong. Traced calls are calls that somebody reported; in the role "
    "transit a carrier only carried them, in the role terminating it only delivered them, and a carrier with much "
    "traffic is on many. Whether a number is large can only be told beside its {statements} of the same time. In the "
    "role originating its own records say that a customer placed the call, which does not say that it knew what the "
    "call was for."
)


def carrier_report(workspace: Workspace, known: Material, carrier: Carrier, until: datetime | None) -> CarrierReport:
    """The report of `carrier` over the twelve months that end with `until`, or with its newest traced call."""
    last = until or _newest(workspace, known, carrier.carrier_id)
    first = last - carrier_traffic.YEAR
    ever = carrier_calls.own_calls(known, carrier.carrier_id)
    calls = ever.filter(pl.col("at").is_between(first, last))
    name = plain(carrier.name) or plain(carrier.carrier_id)
    seen = known.profile.reader is not Reader.CARRIER or known.profile.carrier_id == carrier.carrier_id
    traffic = carrier_traffic.traffic(workspace, carrier.carrier_id, first, last) if seen else None
    statements = None if traffic is None else int(traffic["statements"].sum())
    tables = {
        **_over_calls(calls, known, statements, last),
        "months": carrier_traffic.months(ever, _or_none(traffic), first, last),
        **_inside(workspace, known, carrier.carrier_id),
    }
    facts: dict[str, Any] = {
        "profile": known.profile.name,
        "subject": name,
        "heading": "Carrier report",
        "says": _says(name, calls, statements, first, last),
        "does_not_say": NOT_SAID.replace("{name}", isolated(shorten(name, 80))).replace(
            "{statements}", "statements" if statements is None else f"{statements:,} statements"
        ),
        "figures": _figures(calls, statements),
        "completeness": (*completeness_of(known.traced), *_completeness(calls, statements)),
        "sources": sources_of(known.traced, known.profile),
        "empty": why_empty(tables, _reasons(known, carrier.carrier_id)),
        "carrier": plain(carrier.carrier_id),
        "name": name,
        "country": plain(carrier.country).upper(),
        "first_day": f"{first:%Y-%m-%d}",
        "last_day": f"{last:%Y-%m-%d}",
        "statements": statements,
        **tables,
    }
    return CarrierReport(**facts)


def _newest(workspace: Workspace, known: Material, carrier_id: str) -> datetime:
    """The end of the twelve months: the newest traced call, or the newest statement, of the carrier."""
    calls = known.hops.filter(pl.col("carrier") == carrier_id).select("call").join(known.calls, on="call", how="semi")
    times = known.calls.join(calls, on="call", how="semi")["at"].drop_nulls().to_list()
    times += [span[3] for span in workspace.catalog.batches.spans(carrier_id)]
    newest = max(times, default=datetime(1970, 1, 1, tzinfo=UTC) + carrier_traffic.YEAR)
    # To the end of its day, so that the day alone tells the period.
    return newest.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, microseconds=-1)


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


def _reasons(known: Material, carrier_id: str) -> dict[str, str]:
    none = "The carrier is on none of the traced calls of these twelve months."
    reasons = dict.fromkeys(("roles", "verdicts", "repeats", "neighbours", "traces"), none)
    hidden = f"This is not shown to the reader that this report is made for ({known.profile.name})."
    inside = {
        "conflicts": "No record of a neighbour contradicts its statements, as far as was learned.",
        "clock": "Nothing was learned of its clock: it submitted no records, or none that neighbours' records meet.",
        "batches": "It has submitted no files.",
        "rejects": "None of its rows was rejected.",
    }
    if not known.profile.sees_inside(carrier_id):
        inside = dict.fromkeys(inside, hidden)
    return reasons | inside


def _says(name: str, calls: pl.DataFrame, statements: int | None, first: datetime, last: datetime) -> str:
    shown = isolated(shorten(name, 80))
    roles = dict(calls["role"].value_counts(sort=True).iter_rows())
    span = f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    of = "" if statements is None else f", beside {amount(statements, 'statement', 'statements')} of its own at hand"
    if not roles:
        return f"{shown} is on none of the traced calls {span}{of}."
    parts = [f"{words} {roles[role]:,}" for role, words in _DID.items() if role in roles]
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return (
        f"{shown} is on {amount(calls.height, 'traced call', 'traced calls')} {span}{of}. Of the traced "
        f"calls it {listed}."
    )


_DID = {
    Role.ORIGINATING.value: "originated",
    Role.POINT_OF_ENTRY.value: "brought into the country",
    Role.GATEWAY.value: "took from abroad",
    Role.TRANSIT.value: "only carried",
    Role.TERMINATING.value: "delivered",
    Role.NAMED.value: "is only named in",
}


def _figures(calls: pl.DataFrame, statements: int | None) -> tuple[Figure, ...]:
    number, roles = calls.height, calls["role"]
    begun = int((roles == Role.ORIGINATING.value).sum())
    entered = int((roles == Role.POINT_OF_ENTRY.value).sum())
    carried = int(roles.is_in([Role.TRANSIT.value, Role.TERMINATING.value, Role.GATEWAY.value]).sum())
    of = _beside(number, statements) if statements else "no statements to hold them against"
    told = "not shown to this reader" if statements is None else "all at hand of these twelve months"
    return (
        Figure(value="–" if statements is None else f"{statements:,}", label="statements", note=told),
        Figure(value=f"{number:,}", label="traced calls", note=of),
        Figure(value=f"{begun:,}", label="originated", note=f"and {entered:,} brought into the country"),
        Figure(
            value=f"{carried:,}", label="only carried", note=f"{counted(carried, number)}: transit, delivery, gateway"
        ),
    )


def _beside(number: int, statements: int) -> str:
    share = number / statements
    if share < 0.001:
        return f"{share * 1e6:,.0f} in a million of its statements"
    return f"as many as {percent(share)} of its statements"


def _completeness(calls: pl.DataFrame, statements: int | None) -> list[str]:
    told = [f"{amount(calls.height, 'call', 'calls')} of these are the carrier's, of twelve months."]
    if statements is not None:
        told.append(
            f"The denominator is every statement of the carrier at hand: {statements:,}. What it has not "
            "submitted, and what was removed after it had been kept long enough, is not in it."
        )
    return told
