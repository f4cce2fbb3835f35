"""The regulator's tables of a period: key figures, participants, silent carriers, uses, and each call and carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.reports.campaign import calls as campaign_calls
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.period import Period
from hoptrace.reports.many.summary import facts_of
from hoptrace.reports.profiles import Reader
from hoptrace.reports.regulator import tables as regulator_tables
from hoptrace.reports.regulator.key_figures import key_figures
from hoptrace.reports.regulator.model import ContentRow, RegulatorReport
from hoptrace.reports.regulator.requests import REQUESTS, requests
from hoptrace.reports.tables.dictionary import dictionary_of
from hoptrace.reports.tables.table import Table, table_of
from hoptrace.reports.trace.figures import counted
from hoptrace.reports.trace.model import Figure
from hoptrace.reports.withdrawn import withdrawn_words
from hoptrace.reports.wording.language import Language, message

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

NOT_SAID = message(
    "It does not say that a carrier in these tables did anything wrong. A role stands in every row: transit means that "
    "the carrier only carried the call, terminating that it only delivered it."
)
NOT_ASKED = message(
    "It does not say which carriers were asked and refused, for requests are not in the records; carriers without "
    "records are told, with what is known of the reason."
)


def regulator_report(
    workspace: Workspace, known: Material, ever: Material, period: Period, asked: pl.DataFrame | None = None
) -> RegulatorReport:
    """The tables of `known`, the results of the period; `ever` are all results up to its end, `asked` the requests."""
    voice = known.voice
    tables = {
        "key_figures": key_figures(known, ever, period),
        "verdicts": campaign_calls.verdicts(known),
        "volumes": campaign_calls.volumes(known),
        **_of_participants(workspace, known, period),
        "requests": requests(known, REQUESTS.to_frame() if asked is None else asked, period),
        "uses": regulator_tables.uses(known),
        "campaigns": regulator_tables.campaigns(known),
        "dictionary": dictionary_of(RegulatorReport, voice),
        "transparency": regulator_tables.transparency(known, period),
    }
    tables["contents"] = _contents(tables, voice)
    facts = facts_of(known, tables, _REASONS)
    # Figures of all time rest on older results too.
    facts["withdrawn"] = withdrawn_words(ever)
    facts["completeness"] += tuple(_completeness(known, tables, period))
    return RegulatorReport(
        subject=voice.say("Traced calls of {period}", period=voice.with_era(period.name)),
        heading=voice.say("Regulator's tables"),
        says=_says(known, tables, period),
        does_not_say=" ".join(voice.say(each) for each in (NOT_SAID, *([NOT_ASKED] if asked is None else []))),
        figures=_figures(known, tables),
        period=period.name,
        first_day=f"{period.first:%Y-%m-%d}",
        last_day=f"{period.last:%Y-%m-%d}",
        **facts,
    )


def _of_participants(workspace: Workspace, known: Material, period: Period) -> dict[str, Table[Any]]:
    """The tables of who has submitted records of the period, and of who has not."""
    carriers = {carrier.carrier_id: carrier.rmd_number for carrier in workspace.catalog.directory.carriers()}
    given = regulator_tables.files(workspace, period, known)
    return {
        "participants": regulator_tables.participants(known, given, carriers),
        "silent": regulator_tables.silent(known, given),
    }


_REASONS = {
    "participants": message("No carrier has submitted records of the period."),
    "requests": message("No requests were given with the report (--requests FILE), or none of them is of the period."),
    "silent": message("Every carrier on these paths has given a record of its calls."),
    "transparency": message("No record of these calls was found, so that no carrier is known."),
}


_ASKED = (
    (message("Description of private-led traceback efforts and their coordination with the Commission"), None),
    (message("Carriers that took part"), "participants"),
    (message("Carriers that were asked and refused to take part"), "refusals"),
    (message("Reasons that carriers gave for not taking part"), "refusals"),
    (message("How the information can be used in enforcement"), "uses"),
)
"""What the section asks for, in its order, and the table that gives it."""

_WHERE = {
    "participants": message("Table participants."),
    "silent": message(
        "Table silent: carriers that traces name without a record of theirs, and why, as far as data tells."
    ),
    "requests": message("Table requests, from the requests that were given with the report."),
    "uses": message("Table uses."),
    None: message("Data cannot give it; it is to be written by people."),
}


def _contents(tables: dict[str, Table[Any]], voice: Language) -> Table[ContentRow]:
    refusals = "requests" if len(tables["requests"]) else "silent"
    asked = [(content, refusals if table == "refusals" else table) for content, table in _ASKED]
    rows = [
        {
            "number": at,
            "content": voice.say(content),
            "here": voice.say(_WHERE[table]),
            "rows": len(tables[table]) if table else None,
        }
        for at, (content, table) in enumerate(asked, 1)
    ]
    return table_of(ContentRow, rows)


def _says(known: Material, tables: dict[str, Table[Any]], period: Period) -> str:
    calls, voice = known.number, known.voice
    settled = known.settled
    traced = voice.count(
        calls,
        "{number} call of {period} was traced; {settled} of them ({share}) to an originator or a point of entry.",
        "{number} calls of {period} were traced; {settled} of them ({share}) to an originator or a point of entry.",
        period=voice.with_era(period.name),
        settled=f"{settled:,}",
        share=counted(settled, calls, voice),
    )
    part = voice.count(len(tables["participants"]), "{number} carrier took part;", "{number} carriers took part;")
    silent = voice.count(
        len(tables["silent"]),
        "{number} was named in traces and gave no record of some of these calls.",
        "{number} were named in traces and gave no record of some of these calls.",
    )
    return f"{traced} {part} {silent}"


def _figures(known: Material, tables: dict[str, Table[Any]]) -> tuple[Figure, ...]:
    calls, settled, voice = known.number, known.settled, known.voice
    hops = next(row["period"] for row in tables["key_figures"].rows() if row["figure"] == "mean_carriers")
    stopped, silent = int(tables["silent"].frame["stopped"].sum()), len(tables["silent"])
    return (
        Figure(
            value=f"{calls:,}", label=voice.count(calls, "call traced", "calls traced"), note=voice.say("in the period")
        ),
        Figure(
            value=counted(settled, calls, voice),
            label=voice.say("completed"),
            note=voice.say("{number} to an originator or point of entry", number=f"{settled:,}"),
        ),
        Figure(
            value="–" if hops is None else f"{hops:.1f}",
            label=voice.say("carriers on a path"),
            note=voice.say("mean; the furthest known included"),
        ),
        Figure(
            value=f"{silent:,}",
            label=voice.count(silent, "carrier without a record", "carriers without a record"),
            note=voice.count(
                stopped, "of some call; {number} trail ends there", "of some call; {number} trails end there"
            ),
        ),
    )


def _completeness(known: Material, tables: dict[str, Table[Any]], period: Period) -> list[str]:
    voice = known.voice
    span = {name: voice.with_era(f"{day:%Y-%m-%d}") for name, day in (("first", period.first), ("last", period.last))}
    told = [
        voice.say("Calls from {first} to {last} (UTC, both included) by the reported time.", **span),
        voice.count(
            int((tables["participants"].frame["batches"] > 0).sum()),
            "Records of the period were submitted by {number} carrier.",
            "Records of the period were submitted by {number} carriers.",
        ),
        voice.count(
            len(tables["transparency"]),
            "The transparency table has {number} row: every carrier of every path, none left out.",
            "The transparency table has {number} rows: every carrier of every path, none left out.",
        ),
    ]
    unseen = known.calls.select((pl.col("hops") == 0).sum()).collect(engine="streaming").item()
    if unseen:
        told.append(
            voice.count(
                unseen,
                "Of {number} call no record was found; it is in the figures and in no row of that table.",
                "Of {number} calls no record was found; they are in the figures and in no row of that table.",
            )
        )
    if known.profile.reader is Reader.CARRIER:
        told.append(
            voice.say("Only calls that passed this reader's carrier, and of these only its neighbours, are told.")
        )
    return told
