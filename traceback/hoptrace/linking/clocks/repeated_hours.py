"""Repeated hours: statements whose local time came twice as summer time ended, at the time that others bear out.

Where a carrier's file does not tell which of the two times is meant, its statement keeps both (`may_be_later`). Others
have records of the same call, with times of their own: at one of the two times they fit, at the other there is nothing.
What they bear out is applied when tracing, as clocks are, and never written into the records.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.linking.learned import Learned
from hoptrace.linking.members import comparable
from hoptrace.linking.times import BACKGROUND, middles, student
from hoptrace.model.arrays import Floats
from hoptrace.model.columns import Columns

REACH = 180.0
"""Seconds: two statements of one call never start further apart than this on the common clock."""

CROWD = 24
"""Statements of one number within REACH, above which pairs are made within one caller's only."""

LEAST = 1.5
"""Weight of another record from which it bears out a time."""

CLEARER = 3.0
"""By so much more than at the other time; where nothing is there, that counts as -LEAST."""

TRANSIT = 0.5
"""Seconds (1 sigma) that records of one call may lie apart at equal clocks."""

LONGEST_RING = 30.0
"""Seconds that an answer may lie behind an arrival, where one side tells only the one and one only the other."""

SAME_ID, SAME_CALLER, OTHER_CALLER, NAMED = 8.0, 2.0, -3.0, 1.0
"""What a pair's Call-IDs, callers and names weigh beside its times."""

ROUNDS = 8
"""One that was settled bears out its neighbours in turn: so far along a path."""

_KEY = ("batch", "row")
_TIMES = ("setup", "final", "start", "tick", "spread")
_NAMES = ("carrier", "calling", "sent_calling", "upstream", "downstream", "cid", "sent_cid")


def any_twice(statements: pl.DataFrame) -> bool:
    """Whether the time of any of these (STATEMENTS) came twice."""
    return statements["may_be_later"].null_count() < statements.height


def both_readings(statements: pl.DataFrame) -> pl.DataFrame:
    """The statements, those whose time came twice at both times: adds `later` (s) and `repeated` (null)."""
    told = statements.with_columns(later=pl.lit(0, pl.Int32), repeated=pl.lit(None, pl.String))
    if not any_twice(statements):
        return told
    again = told.filter(pl.col("may_be_later").is_not_null()).with_columns(later="may_be_later")
    return pl.concat([told, again])


def with_readings(statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """The statements at each time that they may be of, which is one for all that others bear out.

    `statements` (STATEMENTS) with those of others around both times. Adds `later`, seconds beyond the time written, and
    `repeated`, what is to be said of it; both are left out where no time came twice.
    """
    if not any_twice(statements):
        return statements
    once = pl.col("may_be_later").is_null()
    known = both_readings(statements.filter(once))
    open_ = both_readings(_not_told_again(statements.filter(~once), known))
    for _ in range(ROUNDS):
        told = _borne_out(open_, known, learned)
        if told.is_empty():
            break
        settled = open_.drop("repeated").join(told, on=[*_KEY, "later"]).select(known.columns)
        known = pl.concat([known, settled])
        open_ = open_.join(told, on=list(_KEY), how="anti")
    return pl.concat([known, open_.with_columns(repeated=_open_words())])


def borne_out(statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """The same without the statements that nothing settles; for learning from."""
    told = with_readings(statements, learned)
    return told.filter(pl.col("may_be_later").is_null() | (pl.len().over(_KEY) == 1))


def other_times(statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """Where to look for others' records of the statements whose time came twice: `key`, `at`, `window` (s)."""
    facts = comparable(both_readings(statements.filter(pl.col("may_be_later").is_not_null())), learned)
    keys = [facts.select(key=name, at="start") for name in ("called", "sent")]
    return pl.concat(keys).unique().sort("key", "at").with_columns(window=pl.lit(REACH))


def one_reading_each(members: pl.DataFrame, facts: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """The members of calls, each statement at one time: of two that stay open the one nearer to what was asked for."""
    twice = facts.filter(pl.len().over(_KEY) > 1).select("sid", *_KEY)
    if twice.is_empty():
        return members
    asked = wanted.unique("call", keep="first", maintain_order=True).select("call", "at")
    near = members.select("call", "sid", "start").join(twice, on="sid").join(asked, on="call")
    ordered = near.sort("call", *_KEY, (pl.col("start") - pl.col("at")).abs(), "sid")
    further = ordered.filter(pl.col("sid") != pl.col("sid").first().over("call", *_KEY))
    return members.join(further, on=["call", "sid"], how="anti", maintain_order="left")


def _not_told_again(open_: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Without those that another file of the carrier tells as well, and there it is settled which time it was."""
    told = ["carrier", "called", "calling", "call_id", "record_id", "upstream_trunk", "downstream_trunk"]
    twice = both_readings(open_).with_columns(start_time=pl.col("start_time") + pl.duration(seconds="later"))
    again = twice.join(known, on=[*told, "start_time"], nulls_equal=True, how="semi")
    return open_.join(again, on=list(_KEY), how="anti", maintain_order="left")


def _borne_out(open_: pl.DataFrame, known: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """Of open statements those of which other records settle the time: `batch`, `row`, `later`, `repeated`."""
    if open_.is_empty():
        return open_.select(*_KEY, "later", "repeated")
    facts = _facts(open_, learned)
    near = known.join(_numbers(facts), how="semi", left_on="called", right_on="key")
    sent = known.join(_numbers(facts), how="semi", left_on="egress_called", right_on="key")
    others = comparable(pl.concat([near, sent]).unique(_KEY, maintain_order=True), learned)
    pairs = _pairs(facts, others).filter(pl.col("weight") >= LEAST)
    best = pairs.group_by("sid").agg(pl.col("weight").max(), by=pl.col("other").unique().sort().head(3))
    readings = facts.join(best, on="sid", how="left", maintain_order="left")
    at_other = pl.col("weight").fill_null(-LEAST).sum().over(_KEY) - pl.col("weight").fill_null(-LEAST)
    clear = readings.filter(pl.col("weight") >= LEAST, pl.col("weight") - at_other >= CLEARER)
    return clear.select(*_KEY, "later", repeated=_settled_words())


def _facts(open_: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """As `comparable`, with `later`; the rows stay in their order."""
    return comparable(open_, learned).with_columns(open_["later"])


def _numbers(facts: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([facts.select(key="called"), facts.select(key="sent")]).unique()


def _pairs(facts: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Readings (`sid`) with other carriers' statements of the same number (`other`: whose), and the pair's `weight`.

    Of a number that many call only statements of one caller are looked at.
    """
    down = _by_number(facts, "d")
    up = _by_number(others, "u").with_columns(around=pl.lit([-1, 0, 1]), caller="u_calling").explode("around")
    up = up.with_columns(slot=pl.col("slot") + pl.col("around")).drop("around")
    few = pl.len().over("key", "slot") <= CROWD
    quiet = down.join(up.filter(few).drop("caller"), on=["key", "slot"])
    crowded = down.with_columns(caller="d_calling").join(up.filter(~few), on=["key", "slot", "caller"])
    met = pl.concat([quiet, crowded.select(quiet.columns)]).unique(["d_sid", "u_sid"])
    near = (pl.col("d_start") - pl.col("u_start")).abs() <= REACH
    apart = met.filter(near & (pl.col("d_carrier") != pl.col("u_carrier")))
    touching = apart.with_columns(named=_named(), same_id=_same_id(), same_caller=_same_caller())
    joined = touching.filter(pl.col("named") | pl.col("same_id") | pl.col("same_caller"))
    return joined.select(sid="d_sid", other="u_carrier", weight=_weight(joined))


def _by_number(facts: pl.DataFrame, side: str) -> pl.DataFrame:
    """Statements once for each called number (`key`), with the stretch of REACH in which they begin (`slot`)."""
    told = facts.select(
        "called",
        "sent",
        *(pl.col(name).alias(f"{side}_{name}") for name in ("sid", *_TIMES, *_NAMES)),
        slot=(pl.col("start") // REACH).cast(pl.Int64),
    )
    keyed = [told.drop("called", "sent").with_columns(told[name].alias("key")) for name in ("called", "sent")]
    return pl.concat(keyed).unique([f"{side}_sid", "key"])


def _named() -> pl.Expr:
    ways = (("d_upstream", "u_carrier"), ("d_downstream", "u_carrier"), ("u_upstream", "d_carrier"))
    return _any_equal(*ways, ("u_downstream", "d_carrier"))


def _same_id() -> pl.Expr:
    return _any_equal(("d_cid", "u_cid"), ("d_cid", "u_sent_cid"), ("d_sent_cid", "u_cid"))


def _same_caller() -> pl.Expr:
    ways = [("d_calling", "u_calling"), ("d_calling", "u_sent_calling"), ("d_sent_calling", "u_calling")]
    return _any_equal(*ways) & (pl.col("d_calling") > 0).fill_null(value=False)


def _any_equal(*ways: tuple[str, str]) -> pl.Expr:
    return pl.any_horizontal((pl.col(one) == pl.col(other)).fill_null(value=False) for one, other in ways)


def _weight(pairs: pl.DataFrame) -> pl.Series:
    columns = Columns(pairs)
    told = columns.above("d_calling", 0) & columns.above("u_calling", 0)
    caller = np.where(columns.truths("same_caller"), SAME_CALLER, np.where(told, OTHER_CALLER, 0.0))
    named, same_id = (
        np.where(columns.truths(name), weight, 0.0) for name, weight in (("named", NAMED), ("same_id", SAME_ID))
    )
    return pl.Series(_time(columns) + caller + named + same_id)


def _time(columns: Columns) -> Floats:
    """Like is compared with like, as between neighbours; else loosely."""
    half = (columns.floats("d_tick") + columns.floats("u_tick")) / 2
    scale = np.sqrt(columns.floats("d_spread") ** 2 + columns.floats("u_spread") ** 2 + TRANSIT**2)
    arrived, final, started = (
        middles(columns, "d", moment) - middles(columns, "u", moment) for moment in ("setup", "final", "start")
    )
    like = np.where(np.isnan(arrived), final, arrived)
    beyond = np.where(np.isnan(like), np.abs(started) - LONGEST_RING, np.abs(like) - half)
    return student(np.maximum(beyond, 0.0), half, scale, BACKGROUND)


def _begin() -> pl.Expr:
    times = [
        (pl.col("start_time") + pl.duration(seconds=later)).dt.strftime("%H:%M:%S")
        for later in (pl.lit(0), pl.col("may_be_later"))
    ]
    return pl.format(
        "The local time in {}'s record came twice as summer time ended, at {} and at {} UTC, and its file does not "
        "tell which of the two it was.",
        "carrier",
        *times,
    )


def _which() -> pl.Expr:
    return pl.when(pl.col("later") > 0).then(pl.lit("second")).otherwise(pl.lit("first"))


def _settled_words() -> pl.Expr:
    plural = pl.when(pl.col("by").list.len() > 1).then(pl.lit("s")).otherwise(pl.lit(""))
    verb = pl.when(pl.col("by").list.len() > 1).then(pl.lit("")).otherwise(pl.lit("s"))
    return pl.format(
        "{} The record{} of {} bear{} out the {}.", _begin(), plural, pl.col("by").list.join(", "), verb, _which()
    )


def _open_words() -> pl.Expr:
    return pl.format(
        "{} No other record tells either; it is read as the {}, which is nearer to the report.", _begin(), _which()
    )
