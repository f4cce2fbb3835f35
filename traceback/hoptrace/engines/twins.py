"""Twins: calls of somebody else who shows the same caller id to the same people at nearly the same moments.

Where the reported end has no record, the report may mean the twin of the call that was found, of which nobody at hand
has a record. How likely that is, the twins that are on file tell: how often they come how near to the originator's own
calls, and to which ends they leave records at all. A campaign's calls to one end go over much the same carriers each
time, so whether a twin to this end would be on file is told by the twins of other calls to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.linking.trust.blame import LEAST_LOSS

if TYPE_CHECKING:
    from hoptrace.engines.callers import Uses
    from hoptrace.linking.trust.rivalled import Rivals

NEAR = 30.0
"""Seconds from an own call within which it is counted how close twins come."""

LEAST_TWINS = 2
"""Numbers of the originator's that were called from elsewhere too, from which twins are reckoned with."""

ROWS_LOST = 3.0
"""Times as many as lost rows explain."""

LIKE_ELSEWHERE = 2.0
"""Calls that an end counts for less than those to all ends together: of few calls to it nothing is sure."""

MANY_CALLS, FEW_CALLS = 10.0, 3.0
"""The same where the ends are sought to which most twins are on file: of many ends a few are so by chance, but hardly
where so few carriers take part that there are few ends."""

UNSEEN = 0.1
"""Rivals' calls of which nothing is on file, for each of those that are, also where to no end more are."""

SAME_WAYS = 2.0
"""Times as many as where any call were as likely to leave no record: a rival's calls to one end go over the same
carriers. So the odds foretold 13 wrong names in 26 simulated networks of both generators, where there were 15."""

RIVALLED, SOME = 0.03, 5.0
"""Odds that the report means another's call with the same caller id, where that one is shown to very many numbers,
and the numbers at which they are half of it: so it was on simulated networks of both generators, taken together."""

RIVALS, LEAST_ODDS = 0.006, 0.01
"""Calls of somebody else with the same caller id to the same number, for each call that was found and each second near
it: 0.004 to 0.006 on simulated networks of both generators, whether a tenth or a third of the carriers took part. Odds
below the other one change no answer."""


def twin_odds(asked: pl.DataFrame, uses: Uses, lost: Mapping[str, float]) -> dict[int, float]:
    """Odds that a reported call is rather the unrecorded twin of the call that was found, of calls that have any.

    `asked`, `uses` as in `hoptrace.engines.callers`, with what `with_unseen` adds; `lost`: the share of rows that a
    carrier lacks.
    """
    if asked.is_empty():
        return {}
    own = uses.own.select("call", "called", at_own="start").join(asked, on="call", how="semi")
    twins = _twins(own, uses.elsewhere)
    hidden = twins.filter(~pl.col("placed"))
    counts = _counts(own, twins, hidden)
    ways = _ways(uses.same, hidden, counts.select("call", "usual"))
    many = pl.max_horizontal(pl.lit(LEAST_TWINS), ROWS_LOST * _lost("origin", lost) * pl.col("own"))
    counted = (
        asked.select("call", "origin", "end", "fits", "few", "hiding")
        .join(counts, on="call")
        .filter(pl.col("twins") >= many)
        .join(ways, left_on=["call", "end"], right_on=["call", "downstream"], how="left")
        .join(ways.group_by("call").agg(pl.col("surely", "likely").max().name.prefix("most_")), on="call", how="left")
        .with_columns(most=pl.when("few").then("most_likely").otherwise("most_surely"))
        .with_columns(pl.col("share", "most").fill_null(pl.col("usual")))
    )
    return {row["call"]: _odds(row) for row in counted.iter_rows(named=True)}


def hidden_odds(asked: pl.DataFrame, uses: Uses) -> dict[int, float]:
    """The same of calls that lead to no customer where so few carriers take part that no twin would be on file.

    Then only to how many numbers the caller id was shown tells that it is a campaign's, and others may work its list.
    """
    open_ = asked.filter(pl.col("few") & pl.col("source").is_not_null())
    own = uses.own.join(open_, on="call", how="semi").group_by("call").agg(numbers=pl.col("called").n_unique())
    odds = RIVALLED * pl.col("numbers") / (pl.col("numbers") + SOME)
    return dict(own.filter(pl.col("numbers") >= LEAST_TWINS).select("call", odds).sort("call").iter_rows())


def detached_odds(asked: pl.DataFrame) -> dict[int, float]:
    """The same, whatever other calls tell, where so few carriers take part, of trails to a customer that no record ties
    to the reported end.

    Who has a record of a call near its end would mostly have one of a rival's to the same number as well.
    """
    placed = asked.filter(pl.col("few") & pl.col("customer").is_not_null() & pl.col("detached"))
    odds = placed.select("call", odds=RIVALS * pl.col("lost") / pl.col("fits"))
    return dict(odds.filter(pl.col("odds") >= LEAST_ODDS).sort("call").iter_rows())


def campaign_odds(asked: pl.DataFrame, rivals: Mapping[tuple[str, str], Rivals]) -> dict[int, float]:
    """The same of calls whose customers' calls are known to be rivalled, whichever caller ids these have."""
    if not rivals:
        return {}
    columns = "call", "origin", "customer", "fits", "end", "lost", "hiding"
    placed = asked.filter(pl.col("customer").is_not_null()).select(columns)
    known = ((call, rivals.get((origin, customer)), *rest) for call, origin, customer, *rest in placed.iter_rows())
    told = ((call, _unseen(of, *end) / fits) for call, of, fits, *end in known if of is not None)
    return {call: unseen / (2 * NEAR) for call, unseen in told}


def _unseen(rivals: Rivals, end: str, lost: float, hiding: float | None) -> float:
    """Rivals' calls of which nothing is on file, for each call of the customer's to an end.

    `lost`: the share of calls that leave no record; `hiding` as `with_unseen` has it, known where reports tell it.
    """
    if hiding is not None:
        return rivals.usual * hiding
    at_most = SAME_WAYS * rivals.usual * lost / (1 - lost)
    return min(rivals.lacking(end) + UNSEEN * rivals.usual, at_most)


def _counts(own: pl.DataFrame, twins: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """By call: `own` numbers; `twins` whose origin keeps no records, how many of them are `near`, and the `usual` share
    of own numbers that have one; twins `placed` where records are kept, and how many of these left records elsewhere.
    """
    placed = twins.filter("placed").group_by("call").agg(placed=pl.len(), crossed=pl.col("crossed").sum())
    return (
        own.group_by("call")
        .agg(own=pl.col("called").n_unique())
        .join(hidden.group_by("call").agg(twins=pl.len(), near=(pl.col("gap") <= NEAR).sum()), on="call")
        .join(placed, on="call", how="left")
        .with_columns(pl.col("placed", "crossed").fill_null(0), usual=pl.col("twins") / pl.col("own"))
    )


def _lost(carrier: str, lost: Mapping[str, float]) -> pl.Expr:
    return pl.col(carrier).replace_strict(lost, default=LEAST_LOSS, return_dtype=pl.Float64)


def _twins(own: pl.DataFrame, elsewhere: pl.DataFrame) -> pl.DataFrame:
    """The own numbers that were called from elsewhere: `gap` s apart at least; whether the record of a carrier whose
    customer `placed` that call is on file, and one of a carrier that it crossed (`crossed`).
    """
    placed = pl.col("customer").is_not_null()
    return (
        elsewhere.join(own, on=["call", "called"])
        .group_by("call", "called")
        .agg(
            gap=(pl.col("start") - pl.col("at_own")).abs().min(),
            placed=placed.any(),
            crossed=(~placed).any(),
        )
    )


def _ways(same: pl.DataFrame, twins: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    """The `share` of own calls handed to a carrier (`downstream`) whose twins are on file; the call itself left out.

    `surely`: the share that it has at least; `likely`: the same where ends are few.
    """
    handed = same.filter(pl.col("called") != pl.col("number")).select("call", "downstream", "called").drop_nulls()
    handed = handed.unique().join(twins.select("call", "called", seen=1), on=["call", "called"], how="left")
    counts = handed.group_by("call", "downstream").agg(own=pl.len(), seen=pl.col("seen").sum()).join(usual, on="call")
    likes = {"share": LIKE_ELSEWHERE, "surely": MANY_CALLS, "likely": FEW_CALLS}
    return counts.select("call", "downstream", **{name: _share(calls) for name, calls in likes.items()})


def _share(like_elsewhere: float) -> pl.Expr:
    return (pl.col("seen") + like_elsewhere * pl.col("usual")) / (pl.col("own") + like_elsewhere)


def _odds(row: Mapping[str, Any]) -> float:
    """Density (1/s) of an unrecorded twin's report at this moment, against that of the call that was found."""
    density = (row["near"] + 1) / (2 * NEAR * row["twins"])
    return _unrecorded(row) * density / row["fits"]


def _unrecorded(row: Mapping[str, Any]) -> float:
    """Unrecorded twins, for each call of the originator's to this end.

    At least as many as reports tell, where they do: the twins of few calls may all be on file by chance.
    """
    told = row["usual"] * row["hiding"] if row["hiding"] is not None else 0.0
    return max(told, _lacking(row))


def _lacking(row: Mapping[str, Any]) -> float:
    """The same as the twins on file tell it.

    There are as many twins as are on file for calls to where the most are; unless most of those on file were placed
    where records are kept. Then as many of the others leave no record as of these leave none where they crossed.
    """
    lacking = max(row["most"] - row["share"], 0.0)
    if row["placed"] < row["twins"]:
        return lacking
    crossed = (row["crossed"] + 1) / (row["placed"] + 2)
    return min(lacking, row["usual"] * (1 - crossed) / crossed)
