"""The report of one carrier: its part in the traced calls of twelve months, beside all its statements of that time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.reports.carrier import calls as carrier_calls
from hoptrace.reports.carrier import inside as carrier_inside
from hoptrace.reports.carrier import traffic as carrier_traffic
from hoptrace.reports.carrier.model import (
    BatchRow,
    CarrierReport,
    ClockRow,
    ConflictRow,
    RejectRow,
)
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.period import Period
from hoptrace.reports.many.summary import HIDDEN, facts_of
from hoptrace.reports.profiles import Reader
from hoptrace.reports.tables.table import Table, table_of
from hoptrace.reports.trace.figures import counted, share_text
from hoptrace.reports.trace.model import Figure, Role
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import isolated, plain, shorten

if TYPE_CHECKING:
    from hoptrace.model.carriers import Carrier
    from hoptrace.workspace import Workspace

NOT_SAID = message(
    "It does not say that {name} did anything wrong. Traced calls are calls that somebody reported; in the role "
    "transit a carrier only carried them, in the role terminating it only delivered them, and a carrier with much "
    "traffic is on many. Whether a number is large can only be told beside its statements of the same "
    "time{statements}. In the role originating its own records say that a customer placed the call, which does "
    "not say that it knew what the call was for."
)


def carrier_report(workspace: Workspace, known: Material, carrier: Carrier, until: datetime | None) -> CarrierReport:
    """The report of `carrier` over the twelve months that end with `until`, or with its newest traced call."""
    last = until or _newest(workspace, known, carrier.carrier_id)
    first = last - carrier_traffic.YEAR
    ever = carrier_calls.own_calls(known, carrier.carrier_id)
    calls = ever.filter(pl.col("at").is_between(first, last))
    name, voice = plain(carrier.name) or plain(carrier.carrier_id), known.voice
    seen = known.profile.reader is not Reader.CARRIER or known.profile.carrier_id == carrier.carrier_id
    traffic = carrier_traffic.traffic(workspace, carrier.carrier_id, first, last) if seen else None
    statements = None if traffic is None else int(traffic["statements"].sum())
    removed = carrier_traffic.removed_before(workspace, first) if statements else None
    # What was removed would be missing below the line, and the carrier's share would look greater than it is.
    beside = None if removed else statements
    tables = {
        **_over_calls(calls, known, beside, last),
        "months": carrier_traffic.months(ever, _or_none(traffic), first, last),
        **_inside(workspace, known, carrier.carrier_id),
    }
    facts = facts_of(known, tables, _reasons(known, carrier.carrier_id))
    facts["completeness"] += tuple(_completeness(calls, statements, removed, voice))
    return CarrierReport(
        subject=name,
        heading=voice.say("Carrier report"),
        says=_says(name, calls, statements, Period("", first, last), voice),
        does_not_say=voice.say(
            NOT_SAID,
            name=isolated(shorten(name, 80)),
            statements=f" ({beside:,})" if beside is not None else "",
        ),
        figures=_figures(calls, statements, _compared(calls.height, beside, removed, voice), voice),
        carrier=plain(carrier.carrier_id),
        name=name,
        country=plain(carrier.country).upper(),
        first_day=f"{first:%Y-%m-%d}",
        last_day=f"{last:%Y-%m-%d}",
        statements=statements,
        **facts,
    )


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


def _reasons(known: Material, carrier_id: str) -> dict[str, str]:
    none = message("The carrier is on none of the traced calls of these twelve months.")
    reasons = dict.fromkeys(("roles", "verdicts", "repeats", "neighbours", "traces"), none)
    inside = {
        "conflicts": message("No record of a neighbour contradicts its statements, as far as was learned."),
        "clock": message(
            "Nothing was learned of its clock: it submitted no records, or none that neighbours' records meet."
        ),
        "batches": message("It has submitted no files."),
        "rejects": message("None of its rows was rejected."),
    }
    if not known.profile.sees_inside(carrier_id):
        inside = dict.fromkeys(inside, HIDDEN)
    return reasons | inside


def _says(name: str, calls: pl.DataFrame, statements: int | None, span: Period, voice: Language) -> str:
    values = {
        "name": isolated(shorten(name, 80)),
        "first": voice.with_era(f"{span.first:%Y-%m-%d}"),
        "last": voice.with_era(f"{span.end:%Y-%m-%d}"),
        "beside": "" if statements is None else _of_its_own(statements, voice),
    }
    roles = dict(calls["role"].value_counts(sort=True).iter_rows())
    if not roles:
        return voice.say("{name} is on none of the traced calls from {first} to {last}{beside}.", **values)
    did = [voice.say(words, number=f"{roles[role]:,}") for role, words in _DID.items() if role in roles]
    return voice.count(
        calls.height,
        "{name} is on {number} traced call from {first} to {last}{beside}. Of the traced calls it {did}.",
        "{name} is on {number} traced calls from {first} to {last}{beside}. Of the traced calls it {did}.",
        did=voice.listed(did),
        **values,
    )


def _of_its_own(statements: int, voice: Language) -> str:
    return voice.count(
        statements,
        ", beside {number} statement of its own at hand",
        ", beside {number} statements of its own at hand",
    )


_DID = {
    Role.ORIGINATING.value: message("originated {number}"),
    Role.POINT_OF_ENTRY.value: message("brought into the country {number}"),
    Role.GATEWAY.value: message("took from abroad {number}"),
    Role.TRAIL_END.value: message("is the unsettled end of {number}"),
    Role.TRANSIT.value: message("only carried {number}"),
    Role.TERMINATING.value: message("delivered {number}"),
    Role.NAMED.value: message("is only named in {number}"),
}


def _figures(calls: pl.DataFrame, statements: int | None, compared: str, voice: Language) -> tuple[Figure, ...]:
    number, roles = calls.height, calls["role"]
    begun = int((roles == Role.ORIGINATING.value).sum())
    entered = int((roles == Role.POINT_OF_ENTRY.value).sum())
    carried = int(roles.is_in([Role.TRANSIT.value, Role.TERMINATING.value, Role.GATEWAY.value]).sum())
    told = message("not shown to this reader") if statements is None else message("all at hand of these twelve months")
    return (
        Figure(
            value="–" if statements is None else f"{statements:,}", label=voice.say("statements"), note=voice.say(told)
        ),
        Figure(value=f"{number:,}", label=voice.say("traced calls"), note=compared),
        Figure(
            value=f"{begun:,}",
            label=voice.say("originated"),
            note=voice.say("and {number} brought into the country", number=f"{entered:,}"),
        ),
        Figure(
            value=f"{carried:,}",
            label=voice.say("only carried"),
            note=voice.say("{share}: transit, delivery, gateway", share=counted(carried, number, voice)),
        ),
    )


def _compared(number: int, statements: int | None, removed: date | None, voice: Language) -> str:
    """How many the traced calls are beside the statements, where the two can be held against each other."""
    if removed:
        return voice.say("not compared: statements before {day} were removed", day=voice.with_era(f"{removed}"))
    return _beside(number, statements, voice) if statements else voice.say("no statements to hold them against")


def _beside(number: int, statements: int, voice: Language) -> str:
    share = number / statements
    if share < 0.001:
        return voice.say("{number} in a million of its statements", number=f"{share * 1e6:,.0f}")
    return voice.say("as many as {share} of its statements", share=share_text(share, voice))


def _completeness(calls: pl.DataFrame, statements: int | None, removed: date | None, voice: Language) -> list[str]:
    told = [
        voice.count(
            calls.height,
            "{number} call of these is the carrier's, of twelve months.",
            "{number} calls of these are the carrier's, of twelve months.",
        )
    ]
    if statements is not None:
        told.append(
            voice.say(
                "The denominator is every statement of the carrier at hand: {statements}. What it has not submitted, "
                "and what was removed after it had been kept long enough, is not in it.",
                statements=f"{statements:,}",
            )
        )
    if removed:
        told.append(
            voice.say(
                "Statements of days before {day} were removed from the lake after they had been kept long enough, all "
                "but those that stored results cite. So its traced calls are not told as a share of its statements.",
                day=voice.with_era(f"{removed}"),
            )
        )
    return told
