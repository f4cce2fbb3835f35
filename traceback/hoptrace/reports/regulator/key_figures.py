"""The key-figures table: the numbers that regulators compare from year to year."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hoptrace.reports.many.material import Material
from hoptrace.reports.many.period import Period
from hoptrace.reports.regulator.model import FigureRow
from hoptrace.reports.tables.table import Table, table_of
from hoptrace.reports.trace.model import Role
from hoptrace.reports.wording.language import message


@dataclass(frozen=True, slots=True)
class _Kind:
    """A key figure: its name, its unit, and what it means."""

    figure: str
    unit: str
    meaning: str


KINDS = (
    _Kind("traced_calls", message("calls"), message("Traced calls, the newest result of each.")),
    _Kind(
        "completed_share",
        message("per cent"),
        message("Calls whose originator or point of entry was identified, of all traced calls."),
    ),
    _Kind(
        "originator_identified",
        message("calls"),
        message("Calls whose originating carrier's own record names its customer."),
    ),
    _Kind(
        "point_of_entry_identified",
        message("calls"),
        message("Calls that are traced to where they came into the home country."),
    ),
    _Kind(
        "mean_carriers", message("carriers"), message("Mean number of carriers on a path, the furthest known included.")
    ),
    _Kind("median_carriers", message("carriers"), message("Median of the same.")),
    _Kind("carriers_identified", message("carriers"), message("Different carriers on any path.")),
    _Kind("new_carriers", message("carriers"), message("Of these, carriers on no path of an earlier call.")),
    _Kind(
        "without_record",
        message("carriers"),
        message("Carriers on any path of which no record of these calls is at hand."),
    ),
    _Kind("originating_carriers", message("carriers"), message("Different carriers identified as originating.")),
    _Kind("entry_carriers", message("carriers"), message("Different carriers identified as point of entry.")),
    _Kind("campaigns", message("campaigns"), message("Different campaigns that calls were reported with.")),
)


def key_figures(known: Material, ever: Material, period: Period) -> Table[FigureRow]:
    """Each figure of the period and of all time up to its end."""
    before = ever.hops.filter(pl.col("at") < period.first).select("carrier").unique()
    of_period = _numbers(known)
    earlier = before.collect(engine="streaming")
    fresh = known.places.select("carrier").unique().join(earlier, on="carrier", how="anti").height
    all_time = _numbers(ever) | {"new_carriers": None}
    rows: list[dict[str, object]] = [
        {
            "figure": kind.figure,
            "period": fresh if kind.figure == "new_carriers" else of_period[kind.figure],
            "all_time": all_time[kind.figure],
            "unit": known.voice.say(kind.unit),
            "meaning": known.voice.say(kind.meaning),
        }
        for kind in KINDS
    ]
    return table_of(FigureRow, [_floats(row) for row in rows])


def _floats(row: dict[str, object]) -> dict[str, object]:
    return {name: float(value) if isinstance(value, int) else value for name, value in row.items()}


def _numbers(known: Material) -> dict[str, float | None]:
    calls, places = known.calls, known.places
    verdicts: dict[str, int] = dict(_counts(calls.select(pl.col("verdict").cast(pl.String))).iter_rows())
    lengths = _counts(calls.filter(pl.col("hops") > 0).select("hops")).sort("hops")
    gave = places.group_by("carrier").agg(pl.col("gave").any())
    roles = dict(places.group_by("role").agg(pl.col("carrier").n_unique()).iter_rows())
    named = calls.select("campaign").drop_nulls().unique().select(pl.len()).collect(engine="streaming").item()
    return {
        "traced_calls": known.number,
        "completed_share": 100 * known.settled / known.number if known.number else None,
        "originator_identified": verdicts.get("originator_identified", 0),
        "point_of_entry_identified": verdicts.get("point_of_entry_identified", 0),
        "mean_carriers": _mean(lengths),
        "median_carriers": _median(lengths),
        "carriers_identified": gave.height,
        "without_record": gave.filter(~pl.col("gave")).height,
        "originating_carriers": roles.get(Role.ORIGINATING.value, 0),
        "entry_carriers": roles.get(Role.POINT_OF_ENTRY.value, 0),
        "campaigns": named,
    }


def _counts(column: pl.LazyFrame) -> pl.DataFrame:
    """Each value of the one column and how many `calls` have it."""
    return column.group_by(pl.all()).agg(calls=pl.len()).collect(engine="streaming")


def _mean(lengths: pl.DataFrame) -> float | None:
    calls = int(lengths["calls"].sum())
    return int((lengths["hops"].cast(pl.Int64) * lengths["calls"]).sum()) / calls if calls else None


def _median(lengths: pl.DataFrame) -> float | None:
    """Of the lengths, each as often as there are calls of it, in ascending order."""
    if lengths.is_empty():
        return None
    calls = int(lengths["calls"].sum())
    upto = lengths["calls"].cum_sum()
    middle = [int(lengths["hops"].filter(upto > at)[0]) for at in ((calls - 1) // 2, calls // 2)]
    return sum(middle) / 2
