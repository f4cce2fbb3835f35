"""What a carrier's report says in words: what it tells and does not, its figures, and how complete it is."""

from __future__ import annotations

from datetime import date

import polars as pl

from hoptrace.reports.many.material import Material
from hoptrace.reports.many.period import Period
from hoptrace.reports.many.summary import HIDDEN
from hoptrace.reports.trace.figures import counted, share_text
from hoptrace.reports.trace.model import Figure, Role
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import isolated, shorten

NOT_SAID = message(
    "It does not say that {name} did anything wrong. Traced calls are calls that somebody reported; in the role "
    "transit a carrier only carried them, in the role terminating it only delivered them, and a carrier with much "
    "traffic is on many. Whether a number is large can only be told beside its statements of the same "
    "time{statements}. In the role originating its own records say that a customer placed the call, which does "
    "not say that it knew what the call was for."
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


def says(name: str, calls: pl.DataFrame, statements: int | None, span: Period, voice: Language) -> str:
    """What the report says, of how many traced calls and the carrier's roles in them."""
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


def figures(calls: pl.DataFrame, statements: int | None, beside: str, voice: Language) -> tuple[Figure, ...]:
    """The key figures; `beside` says how many the traced calls are beside the statements."""
    number, roles = calls.height, calls["role"]
    begun = int((roles == Role.ORIGINATING.value).sum())
    entered = int((roles == Role.POINT_OF_ENTRY.value).sum())
    carried = int(roles.is_in([Role.TRANSIT.value, Role.TERMINATING.value, Role.GATEWAY.value]).sum())
    told = message("not shown to this reader") if statements is None else message("all at hand of these twelve months")
    return (
        Figure(
            value="–" if statements is None else f"{statements:,}", label=voice.say("statements"), note=voice.say(told)
        ),
        Figure(value=f"{number:,}", label=voice.say("traced calls"), note=beside),
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


def compared(number: int, statements: int | None, removed: date | None, voice: Language) -> str:
    """How many the traced calls are beside the statements, where the two can be held against each other."""
    if removed:
        return voice.say("not compared: statements before {day} were removed", day=voice.with_era(f"{removed}"))
    return _beside(number, statements, voice) if statements else voice.say("no statements to hold them against")


def _beside(number: int, statements: int, voice: Language) -> str:
    share = number / statements
    if share < 0.001:
        return voice.say("{number} in a million of its statements", number=f"{share * 1e6:,.0f}")
    return voice.say("as many as {share} of its statements", share=share_text(share, voice))


def completeness(calls: pl.DataFrame, statements: int | None, removed: date | None, voice: Language) -> list[str]:
    """How much of the carrier is at hand; `removed`: the day before which statements were removed."""
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


def reasons(known: Material, carrier_id: str) -> dict[str, str]:
    """Why tables of the report may be empty, by their names."""
    none = message("The carrier is on none of the traced calls of these twelve months.")
    told = dict.fromkeys(("roles", "verdicts", "repeats", "neighbours", "traces"), none)
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
    return told | inside
