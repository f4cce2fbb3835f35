"""Tables of the campaign report over calls: verdicts, volumes, routes, unresolved calls, samples."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.campaign_model import (
    HandoffRow,
    RouteRow,
    SampleRow,
    UnresolvedRow,
    VerdictRow,
    VolumeRow,
)
from hoptrace.reports.frames import mean_confidence, mostly, shares
from hoptrace.reports.language import message
from hoptrace.reports.material import SETTLED, Material
from hoptrace.reports.placing import named
from hoptrace.reports.table import Table

ROUTES_AT_MOST = 1_000
EACH_SAMPLE = 3

_STEPS = (
    (timedelta(days=3), "1h", "%Y-%m-%d %H:00"),
    (timedelta(days=100), "1d", "%Y-%m-%d"),
    (timedelta(days=800), "1w", "%Y-%m-%d"),
    (timedelta.max, "1mo", "%Y-%m"),
)

WHY_OPEN = {
    Verdict.NON_PARTICIPATING: message("The carrier has submitted no records that cover the time of the call."),
    Verdict.NO_RECORD: message("Its records cover the time, but tell nothing of the call or not who handed it over."),
    Verdict.DISPUTED: message(
        "Carriers' records of the call contradict each other, and the evidence cannot settle it."
    ),
    Verdict.AMBIGUOUS: message("More than one call fits the report about equally well."),
    Verdict.NOT_FOUND: message("No record of the call was submitted by anybody."),
}


def verdicts(known: Material) -> Table[VerdictRow]:
    """How many calls have which verdict, the settled ones first."""
    counted = known.calls.group_by("verdict").agg(mean_confidence(), calls=pl.len())
    # An enum sorts in the order of its values: identified, open, not found.
    return Table(VerdictRow, shares(counted.sort("verdict"), known.number))


def volumes(known: Material) -> Table[VolumeRow]:
    """Calls over time; stretches of time without calls are there with 0."""
    times = known.calls.select(first=pl.col("at").min(), last=pl.col("at").max())
    first, last = times.collect(engine="streaming").row(0)
    if first is None:
        return Table(VolumeRow, pl.DataFrame(schema={"begins": str, "calls": int, "settled": int, "open": int}))
    every, form = _step(first, last, hours=known.profile.sees_numbers)
    begins = known.calls.drop_nulls("at").group_by(pl.col("at").dt.truncate(every))
    counted = begins.agg(calls=pl.len(), settled=pl.col("settled").sum()).collect(engine="streaming")
    whole = counted.sort("at").upsample("at", every=every).with_columns(pl.col("calls", "settled").fill_null(0))
    return Table(
        VolumeRow,
        whole.with_columns(begins=pl.col("at").dt.strftime(form), open=pl.col("calls") - pl.col("settled")),
    )


def _step(first: datetime, last: datetime, *, hours: bool) -> tuple[str, str]:
    for longest, every, form in _STEPS:
        if last - first <= longest and (hours or every != "1h"):
            return every, form
    raise AssertionError("the last step has no end")


def unresolved(known: Material) -> Table[UnresolvedRow]:
    """Where and how open calls end, the most calls first."""
    ends = known.calls.filter(~pl.col("settled")).select("call", "verdict", carrier="end")
    at = known.hops.filter(~pl.col("settled"), "last").select("call", "carrier", "role", "certainty")
    placed = ends.join(at, on=["call", "carrier"], how="left", maintain_order="left")
    counted = placed.group_by("verdict", "carrier").agg(
        calls=pl.len(), role=mostly("role"), certainty=mostly("certainty")
    )
    told = named(counted, known.directory).with_columns(pl.col("carrier", "name", "role", "certainty").fill_null(""))
    why = (
        pl.col("verdict")
        .cast(pl.String)
        .replace_strict({each.value: known.voice.say(text) for each, text in WHY_OPEN.items()}, return_dtype=pl.String)
    )
    ordered = told.with_columns(why=why).sort("calls", "verdict", "carrier", descending=[True, False, False])
    return Table(UnresolvedRow, shares(ordered, known.number))


def route_of(known: Material) -> pl.DataFrame:
    """One row a call: `route` as text, `carriers` on it."""
    hops = known.hops.select("call", "position", "carrier").collect(engine="streaming")
    down = hops.sort("call", "position", descending=[False, True]).group_by("call", maintain_order=True)
    return down.agg(route=pl.col("carrier").str.join(" > "), carriers=pl.len())


def routes(known: Material) -> Table[RouteRow]:
    """The ways that calls took, the most used first; no more than a thousand."""
    calls = known.calls.select("call", "settled").join(route_of(known).lazy(), on="call")
    counted = calls.group_by("route", "carriers").agg(calls=pl.len(), settled=pl.col("settled").sum())
    ordered = counted.sort("calls", "route", descending=[True, False]).head(ROUTES_AT_MOST)
    return Table(RouteRow, shares(ordered, known.number))


def handoffs(known: Material) -> Table[HandoffRow]:
    """The pairs of neighbours, the most calls first."""
    counted = (
        links(known)
        .group_by("upstream", "downstream")
        .agg(
            pl.len().alias("calls"),
            *((pl.col("support") == each).sum().alias(each) for each in ("both", "one", "named", "inferred")),
            mean_confidence(),
        )
    )
    return Table(HandoffRow, counted.sort("calls", "upstream", "downstream", descending=[True, False, False]))


def links(known: Material) -> pl.LazyFrame:
    """One row a handoff: call, `upstream`, `downstream`, `position` of the downstream carrier, support, confidence."""
    upper = known.hops.select("call", "support", "confidence", upstream="carrier", position=pl.col("position") - 1)
    lower = known.hops.select("call", "position", downstream="carrier")
    return upper.join(lower, on=["call", "position"], how="inner", maintain_order="left")


def samples(known: Material) -> Table[SampleRow]:
    """A few calls of each verdict: on the most used route of the verdict and the surest, then the newest."""
    facts = known.calls.select("call", "call_ref", "at", "verdict", "confidence").collect(engine="streaming")
    calls = facts.join(route_of(known), on="call", how="left").with_columns(pl.col("route").fill_null(""))
    usual = calls.with_columns(pl.len().over("verdict", "route").alias("alike"))
    ordered = usual.sort(
        ["verdict", "alike", "confidence", "at", "call_ref"],
        descending=[False, True, True, True, False],
        nulls_last=True,
    )
    chosen = ordered.group_by("verdict", maintain_order=True).head(EACH_SAMPLE)
    settled = pl.col("verdict").cast(pl.String).is_in(SETTLED)
    form = "%Y-%m-%d %H:%M:%S" if known.profile.sees_numbers else "%Y-%m-%d"
    told = chosen.with_columns(
        at=pl.col("at").dt.strftime(form),
        why=pl.when(settled)
        .then(pl.lit(known.voice.say("settled, its most usual route")))
        .otherwise(pl.lit(known.voice.say("open, its most usual route"))),
    )
    return Table(SampleRow, told)
