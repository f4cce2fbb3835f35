"""Tables of the regulator's report over carriers and calls of a period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.frames import mostly, shares
from hoptrace.reports.language import message
from hoptrace.reports.material import Material, is_settled
from hoptrace.reports.period import Period
from hoptrace.reports.placing import named
from hoptrace.reports.plain import plain
from hoptrace.reports.regulator_model import CampaignRow, ParticipantRow, SilentRow, TransparencyRow, UseRow
from hoptrace.reports.table import LongTable, Table

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

CALLS_AT_ONCE = 20_000
"""Calls whose rows of the transparency table are made together."""

FILES = {"carrier": pl.String, "batches": pl.Int64, "ever": pl.Int64}


def files(workspace: Workspace, period: Period, known: Material) -> pl.DataFrame:
    """Of each carrier that has submitted records how many files hold calls of the period, and how many it has."""
    spans = workspace.catalog.batches.spans()
    rows = [(plain(carrier), first < period.end and last >= period.first) for carrier, _, first, last in spans]
    told = pl.DataFrame(rows, schema={"carrier": pl.String, "of_period": pl.Boolean}, orient="row")
    if not known.profile.sees_all_hops:
        told = told.join(known.hops.select("carrier").unique(), on="carrier", how="semi")
    counted = told.group_by("carrier").agg(batches=pl.col("of_period").sum(), ever=pl.len())
    return counted.select(pl.col(name).cast(kind) for name, kind in FILES.items())


def participants(known: Material, given: pl.DataFrame, numbers: dict[str, str]) -> Table[ParticipantRow]:
    """The carriers that took part, the most traced calls first. `numbers` are their RMD numbers."""
    once = known.hops.sort("call", "position").unique(["call", "carrier"], keep="last", maintain_order=True)
    met = once.group_by("carrier").agg(
        pl.len().alias("traced"),
        mostly("role"),
        mostly("certainty"),
        (pl.col("records") > 0).sum().alias("own_records"),
    )
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
    once = known.told.sort("call", "position").unique(["call", "carrier"], keep="last", maintain_order=True)
    gave_none = once.filter(pl.col("records") == 0)
    ends = known.calls.select("call", "end")
    met = gave_none.join(ends, on="call", how="left", maintain_order="left").with_columns(
        stops=~pl.col("settled") & (pl.col("carrier") == pl.col("end")).fill_null(value=False)
    )
    counted = met.group_by("carrier").agg(
        pl.len().alias("calls"), pl.col("stops").sum().alias("stopped"), mostly("role"), mostly("certainty")
    )
    reason = (
        pl.when(pl.col("ever").is_null())
        .then(pl.lit("no_records_submitted"))
        .when(pl.col("batches") == 0)
        .then(pl.lit("no_records_of_the_period"))
        .otherwise(pl.lit("records_without_these_calls"))
    )
    told = counted.join(given, on="carrier", how="left").with_columns(reason=reason)
    ordered = told.sort("stopped", "calls", "carrier", descending=[True, True, False])
    return Table(SilentRow, shares(named(ordered, known.directory), known.calls.height))


def campaigns(known: Material) -> Table[CampaignRow]:
    """The campaigns of the period, the most calls first."""
    calls = known.calls.with_columns(pl.col("campaign").fill_null(""), settled=is_settled())
    counted = calls.group_by("campaign").agg(
        calls=pl.len(),
        settled=pl.col("settled").sum(),
        originators=pl.col("originating").drop_nulls().n_unique(),
    )
    on_path = known.hops.select("call", "carrier").join(calls.select("call", "campaign"), on="call")
    carriers = on_path.group_by("campaign").agg(carriers=pl.col("carrier").n_unique())
    told = counted.join(carriers, on="campaign", how="left").with_columns(pl.col("carriers").fill_null(0))
    return Table(CampaignRow, shares(told.sort("calls", "campaign", descending=[True, False]), calls.height))


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
    found = [(use, known.calls.filter(which), whom) for use, (which, whom) in ways.items()]
    rows = [
        {"use": known.voice.say(use), "calls": met.height, "carriers": met[whom].drop_nulls().n_unique()}
        for use, met, whom in found
    ]
    return Table(UseRow, shares(pl.DataFrame(rows), known.calls.height))


def transparency(known: Material, period: Period) -> Table[TransparencyRow]:
    """One row a traced call and carrier, by serial number and from the terminating carrier upstream."""
    ordered = known.calls.sort("at", "call", maintain_order=True).with_row_index("number", offset=1)
    wide = max(4, len(str(known.calls.height)))
    facts = ordered.select("number", "call", "call_ref", "verdict", "confidence", "campaign", "at")
    hops = known.hops.select("call", "position", "carrier", "role", "certainty")

    def make() -> Iterator[pl.DataFrame]:
        for calls in facts.iter_slices(CALLS_AT_ONCE):
            told = calls.select(
                *("call", "call_ref", "verdict", "confidence", pl.col("campaign").fill_null("")),
                serial=pl.format("{}-{}", pl.lit(period.name), pl.col("number").cast(pl.String).str.zfill(wide)),
                date=pl.col("at").dt.strftime("%Y-%m-%d"),
            )
            mine = hops.join(calls.select("call"), on="call", how="semi").sort("call", "position")
            yield named(told.join(mine, on="call", how="inner", maintain_order="left_right"), known.directory)

    return LongTable(TransparencyRow, hops.height, make)
