"""The paths of many calls brought to five stages, so that their beginning and their end can be seen in one picture."""

from __future__ import annotations

import polars as pl

from hoptrace.reports.campaign.routes_model import PassageRow, StageRow
from hoptrace.reports.many.frames import with_most
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.placing import CERTAINTIES, ROLES, named
from hoptrace.reports.tables.table import Table
from hoptrace.reports.wording.language import Language

FURTHEST, NEXT, BETWEEN, UPPER, LOWEST = 5, 4, 3, 2, 1


def _straight(voice: Language) -> str:
    return voice.say("straight on")


def _more(number: int, voice: Language) -> str:
    return voice.count(number, "{number} more carrier", "{number} more carriers")


def stages(known: Material) -> Table[StageRow]:
    """The carriers at each stage, from the delivering ones upstream, the most calls first.

    A stage at which every call went straight on is left out.
    """
    by = ("stage", "carrier", "place")
    places = _counted(known)
    idle = _idle(places, known.voice)
    shown = places.filter(~pl.col("stage").is_in(idle))
    counted = with_most(shown.group_by(by).agg(pl.col("calls").sum()), shown, ("role", "certainty"), by)
    ordered = counted.sort("stage", "calls", "carrier", "place", descending=[False, True, False, False])
    told = named(ordered, known.directory).with_columns(
        name=pl.when(pl.col("carrier") == "").then(pl.col("place")).otherwise(pl.col("name"))
    )
    return Table(StageRow, told.with_columns(pl.col("role", "certainty").fill_null("")))


def passages(known: Material) -> Table[PassageRow]:
    """How many calls went on between which two, from stage to stage."""
    by = ("from_stage", "stage", "upstream", "downstream")
    idle = _idle(_counted(known), known.voice)

    def count(_: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, each step from one stage to the next."""
        shown = _places(hops, known.voice).filter(~pl.col("stage").is_in(idle))
        ordered = shown.with_columns(downstream=node_key("place")).sort("call", "stage", descending=[False, True])
        steps = ordered.with_columns(
            upstream=pl.col("downstream").shift(1).over("call"), from_stage=pl.col("stage").shift(1).over("call")
        )
        return steps.drop_nulls("upstream").group_by(by).agg(calls=pl.len())

    return Table(PassageRow, known.tally(count, by).sort(by))


def _counted(known: Material) -> pl.DataFrame:
    by = ("stage", "carrier", "place", "role", "certainty")
    return known.tally(lambda _, hops: _places(hops, known.voice).group_by(by).agg(calls=pl.len()), by)


def _idle(places: pl.DataFrame, voice: Language) -> list[int]:
    """The stages at which every call went straight on."""
    idle = places.group_by("stage").agg(idle=(pl.col("place") == _straight(voice)).all()).filter("idle")
    return idle["stage"].to_list()


def node_key(name: str = "name") -> pl.Expr:
    """What a row of a stage is called in passages: the carrier, or what stands for no single one in brackets."""
    return pl.when(pl.col("carrier") == "").then(pl.format("({})", name)).otherwise(pl.col("carrier"))


def _places(hops: pl.DataFrame, voice: Language) -> pl.DataFrame:
    """One row a call and stage: `carrier`, or an empty one and in `place` how many there are between."""
    hops = hops.sort("call", "position").select("call", "carrier", "role", "certainty")
    hops = hops.with_columns(at=pl.int_range(1, pl.len() + 1).over("call"), long=pl.len().cast(pl.Int64).over("call"))
    shown = hops.filter((pl.col("at") <= 2) | (pl.col("at") >= pl.col("long") - 1)).with_columns(
        stage=pl.when(pl.col("at") <= 2)
        .then(pl.col("at"))
        .otherwise(FURTHEST - (pl.col("long") - pl.col("at")))
        .cast(pl.Int64),
        place=pl.lit(""),
    )
    columns = ["call", "stage", "carrier", "place", "role", "certainty"]
    return pl.concat([shown.select(columns), _passed(hops, voice).select(columns)])


def _passed(hops: pl.DataFrame, voice: Language) -> pl.DataFrame:
    """The stages that a path has no carrier of its own for: the many between, or none."""
    lengths = hops.group_by("call").agg(long=pl.col("long").first())
    words = {long: _more(long - 4, voice) for long in lengths["long"].unique() if long > 4}
    straight = _straight(voice)
    between = lengths.filter(pl.col("long") > 2).with_columns(
        stage=pl.lit(BETWEEN, pl.Int64),
        place=pl.col("long").replace_strict(words, default=straight, return_dtype=pl.String),
    )
    short = lengths.filter(pl.col("long") == 3).with_columns(stage=pl.lit(NEXT, pl.Int64), place=pl.lit(straight))
    nothing = {"carrier": pl.lit(""), "role": pl.lit(None, ROLES), "certainty": pl.lit(None, CERTAINTIES)}
    return pl.concat([between, short]).with_columns(**nothing)
