"""Clashes: how often a carrier's statements find no counterpart in a neighbour's records, or are contradicted there."""

from __future__ import annotations

import polars as pl

CLASHES = pl.Schema(
    {"namer": pl.String, "named": pl.String, "side": pl.String, "said": pl.Int64, "unconfirmed": pl.Int64}
)
"""How often `namer` said that `named` was its neighbour on a `side` (upstream, downstream) at a time of which `named`
has records, and how often `named` has no fitting one."""

CLAIMS = pl.Schema({"upstream": pl.String, "claimant": pl.String, "quarrels": pl.Int64})
"""How often `claimant` said that its own customer placed a call of which `upstream` says that it handed it over."""

TRAFFIC = pl.Schema({"carrier": pl.String, "own": pl.Int64, "seen": pl.Int64, "unseen": pl.Int64})
"""By carrier: calls of own customers; from neighbours whose records bear them out; from ones without records."""

BORNE_OUT = 0.5
"""Probability of a pair from which one statement bears the other out."""

LONGEST_RING = 60.0
"""Seconds after which a call that nobody answered has been forwarded."""

SAME_CALL = 2.0
"""Seconds beyond ticks and clocks' spreads within which two records of one number are taken to tell of one call."""


FURTHEST_JUMP = 180.0
"""Seconds by which a clock may jump while its records still bear others out."""

MOST_ALIKE = 100
"""Statements of one number at one carrier up to which they are compared one by one: all pairs of more take too much."""

MANY_PAUSES, LEAST_HOLE = 20.0, 600.0
"""Usual pauses between a carrier's records, and seconds at least, from which the time between two is a hole."""


def bearing_out(facts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Statements (`d_sid`, `u_sid`) of a sample that bear each other out.

    `facts` from `comparable`, `pairs` of neighbours with their `posterior`.
    """
    good = pairs.filter(pl.col("posterior") >= BORNE_OUT).select("d_sid", "u_sid")
    elsewise = _under_another_number(facts, good), _at_another_time(facts, good)
    return pl.concat([good, *elsewise, *_over_unlisted_trunks(facts)])


def count_clashes(facts: pl.DataFrame, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The CLASHES of a sample, and those of them that are of holes in the named carriers' records.

    `good` from `bearing_out`. A file that was not submitted leaves a hole, which a few stray rows of other files do not
    fill: what is missing there says of nobody that he lied.
    """
    records = facts.select("start", named="carrier").sort("start")
    up = words_of(facts, records, "upstream", good["d_sid"])
    # A refused attempt leaves a record at the one that refused it or not, as its switch likes.
    answered = facts.filter(pl.col("outcome") == "answered")
    down = words_of(answered, records, "downstream", good["u_sid"])
    said = pl.concat([up, down])
    return _counted(said), _counted(said.filter("hole"))


def _counted(said: pl.DataFrame) -> pl.DataFrame:
    counts = said.group_by("namer", "named", "side").agg(
        said=pl.len().cast(pl.Int64), unconfirmed=(~pl.col("borne_out")).sum().cast(pl.Int64)
    )
    return counts.select(CLASHES.names()).sort("namer", "named", "side")


def _under_another_number(facts: pl.DataFrame, good: pl.DataFrame) -> pl.DataFrame:
    """Statements of neighbours that bear each other out though the called number changed with nobody saying so."""
    sid = pl.col("sid")
    up = facts.filter(pl.col("downstream").is_not_null() & ~sid.is_in(good["u_sid"].implode()))
    down = facts.filter(
        pl.col("upstream").is_not_null() & ~sid.is_in(good["d_sid"].implode()) & (pl.col("calling") > 0)
    )
    upper = up.select(
        "tick", "spread", u="carrier", d="downstream", caller="sent_calling", u_sid="sid", u_start="start"
    )
    lower = down.select("tick", "spread", "start", u="upstream", d="carrier", caller="calling", d_sid="sid")
    met = lower.join(upper, on=["u", "d", "caller"], suffix="_up")
    slack = pl.col("tick") + pl.col("tick_up") + 3 * (pl.col("spread") + pl.col("spread_up")) + SAME_CALL
    after = pl.col("start") - pl.col("u_start")
    return met.filter((after >= -slack) & (after <= LONGEST_RING + slack)).select("d_sid", "u_sid")


def _at_another_time(facts: pl.DataFrame, good: pl.DataFrame) -> pl.DataFrame:
    """Statements of neighbours that name each other for the same two numbers, though minutes apart.

    The clock of one of them jumped, or was set right: no carrier has a record that names whom it never met.
    """
    sid = pl.col("sid")
    lower = facts.filter(pl.col("upstream").is_not_null() & ~sid.is_in(good["d_sid"].implode()))
    upper = facts.filter(pl.col("downstream").is_not_null() & ~sid.is_in(good["u_sid"].implode()))
    met = _met(
        lower.select("start", "called", "calling", u="upstream", d="carrier", d_sid="sid"),
        upper.select("start", u="carrier", d="downstream", called="sent", calling="sent_calling", u_sid="sid"),
        ["u", "d", "called", "calling"],
    )
    return met.filter((pl.col("start") - pl.col("start_up")).abs() <= FURTHEST_JUMP).select("d_sid", "u_sid")


def _over_unlisted_trunks(facts: pl.DataFrame) -> list[pl.DataFrame]:
    """Statements borne out by a neighbour's that names nobody on that side: its trunk was not listed.

    Both sides as (`d_sid`, `u_sid`), the statement without a name included: it says of nobody that he was there.
    """
    told = ("tick", "spread", "start", "setup")
    unnamed_up = facts.filter(pl.col("upstream").is_null() & pl.col("customer").is_null())
    below = facts.filter(pl.col("upstream").is_not_null()).select(*told, "called", d_sid="sid", u="upstream")
    sent_on = facts.filter("handed_on").select(*told, called="sent", u_sid="sid", u="carrier")
    above = facts.filter(pl.col("downstream").is_not_null()).select(*told, called="sent", u_sid="sid", d="downstream")
    came_in = unnamed_up.select(*told, "called", d_sid="sid", d="carrier")
    met = _met(below, sent_on, ["u", "called"]), _met(came_in, above, ["d", "called"])
    return [each.filter(_at_one_moment()).select("d_sid", "u_sid") for each in met]


def _met(lower: pl.DataFrame, upper: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """All pairs of statements with the same keys, but for those of numbers that are called all the time."""
    few = pl.len().over(on) <= MOST_ALIKE
    return lower.filter(few).join(upper.filter(few), on=on, suffix="_up")


def _at_one_moment() -> pl.Expr:
    slack = pl.col("tick") + pl.col("tick_up") + 3 * (pl.col("spread") + pl.col("spread_up")) + SAME_CALL
    # Who stamps the answer does so when it has rung.
    rang = pl.when((pl.col("setup") - pl.col("setup_up")).is_null()).then(LONGEST_RING).otherwise(0.0)
    return (pl.col("start") - pl.col("start_up")).abs() <= slack + rang


def words_of(facts: pl.DataFrame, records: pl.DataFrame, side: str, confirmed: pl.Series) -> pl.DataFrame:
    """The statements of `namer` that `named` is its neighbour on a side, at a time between that one's `records`.

    `records`: the `start` of every record of the carriers (`named`), sorted; `confirmed`: sids.
    `borne_out`: its sid is among these; `hole`: it is of a time of which the named one's records lack much.
    """
    named = facts.filter(pl.col(side).is_not_null()).select("sid", "calling", "start", namer="carrier", named=side)
    near = named.sort("start")
    for strategy in ("backward", "forward"):
        at = records.with_columns(pl.col("start").alias(strategy))
        near = near.join_asof(at, on="start", by="named", strategy=strategy, check_sortedness=False)
    pauses = records.group_by("named").agg(pause=pl.col("start").diff().median())
    longest = pl.max_horizontal(MANY_PAUSES * pl.col("pause").fill_null(0.0), LEAST_HOLE)
    return (
        near.join(pauses, on="named")
        .select(
            *("sid", "calling", "namer", "named"),
            side=pl.lit(side),
            borne_out=pl.col("sid").is_in(confirmed.implode()),
            hole=pl.col("forward") - pl.col("backward") > longest,
        )
        .drop_nulls("hole")
    )


def count_claims(quarrels: pl.DataFrame) -> pl.DataFrame:
    """The CLAIMS of a sample: `quarrels` from `quarrelled`."""
    told = quarrels.group_by("upstream", claimant="carrier").agg(quarrels=pl.col("sid").n_unique().cast(pl.Int64))
    return told.sort("upstream", "claimant")


def quarrelled(facts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The statements (`sid`, of `upstream`) of calls that a neighbour (`carrier`, `sid_own`) claims for a customer.

    `facts` from `comparable`, `pairs` of neighbours with their `posterior`; `calling` as the neighbour has it.
    """
    good = pairs.filter(pl.col("posterior") >= BORNE_OUT)["u_sid"]
    taken = pl.col("sid").is_in(good.implode())
    of_a_call = ("sid", "called", "calling", "start", "tick", "spread")
    own = facts.filter(pl.col("customer").is_not_null()).select("carrier", *of_a_call)
    over = facts.filter(pl.col("downstream").is_not_null() & ~taken).select(
        "sid", "sent_calling", "start", "tick", "spread", upstream="carrier", carrier="downstream", called="sent"
    )
    met = over.join(own, on=["carrier", "called"], suffix="_own")
    away = (pl.col("start") - pl.col("start_own")).abs() - pl.col("tick") - pl.col("tick_own")
    near = away <= SAME_CALL + 3 * (pl.col("spread") + pl.col("spread_own"))
    same = (pl.col("sent_calling") == pl.col("calling")) | (pl.col("calling") < 0) | (pl.col("sent_calling") < 0)
    return met.filter(near & same).select("sid", "sid_own", "upstream", "carrier", "calling")


def count_traffic(facts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The TRAFFIC of a sample, to tell how many of a carrier's claims nobody is there to contradict."""
    good = pairs.filter(pl.col("posterior") >= BORNE_OUT)["d_sid"]
    present = facts["carrier"].unique()
    named = pl.col("upstream").is_not_null()
    return (
        facts.group_by("carrier")
        .agg(
            own=pl.col("customer").is_not_null().sum().cast(pl.Int64),
            seen=(named & pl.col("sid").is_in(good.implode())).sum().cast(pl.Int64),
            unseen=(named & ~pl.col("upstream").is_in(present.implode())).sum().cast(pl.Int64),
        )
        .select(TRAFFIC.names())
        .sort("carrier")
    )
