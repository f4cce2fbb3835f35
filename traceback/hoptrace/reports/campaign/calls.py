"""Tables of the campaign report over calls: verdicts, volumes, routes, unresolved calls, samples."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.campaign.model import SampleRow, UnresolvedRow, VerdictRow, VolumeRow
from hoptrace.reports.campaign.routes_model import HandoffRow, RouteRow
from hoptrace.reports.many.frames import added_confidence, mean_confidence, mean_of_added, mostly, shares
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.placing import named
from hoptrace.reports.tables.table import Table
from hoptrace.reports.wording.language import message

ROUTES_AT_MOST = 1_000
EACH_SAMPLE = 3
"""Sample calls for each verdict."""

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
    Verdict.AMBIGUOUS: message("The records do not settle which call the report means."),
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


def with_route(calls: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
    """The calls with their `route` as text and the `carriers` on it; an empty route where no carrier is known."""
    down = hops.sort("call", "position", descending=[False, True]).group_by("call", maintain_order=True)
    told = down.agg(route=pl.col("carrier").str.join(" > "), carriers=pl.len())
    joined = calls.join(told, on="call", how="left", maintain_order="left")
    return joined.with_columns(pl.col("route").fill_null(""), pl.col("carriers").fill_null(0))


def routes(known: Material) -> Table[RouteRow]:
    """The ways that calls took, the most used first; no more than a thousand."""
    by = ("route", "carriers")

    def count(calls: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, how many took each way, and how many of them are settled."""
        told = with_route(calls, hops).filter(pl.col("carriers") > 0)
        return told.group_by(by).agg(calls=pl.len(), settled=pl.col("settled").sum())

    ordered = known.tally(count, by).sort("calls", "route", descending=[True, False]).head(ROUTES_AT_MOST)
    return Table(RouteRow, shares(ordered, known.number))


def handoffs(known: Material) -> Table[HandoffRow]:
    """The pairs of neighbours, the most calls first."""
    by = ("upstream", "downstream")
    kinds = ("both", "one", "named", "inferred")

    def count(_: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, how many went between two neighbours, and what bears the handoffs out."""
        told = ((pl.col("support") == each).sum().alias(each) for each in kinds)
        return links(hops).group_by(by).agg(pl.len().alias("calls"), *told, added_confidence())

    # One row a pair already: this only turns what was added up into a mean.
    counted = known.tally(count, by).group_by(by).agg(pl.col("calls", *kinds).sum(), mean_of_added())
    return Table(HandoffRow, counted.sort("calls", "upstream", "downstream", descending=[True, False, False]))


def links(hops: pl.DataFrame) -> pl.DataFrame:
    """One row a handoff: call, `upstream`, `downstream`, `position` of the downstream carrier, support, confidence."""
    upper = hops.select("call", "support", "confidence", upstream="carrier", position=pl.col("position") - 1)
    lower = hops.select("call", "position", downstream="carrier")
    return upper.join(lower, on=["call", "position"], how="inner", maintain_order="left")


def samples(known: Material) -> Table[SampleRow]:
    """A few calls of each verdict: on the most used route of the verdict and the surest, then the newest."""
    by = ("verdict", "route")

    def count(calls: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, how many there are of each verdict and way."""
        return with_route(calls, hops).group_by(by).agg(alike=pl.len())

    usual = known.tally(count, by)
    parts = known.traced.parts.frames()
    chosen = _first_samples(
        pl.concat([_first_samples(with_route(*part).join(usual, on=by, how="left")) for part in parts])
    )
    form = "%Y-%m-%d %H:%M:%S" if known.profile.sees_numbers else "%Y-%m-%d"
    told = chosen.with_columns(
        at=pl.col("at").dt.strftime(form),
        why=pl.when("settled")
        .then(pl.lit(known.voice.say("settled, its most usual route")))
        .otherwise(pl.lit(known.voice.say("open, its most usual route"))),
    )
    return Table(SampleRow, told)


def _first_samples(calls: pl.DataFrame) -> pl.DataFrame:
    ordered = calls.sort(
        ["verdict", "alike", "confidence", "at", "call_ref", "call"],
        descending=[False, True, True, True, False, False],
        nulls_last=True,
    )
    return ordered.group_by("verdict", maintain_order=True).head(EACH_SAMPLE)
