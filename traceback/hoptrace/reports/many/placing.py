"""Roles and certainty of every carrier on every path, as columns of the frame of hops."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import polars as pl

from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.trace.model import Role
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import plain


class Certainty(StrEnum):
    """By whose records it is known that a carrier had a call."""

    BOTH_SIDES = "both_sides"
    """Its own record, and a neighbour's record of the same handoff."""
    OWN_RECORD = "own_record"
    """Its own record alone."""
    NAMED = "named"
    """Only a neighbour's record, which names it."""
    INFERRED = "inferred"
    """No record: the trail was bridged over it, or the report of the call names it."""


CERTAINTY_MEANS = message(
    "By whose records it is known: both_sides (its own record and a neighbour's), own_record (its own alone), named (a "
    "neighbour's record names it, it has given none), inferred (no record: the trail was bridged)."
)
ROLE_MEANS = message(
    "What the carrier did for the call: originating (its own record says that its customer placed it, and the verdict "
    "is originator_identified), point_of_entry (it brought the call into the home country), gateway (it took the call "
    "from a carrier in another country), trail_end (the trail ends with its record, unsettled), transit (it only "
    "carried the call), terminating (it delivered the call), named (only named by a neighbour's record)."
)

ROLES = pl.Enum([role.value for role in Role])
"""In the order in which they stand in tables: the most telling first."""

CERTAINTIES = pl.Enum([certainty.value for certainty in Certainty])

DIRECTORY = pl.Schema({"carrier": pl.String, "name": pl.String, "country": pl.String})


def meaning_text(meaning: str, voice: Language) -> str:
    """What a column means, in a language; what roles and certainties are stands behind its own sentence."""
    for each in (ROLE_MEANS, CERTAINTY_MEANS):
        if meaning.endswith(f" {each}"):
            return f"{voice.say(meaning.removesuffix(f' {each}'))} {voice.say(each)}"
    return voice.say(meaning)


def directory_frame(carriers: Iterable[Carrier]) -> pl.DataFrame:
    """Carriers as a frame to join names and countries from; texts made plain."""
    rows = [
        (plain(each.carrier_id), plain(each.name) or None, plain(each.country).upper() or None) for each in carriers
    ]
    return pl.DataFrame(rows, schema=DIRECTORY, orient="row").unique("carrier", keep="first", maintain_order=True)


def named(frame: pl.DataFrame | pl.LazyFrame, directory: pl.DataFrame, on: str = "carrier") -> pl.LazyFrame:
    """The frame with `name` and `country` of the carrier in column `on`; the id stands for a name that is not known."""
    told = frame.lazy().join(directory.lazy(), left_on=on, right_on="carrier", how="left", maintain_order="left")
    return told.with_columns(pl.col("name").fill_null(pl.col(on)), pl.col("country").fill_null(""))


def placed(calls: pl.DataFrame, hops: pl.DataFrame, directory: pl.DataFrame) -> pl.DataFrame:
    """The hops with `role` (the most telling, as `hoptrace.reports.roles` gives them) and `certainty`.

    `delivers`: the first of the path, whatever else it was.
    """
    facts = calls.select("call", "verdict", "originating", "entry", "hops")
    countries = directory.select("carrier", pl.col("country").fill_null(""))
    hops = hops.join(countries, on="carrier", how="left", maintain_order="left")
    hops = hops.with_columns(pl.col("country").fill_null("")).join(facts, on="call", maintain_order="left")
    hops = hops.sort("call", "position").with_columns(
        above_support=pl.col("support").shift(-1).over("call"),
        above_country=pl.col("country").shift(-1).over("call"),
        home=pl.col("country").first().over("call"),
        entered=((pl.col("carrier") == pl.col("entry")).fill_null(value=False) * pl.col("position")).max().over("call"),
    )
    told = hops.with_columns(
        role=_role().cast(ROLES), certainty=_certainty().cast(CERTAINTIES), delivers=pl.col("position") == 1
    )
    return told.drop(
        "country", "verdict", "originating", "entry", "hops", "above_support", "above_country", "home", "entered"
    )


def _role() -> pl.Expr:
    last = pl.col("position") == pl.col("hops")
    identified = pl.col("verdict") == Verdict.ORIGINATOR_IDENTIFIED.value
    originates = identified & last & (pl.col("carrier") == pl.col("originating"))
    enters = (pl.col("entered") > 0) & (pl.col("position") == pl.col("entered"))
    home, here, above = pl.col("home"), pl.col("country"), pl.col("above_country")
    borders = (pl.col("records") > 0) & (home != "") & (above.fill_null("") != "") & (here == home) & (above != home)
    return (
        pl.when(originates.fill_null(value=False))
        .then(pl.lit(Role.ORIGINATING.value))
        .when(enters)
        .then(pl.lit(Role.POINT_OF_ENTRY.value))
        .when(borders.fill_null(value=False))
        .then(pl.lit(Role.GATEWAY.value))
        .when(last & (pl.col("records") > 0))
        .then(pl.lit(Role.TRAIL_END.value))
        .when(pl.col("position") == 1)
        .then(pl.lit(Role.TERMINATING.value))
        .when(pl.col("records") == 0)
        .then(pl.lit(Role.NAMED.value))
        .otherwise(pl.lit(Role.TRANSIT.value))
    )


def _certainty() -> pl.Expr:
    borne_out = [Support.BOTH.value, Support.ONE.value]
    near = (pl.col("support"), pl.col("above_support"))
    both = pl.any_horizontal(each.is_in(borne_out).fill_null(value=False) for each in near)
    by_name = pl.any_horizontal((each == Support.NAMED.value).fill_null(value=False) for each in near)
    recorded = pl.col("records") > 0
    return (
        pl.when(recorded & both)
        .then(pl.lit(Certainty.BOTH_SIDES.value))
        .when(recorded)
        .then(pl.lit(Certainty.OWN_RECORD.value))
        .when(by_name)
        .then(pl.lit(Certainty.NAMED.value))
        .otherwise(pl.lit(Certainty.INFERRED.value))
    )
