"""A local time in the hour that a zone repeats has two candidates; the file's own rows settle which one it is.

What a row says itself comes first: its answer, its end and how long was spoken. Then the sequence of the rows
(`fold_sequences`): as they stand in the file, and as their ids count up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from hoptrace.intake.fold_sequences import settled
from hoptrace.model.statements import TIME

LOCAL = pl.Datetime("us")
FOLD_ROWS = pl.Schema(
    {
        "row": pl.Int64,
        "local": LOCAL,
        "answer": LOCAL,
        "end": LOCAL,
        "talk": pl.Float64,
        "known": TIME,
        "epoch": pl.Float64,
        "id": pl.Int64,
    }
)
"""What is looked at of a file's rows, in the file's order.

`row`; `local`, `answer` and `end` as written, without a zone; `talk`, seconds of conversation; `known`, the start in
UTC where it is written with a zone; `epoch`, UTC seconds of about the start; `id`, a record id that is a number. What
is unknown is null.
"""

PLACED = pl.Schema(
    {
        **dict.fromkeys(("at", "row", "id"), pl.Int64),
        **dict.fromkeys(("local", "answer", "end"), LOCAL),
        **dict.fromkeys(("talk", "stated", "epoch", "first", "last"), pl.Int64),
        "folded": pl.Boolean,
        **dict.fromkeys(("answered", "ended", "lag"), pl.Int64),
        "second": pl.Boolean,
        "known": pl.Int64,
    }
)
"""Rows with their candidates: `first` and `last` instants, `folded` where they differ, `stated` and `known` instants.

`answered`, `ended`: instants that are no candidates; `lag`: from start to end; all these in microseconds.
"""

_ROUNDED = 2_000_000
_AROUND = 3 * 3_600_000_000
_QUARTERS = [timedelta(minutes=15 * count) for count in range(96)]
_OWN, _ROWS, _IDS = "their rows' own times", "the order of the rows", "record ids that count up"


@dataclass(frozen=True, slots=True)
class Settled:
    """`passes`: `row` and `second` of rows in a repeated hour, null where nothing tells; `flags` for the receipt."""

    passes: pl.DataFrame
    flags: tuple[str, ...]


def fold_days(zone: str, days: pl.Series) -> pl.Series:
    """Of these dates those on which the zone repeats a time."""
    distinct = days.drop_nulls().unique().sort().to_frame("day")
    walls = distinct.join(pl.DataFrame({"quarter": _QUARTERS}), how="cross").select(
        "day", wall=pl.col("day").cast(LOCAL) + pl.col("quarter")
    )
    return walls.filter(_instant("wall", zone, "earliest") != _instant("wall", zone, "latest"))["day"].unique().sort()


def near_folds(rows: pl.DataFrame, zone: str) -> pl.DataFrame:
    """The rows (FOLD_ROWS) of the days around those on which the zone repeats a time."""
    days = rows.select(pl.coalesce("local", pl.col("known").dt.replace_time_zone(None)).dt.date().alias("day"))["day"]
    around = sorted({each + timedelta(days=shift) for each in _dates(days) for shift in (-1, 0, 1)})
    folds = fold_days(zone, pl.Series(around, dtype=pl.Date))
    wanted = {each + timedelta(days=shift) for each in _dates(folds) for shift in (-1, 0, 1)}
    return rows.filter(days.is_in(sorted(wanted))) if wanted else rows.clear()


def settle(rows: pl.DataFrame, zone: str) -> Settled:
    """Which pass of a repeated hour each row (FOLD_ROWS, those of `near_folds`) is of, in this IANA zone.

    Where nothing tells, both are to be kept; the flags say how many these are and why.
    """
    return settle_placed(
        _with_candidates(rows.with_row_index("at").with_columns(pl.col("at").cast(pl.Int64)), zone), zone
    )


def settle_placed(placed: pl.DataFrame, zone: str) -> Settled:
    """The same for rows whose candidates are known (PLACED); `zone` is its name in the flags."""
    folded = placed.filter(pl.col("folded"), pl.col("stated").is_null()).select("at", "row")
    placed = _near_open(placed)
    counts: dict[str, int] = {}
    placed = _take(placed, _own(placed), _OWN, counts)
    held = False
    for by, orders in ((_ROWS, _of_rows), (_IDS, _of_ids)):
        if placed["known"].null_count() == 0:
            break
        told, fits = settled(orders(placed))
        held = held or fits
        placed = _take(placed, told, by, counts)
    rows_of = folded.join(placed.select("at", "second"), on="at", how="left", maintain_order="left")
    return Settled(
        rows_of.select("row", "second"), tuple(_flags(zone, counts, int(rows_of["second"].null_count()), held))
    )


def _near_open(placed: pl.DataFrame) -> pl.DataFrame:
    """The rows within a few hours of those that are to be settled: they show the order, and bound the others."""
    open_ = placed.filter(pl.col("folded"), pl.col("stated").is_null())
    spans = open_.group_by(pl.col("local").dt.date()).agg(low=pl.col("first").min(), high=pl.col("last").max())
    instant = pl.coalesce("known", "first")
    near = [instant.is_between(low - _AROUND, high + _AROUND) for low, high in spans.select("low", "high").iter_rows()]
    return placed.filter(pl.any_horizontal(near)) if near else placed


def _dates(days: pl.Series) -> list[date]:
    return [each for each in days.drop_nulls().unique().to_list() if isinstance(each, date)]


def _instant(name: str, zone: str, which: str) -> pl.Expr:
    """A local time as UTC microseconds; a time that does not exist is null."""
    ambiguous = "earliest" if which == "earliest" else "latest"
    return pl.col(name).dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null").to_physical()


def _with_candidates(rows: pl.DataFrame, zone: str) -> pl.DataFrame:
    """`first` and `last` candidate, `folded` where they differ, `stated` and `known` instants, `lag` up to the end."""
    first, last = _instant("local", zone, "earliest"), _instant("local", zone, "latest")
    stated = pl.col("known").to_physical()
    talk = (pl.col("talk") * 1e6).cast(pl.Int64, strict=False)
    wall = (pl.col("end") - pl.col("local")).dt.total_microseconds()
    fits = (wall >= pl.coalesce(talk - _ROUNDED, 0)) & (wall < pl.coalesce(talk, 0) + 3_600_000_000)
    return (
        rows.select(
            "at",
            "row",
            "id",
            "local",
            "answer",
            "end",
            talk=talk,
            stated=stated,
            epoch=(pl.col("epoch") * 1e6).cast(pl.Int64, strict=False),
            first=first,
            last=last,
            folded=(first != last).fill_null(value=False),
            answered=_sharp("answer", zone),
            ended=_sharp("end", zone),
            lag=pl.coalesce(pl.when(fits).then(wall), talk, 0),
            second=pl.lit(None, pl.Boolean),
        )
        .with_columns(known=pl.coalesce("stated", pl.when(~pl.col("folded")).then("first")))
        .filter(pl.col("first").is_not_null() | pl.col("known").is_not_null())
    )


def _sharp(name: str, zone: str) -> pl.Expr:
    """The instant of a time that has one only."""
    first, last = _instant(name, zone, "earliest"), _instant(name, zone, "latest")
    return pl.when(first == last).then(first)


def _own(placed: pl.DataFrame) -> dict[int, bool]:
    """What rows say of themselves.

    An epoch beside the start is nearer to one of the candidates.
    An answer or end with an earlier clock time lies in the second pass, the start in the first; so it is where more
    was spoken than the clock shows. An answer or end behind the repeated hour that leaves no second hour between tells
    that the start was in the second pass.
    """
    length = pl.col("last") - pl.col("first")
    elapsed = pl.col("ended") - pl.col("last")
    wall = (pl.col("end") - pl.col("local")).dt.total_microseconds()
    back = [
        ((each := (pl.col("local") - pl.col(name)).dt.total_microseconds()) > _ROUNDED) & (each < length)
        for name in ("answer", "end")
    ]
    short = pl.col("ended").is_null() & (wall < pl.col("talk") - _ROUNDED) & (wall >= 0)
    over = elapsed - pl.col("talk")
    first = pl.any_horizontal(*back, short, (over < -_ROUNDED) & (over >= -length))
    rang = pl.col("answered") - pl.col("last")
    second = pl.any_horizontal((over >= -_ROUNDED) & (over < length), (rang >= 0) & (rang < length))
    near = [((pl.col("epoch") - pl.col(name)).abs() < length // 2).fill_null(value=False) for name in ("first", "last")]
    told = placed.filter(pl.col("folded"), pl.col("known").is_null()).select(
        "at",
        first=near[0] | (first.fill_null(value=False) & ~near[1]),
        second=near[1] | (second.fill_null(value=False) & ~near[0]),
    )
    clear = told.filter(pl.col("first") != pl.col("second"))
    return dict(zip(clear["at"].to_list(), clear["second"].to_list(), strict=True))


def _take(placed: pl.DataFrame, told: dict[int, bool], by: str, counts: dict[str, int]) -> pl.DataFrame:
    """Rows that were settled are known from here on."""
    if not told:
        return placed
    counts[by] = len(told)
    new = pl.DataFrame({"at": list(told), "now": list(told.values())}, {"at": pl.Int64, "now": pl.Boolean})
    joined = placed.join(new, on="at", how="left", maintain_order="left")
    instant = pl.when(pl.col("now")).then("last").when(~pl.col("now")).then("first")
    return joined.with_columns(known=pl.coalesce("known", instant), second=pl.coalesce("second", "now")).drop("now")


def _of_rows(placed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """By start and by end, oldest first and newest first."""
    for order in (placed, placed.reverse()):
        yield from _by_start_and_end(order)


def _of_ids(placed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """As the ids count up, where every row has one of its own."""
    if placed["id"].null_count() == 0 and placed["id"].n_unique() == placed.height:
        yield from _by_start_and_end(placed.sort("id"))


def _by_start_and_end(order: pl.DataFrame) -> Iterator[pl.DataFrame]:
    names = ("first", "last", "known")
    yield order.select("at", *names)
    if (order["lag"] != 0).any():
        yield order.select("at", *(pl.col(name) + pl.col("lag") for name in names))


def _flags(zone: str, counts: dict[str, int], left: int, held: bool) -> Iterator[str]:
    hour = f"times in the hour that {zone} repeats as summer time ends"
    for by, count in counts.items():
        yield f"{hour}, settled by {by}: {count:,}"
    if left:
        why = "the order of the rows allows both" if held else "the rows stand in no order of time"
        yield f"{hour}, kept with both times, as {why}: {left:,}"
