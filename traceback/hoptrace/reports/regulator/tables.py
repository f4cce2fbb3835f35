"""Tables of the regulator's report over carriers and calls of a period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.many.frames import calls_where, shares, with_most
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.period import Period
from hoptrace.reports.many.placing import named
from hoptrace.reports.regulator.model import CampaignRow, ParticipantRow, SilentRow, TransparencyRow, UseRow
from hoptrace.reports.tables.table import LongTable, Table
from hoptrace.reports.wording.language import message
from hoptrace.reports.wording.plain import plain

if TYPE_CHECKING:
    from polars.lazyframe.group_by import LazyGroupBy

    from hoptrace.workspace import Workspace

CALLS_AT_ONCE = 25_000
"""Calls whose rows of the transparency table are made together."""

FILES = {"carrier": pl.String, "batches": pl.Int64, "ever": pl.Int64}


def files(workspace: Workspace, period: Period, known: Material) -> pl.DataFrame:
    """Of each carrier that has submitted records how many files hold calls of the period, and how many it has."""
    spans = workspace.catalog.batches.spans()
    rows = [(plain(carrier), first < period.end and last >= period.first) for carrier, _, first, last in spans]
    told = pl.DataFrame(rows, schema={"carrier": pl.String, "of_period": pl.Boolean}, orient="row")
    if not known.profile.sees_all_hops:
        told = told.join(known.places, on="carrier", how="semi")
    counted = told.group_by("carrier").agg(batches=pl.col("of_period").sum(), ever=pl.len())
    return counted.select(pl.col(name).cast(kind) for name, kind in FILES.items())


def participants(known: Material, given: pl.DataFrame, numbers: dict[str, str]) -> Table[ParticipantRow]:
    """The carriers that took part, the most traced calls first. `numbers` are their RMD numbers."""
    once = known.places.filter("last")
    counted = once.group_by("carrier").agg(traced=pl.col("calls").sum(), own_records=calls_where(pl.col("gave")))
    met = with_most(counted, once, ("role", "certainty"))
    part = given.filter(pl.col("batches") > 0).join(met, on="carrier", how="full", coalesce=True)
    part = part.with_columns(pl.col("batches", "traced", "own_records").fill_null(0))
    part = part.filter((pl.col("batches") > 0) | (pl.col("own_records") > 0))
    told = named(part, known.directory).with_columns(
        pl.col("role", "certainty").fill_null(""),
        rmd_number=pl.col("carrier").replace_strict(numbers, default="", return_dtype=pl.String),
    )
    return Table(ParticipantRow, told.sort("traced", "batches", "carrier", descending=[True, True, False]))


def silent(known: Material, given: pl.DataFrame) -> Table[SilentRow]:
    """The carriers that traces name without a record of theirs, those at which the most trails end first."""
    gave_none = known.places.filter("last", ~pl.col("gave"))
    counted = gave_none.group_by("carrier").agg(pl.col("calls").sum(), stopped=calls_where(pl.col("stops")))
    counted = with_most(counted, gave_none, ("role", "certainty"))
    reason = (
        pl.when(pl.col("ever").is_null())
        .then(pl.lit("no_records_submitted"))
        .when(pl.col("batches") == 0)
        .then(pl.lit("no_records_of_the_period"))
        .otherwise(pl.lit("records_without_these_calls"))
    )
    told = counted.join(given, on="carrier", how="left").with_columns(reason=reason)
    ordered = told.sort("stopped", "calls", "carrier", descending=[True, True, False])
    return Table(SilentRow, shares(named(ordered, known.directory), known.number))


def campaigns(known: Material) -> Table[CampaignRow]:
    """The campaigns of the period, the most calls first."""
    counted = _by_campaign(known.calls.group_by("campaign", "originating"), settled=pl.col("settled").sum())
    told = counted.group_by("campaign").agg(
        pl.col("calls", "settled").sum(), originators=pl.col("originating").is_not_null().sum()
    )
    on_path = _by_campaign(known.hops.group_by("campaign", "carrier"))
    told = told.join(on_path.group_by("campaign").agg(carriers=pl.len()), on="campaign", how="left")
    ordered = told.with_columns(pl.col("carriers").fill_null(0)).sort("calls", "campaign", descending=[True, False])
    return Table(CampaignRow, shares(ordered, known.number))


def _by_campaign(grouped: LazyGroupBy, **counts: pl.Expr) -> pl.DataFrame:
    counted = grouped.agg(calls=pl.len(), **counts).with_columns(pl.col("campaign").fill_null(""))
    return counted.collect(engine="streaming")


def uses(known: Material) -> Table[UseRow]:
    """What the traces can be used for, by their verdicts."""
    verdict = pl.col("verdict").cast(pl.String)
    ways = {
        message("Ask the originating carrier about its customer: warn it, end the service, or learn who it is"): (
            verdict == Verdict.ORIGINATOR_IDENTIFIED,
            "originating",
        ),
        message("Ask the point of entry what it does about its upstream abroad (47 CFR 64.1200(n), 64.6302)"): (
            pl.col("entry").is_not_null(),
            "entry",
        ),
        message("Ask the carrier at which the trail ends for its records"): (
            verdict.is_in([Verdict.NON_PARTICIPATING, Verdict.NO_RECORD]),
            "end",
        ),
        message("Clear up which of the contradicting records is right"): (verdict == Verdict.DISPUTED, "end"),
    }
    found = [(use, _by_carrier(known.calls.filter(which), whom)) for use, (which, whom) in ways.items()]
    rows = [
        {"use": known.voice.say(use), "calls": int(met["calls"].sum()), "carriers": met.drop_nulls().height}
        for use, met in found
    ]
    return Table(UseRow, shares(pl.DataFrame(rows), known.number))


def _by_carrier(calls: pl.LazyFrame, whom: str) -> pl.DataFrame:
    return calls.group_by(whom).agg(calls=pl.len()).collect(engine="streaming")


def transparency(known: Material, period: Period) -> Table[TransparencyRow]:
    """One row a traced call and carrier, by serial number and from the terminating carrier upstream."""
    wide = max(4, len(str(known.number)))
    serial = pl.format("{}-{}", pl.lit(period.name), pl.col("number").cast(pl.String).str.zfill(wide))

    def make() -> Iterator[pl.DataFrame]:
        """The rows, of some thousand calls at a time."""
        for numbered in _in_order(known.calls).iter_slices(CALLS_AT_ONCE):
            calls, hops = _of_some(known, numbered)
            told = calls.with_columns(
                pl.col("campaign").fill_null(""), serial=serial, date=pl.col("at").dt.strftime("%Y-%m-%d")
            )
            rows = told.join(hops, on="call", how="inner").sort("number", "position")
            yield named(rows, known.directory).collect()

    return LongTable(TransparencyRow, int(known.places["calls"].sum()), make)


def _in_order(calls: pl.LazyFrame) -> pl.DataFrame:
    """Each call's `number`, by its time: all that is held of all calls at once."""
    times = calls.select("call", "at").collect(engine="streaming")
    return times.sort("at", "call").with_row_index("number", offset=1)


def _of_some(known: Material, numbered: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The calls of a stretch of time, with their numbers, and their hops."""
    first, last = numbered["at"][0], numbered["at"][-1]
    while_they_were = pl.col("at").is_between(first, last)
    facts = ("call", "call_ref", "verdict", "confidence", "campaign", "at")
    numbers = numbered.lazy().select("call", "number")
    calls = known.calls.filter(while_they_were).select(facts).join(numbers, on="call", how="inner")
    hops = known.hops.filter(while_they_were).select("call", "position", "carrier", "role", "certainty")
    mine = hops.join(numbers, on="call", how="semi")
    return calls.collect(engine="streaming"), mine.collect(engine="streaming")
