"""The regulator's tables of a period: key figures, participants, silent carriers, uses, and each call and carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.reports import campaign_calls, regulator_tables
from hoptrace.reports.dictionary import dictionary_of
from hoptrace.reports.figures import counted
from hoptrace.reports.key_figures import key_figures
from hoptrace.reports.material import Material, is_settled
from hoptrace.reports.model import Figure
from hoptrace.reports.period import Period
from hoptrace.reports.profiles import Reader
from hoptrace.reports.regulator_model import ContentRow, RegulatorReport
from hoptrace.reports.requests import REQUESTS, requests
from hoptrace.reports.summary import completeness_of, sources_of, why_empty
from hoptrace.reports.table import Table, table_of

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

NOT_SAID = (
    "It does not say that a carrier in these tables did anything wrong. A role stands in every row: transit means that "
    "the carrier only carried the call, terminating that it only delivered it."
)
NOT_ASKED = (
    " It does not say which carriers were asked and refused, for requests are not in the records; carriers without "
    "records are told, with what is known of the reason."
)


def regulator_report(
    workspace: Workspace, known: Material, ever: Material, period: Period, asked: pl.DataFrame | None = None
) -> RegulatorReport:
    """The tables of `known`, the results of the period; `ever` are all results up to its end, `asked` the requests."""
    carriers = {carrier.carrier_id: carrier.rmd_number for carrier in workspace.catalog.directory.carriers()}
    given = regulator_tables.files(workspace, period, known)
    tables: dict[str, Table[Any]] = {
        "key_figures": key_figures(known, ever, period),
        "verdicts": campaign_calls.verdicts(known),
        "volumes": campaign_calls.volumes(known),
        "participants": regulator_tables.participants(known, given, carriers),
        "silent": regulator_tables.silent(known, given),
        "requests": requests(known, REQUESTS.to_frame() if asked is None else asked, period),
        "uses": regulator_tables.uses(known),
        "campaigns": regulator_tables.campaigns(known),
        "dictionary": dictionary_of(RegulatorReport),
        "transparency": regulator_tables.transparency(known, period),
    }
    tables["contents"] = _contents(tables)
    facts: dict[str, Any] = {
        "profile": known.profile.name,
        "subject": f"Traced calls of {period.name}",
        "heading": "Regulator's tables",
        "says": _says(known, tables, period),
        "does_not_say": NOT_SAID + (NOT_ASKED if asked is None else ""),
        "figures": _figures(known, tables),
        "completeness": (*completeness_of(known.traced), *_completeness(known, tables, period)),
        "sources": sources_of(known.traced, known.profile),
        "empty": why_empty(tables, _REASONS),
        "period": period.name,
        "first_day": f"{period.first:%Y-%m-%d}",
        "last_day": f"{period.last:%Y-%m-%d}",
        **tables,
    }
    return RegulatorReport(**facts)


_REASONS = {
    "participants": "No carrier has submitted records of the period.",
    "requests": "No requests were given with the report (--requests FILE), or none of them is of the period.",
    "silent": "Every carrier on these paths has given a record of its calls.",
    "transparency": "No record of these calls was found, so that no carrier is known.",
}


def _contents(tables: dict[str, Table[Any]]) -> Table[ContentRow]:
    refusals = "requests" if len(tables["requests"]) else "silent"
    asked = (
        ("Description of private-led traceback efforts and their coordination with the Commission", None),
        ("Carriers that took part", "participants"),
        ("Carriers that were asked and refused to take part", refusals),
        ("Reasons that carriers gave for not taking part", refusals),
        ("How the information can be used in enforcement", "uses"),
    )
    words = {
        "participants": "Table participants.",
        "silent": "Table silent: carriers that traces name without a record of theirs, and why, as far as data tells.",
        "requests": "Table requests, from the requests that were given with the report.",
        "uses": "Table uses.",
    }
    rows = [
        {
            "number": at,
            "content": content,
            "here": words[table] if table else "Data cannot give it; it is to be written by people.",
            "rows": len(tables[table]) if table else None,
        }
        for at, (content, table) in enumerate(asked, 1)
    ]
    return table_of(ContentRow, rows)


def _says(known: Material, tables: dict[str, Table[Any]], period: Period) -> str:
    calls = known.calls.height
    settled = known.calls.filter(is_settled()).height
    silent = len(tables["silent"])
    return (
        f"{calls:,} calls of {period.name} were traced; {settled:,} of them ({counted(settled, calls)}) to an "
        f"originator or a point of entry. {len(tables['participants']):,} carriers took part; {silent:,} were named in "
        "traces and gave no record of some of these calls."
    )


def _figures(known: Material, tables: dict[str, Table[Any]]) -> tuple[Figure, ...]:
    calls, settled = known.calls.height, known.calls.filter(is_settled()).height
    lengths = known.calls.filter(pl.col("hops") > 0)["hops"]
    stopped = int(tables["silent"].frame["stopped"].sum())
    hops = lengths.mean()
    return (
        Figure(value=f"{calls:,}", label="call traced" if calls == 1 else "calls traced", note="in the period"),
        Figure(
            value=counted(settled, calls), label="completed", note=f"{settled:,} to an originator or point of entry"
        ),
        Figure(
            value="–" if hops is None else f"{hops:.1f}",
            label="carriers on a path",
            note="mean; the furthest known included",
        ),
        Figure(
            value=f"{len(tables['silent']):,}",
            label="carriers without a record",
            note=f"of some call; {stopped:,} trails end at them",
        ),
    )


def _completeness(known: Material, tables: dict[str, Table[Any]], period: Period) -> list[str]:
    told = [
        f"Calls from {period.first:%Y-%m-%d} to {period.last:%Y-%m-%d} (UTC, both included) by the reported time.",
        f"Records of the period were submitted by {(tables['participants'].frame['batches'] > 0).sum():,} carriers.",
        f"The transparency table has {len(tables['transparency']):,} rows: every carrier of every path, none left out.",
    ]
    unseen = known.calls.filter(pl.col("hops") == 0).height
    if unseen:
        told.append(f"Of {unseen:,} calls no record was found; they are in the figures and in no row of that table.")
    if known.profile.reader is Reader.CARRIER:
        told.append("Only calls that passed this reader's carrier, and of these only its neighbours, are told.")
    return told
