"""The what-if report: which carriers that take no part would move most open traces on if they did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.campaign import calls as campaign_calls
from hoptrace.reports.many.frames import mostly
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.placing import named
from hoptrace.reports.many.summary import facts_of
from hoptrace.reports.tables.table import Table
from hoptrace.reports.trace.figures import counted
from hoptrace.reports.trace.model import Figure
from hoptrace.reports.what_if.model import CandidateRow, WhatIfReport
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import isolated, plain, shorten

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

NOT_SAID = message(
    "It does not say that a carrier here originated a call, or that it refused to take part: it is the next one whose "
    "records are missing, and may not have been asked. With its records a trail moves on by at least one carrier. It "
    "is settled where that carrier's own customer placed the call, or where it took the call from abroad; else the "
    "trail goes on to whoever handed it over. So the numbers are the most that can be settled, not a forecast."
)


def what_if_report(workspace: Workspace, known: Material, subject: str) -> WhatIfReport:
    """The what-if report of these results."""
    voice = known.voice
    tables: dict[str, Table[Any]] = {
        "candidates": _candidates(workspace, known),
        "others": _others(known),
        "verdicts": campaign_calls.verdicts(known),
    }
    open_traces = known.number - known.settled
    movable = int(tables["candidates"].frame["open"].sum())
    return WhatIfReport(
        subject=voice.say("What if more carriers took part: {calls}", calls=f"{subject[:1].lower()}{subject[1:]}"),
        heading=voice.say("What-if report"),
        says=_says(tables["candidates"], open_traces, movable, voice),
        does_not_say=voice.say(NOT_SAID),
        figures=_figures(tables["candidates"], known, open_traces, movable),
        open_traces=open_traces,
        movable=movable,
        **facts_of(known, tables, _reasons(open_traces)),
    )


def _stopped() -> pl.Expr:
    return pl.col("verdict") == Verdict.NON_PARTICIPATING.value


def _candidates(workspace: Workspace, known: Material) -> Table[CandidateRow]:
    stopped = known.calls.filter(_stopped(), pl.col("end").is_not_null())
    ends = stopped.select("call", "calling", "campaign", carrier="end")
    places = known.hops.filter("last").select("call", "carrier", "role", "certainty", "records")
    placed = ends.join(places.drop("records"), on=["call", "carrier"], how="left")
    callers = pl.col("calling").drop_nulls().n_unique() if known.profile.sees_numbers else pl.lit(None, pl.Int64)
    ranked = placed.group_by("carrier").agg(
        pl.len().alias("open"),
        mostly("role"),
        mostly("certainty"),
        callers.alias("callers"),
        pl.col("campaign").drop_nulls().n_unique().alias("campaigns"),
    )
    open_traces = max(1, known.number - known.settled)
    told = ranked.sort("open", "carrier", descending=[True, False]).with_row_index("rank", offset=1)
    told = told.join(_elsewhere(places, ends), on="carrier", how="left", maintain_order="left").with_columns(
        pl.col("elsewhere").fill_null(0),
        share=pl.col("open") / open_traces,
        together=pl.col("open").cum_sum() / open_traces,
        **_of_directory(workspace, known),
    )
    return Table(CandidateRow, named(told, known.directory))


def _elsewhere(places: pl.LazyFrame, ends: pl.LazyFrame) -> pl.LazyFrame:
    others = places.filter(pl.col("records") == 0).join(ends, on=["call", "carrier"], how="anti")
    return others.group_by("carrier").agg(elsewhere=pl.len())


def _of_directory(workspace: Workspace, known: Material) -> dict[str, pl.Expr]:
    gave = {plain(span[0]): "at_other_times" for span in workspace.catalog.batches.spans()}
    contacts = {
        plain(carrier.carrier_id): plain(carrier.contact_email)
        for carrier in workspace.catalog.directory.carriers()
        if known.profile.sees_records
    }
    carrier = pl.col("carrier")
    return {
        "submitted": carrier.replace_strict(gave, default="nothing", return_dtype=pl.String),
        "contact": carrier.replace_strict(contacts, default="", return_dtype=pl.String),
    }


def _others(known: Material) -> Table[Any]:
    """Open traces that no new participant would move on: records are there, and lack or contradict something."""
    rest = known.traced.only(~_stopped() | pl.col("end").is_null())
    told = campaign_calls.unresolved(replace(known, traced=rest))
    return Table(told.row, told.frame.with_columns(share=pl.col("calls") / max(1, known.number)))


def _reasons(open_traces: int) -> dict[str, str]:
    settled = message("Every trace is settled: nobody's records are missing.")
    other = message("No open trace ends at a carrier that takes no part.")
    return {"candidates": other if open_traces else settled, "others": message("There are no other open traces.")}


def _says(candidates: Table[CandidateRow], open_traces: int, movable: int, voice: Language) -> str:
    if not open_traces:
        return voice.say("Every trace is settled: there is nobody whose records are missing.")
    if not len(candidates):
        return voice.count(
            open_traces,
            "{number} trace is open, not because a carrier takes no part.",
            "{number} traces are open, none of them because a carrier takes no part.",
        )
    ends = voice.count(
        open_traces,
        "{number} trace is open; {movable} of them end at one of {carriers} carriers whose records are missing.",
        "{number} traces are open; {movable} of them end at one of {carriers} carriers whose records are missing.",
        movable=f"{movable:,}",
        carriers=f"{len(candidates):,}",
    )
    return f"{ends} {_would_move(candidates, open_traces, voice)}"


def _would_move(candidates: Table[CandidateRow], open_traces: int, voice: Language) -> str:
    first, few = candidates.rows(1)[0], candidates.frame.head(3)
    together = int(few["open"].sum())
    return voice.say(
        "With those of {carrier} {first} would move on; with those of the first {few} together {together} ({share}).",
        carrier=isolated(shorten(first["name"], 60)),
        first=f"{first['open']:,}",
        few=few.height,
        together=f"{together:,}",
        share=counted(together, open_traces, voice),
    )


def _figures(candidates: Table[CandidateRow], known: Material, open_traces: int, movable: int) -> tuple[Figure, ...]:
    calls, voice = known.number, known.voice
    half = candidates.frame.filter(pl.col("together").shift(1, fill_value=0.0) < movable / max(1, open_traces) / 2)
    return (
        Figure(
            value=f"{open_traces:,}",
            label=voice.count(open_traces, "open trace", "open traces"),
            note=voice.count(calls, "of {number} traced call", "of {number} traced calls"),
        ),
        Figure(
            value=f"{movable:,}",
            label=voice.count(movable, "ends at a carrier without records", "end at a carrier without records"),
            note=counted(movable, open_traces, voice),
        ),
        Figure(
            value=f"{len(candidates):,}",
            label=voice.count(len(candidates), "such carrier", "such carriers"),
            note=voice.say("each with one open trace or more"),
        ),
        Figure(
            value=f"{half.height:,}",
            label=voice.count(half.height, "carrier has half", "carriers have half"),
            note=voice.say("of the traces that would move on"),
        ),
    )
