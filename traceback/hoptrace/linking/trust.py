"""Trust: whose statements about their neighbours the neighbours' own records bear out, and whose they do not.

Where A says that B handed it a call and B's complete records have none, either B lost the row or A does not tell the
truth. One call cannot tell which; many can: a carrier that loses rows lacks them for all its neighbours alike, one that
names innocents is contradicted by neighbours that everybody else agrees with.
"""

from __future__ import annotations

import polars as pl

CLASHES = pl.Schema(
    {"namer": pl.String, "named": pl.String, "side": pl.String, "said": pl.Int64, "unconfirmed": pl.Int64}
)
"""How often `namer` said that `named` was its neighbour on a `side` (upstream, downstream) at a time of which `named`
has records, and how often `named` has no fitting one."""

BORNE_OUT = 0.5
"""Probability of a pair from which one statement bears the other out."""

LEAST_LOSS = 0.002
"""Share of rows that any carrier may lose."""

FEW = 8.0
"""As how many statements the prior belief in a carrier counts."""


def count_clashes(facts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The CLASHES of a sample: `facts` from `comparable`, `pairs` of neighbours with their `posterior`."""
    good = pairs.filter(pl.col("posterior") >= BORNE_OUT)
    spans = facts.group_by("carrier").agg(first=pl.col("start").min(), last=pl.col("start").max())
    up = _said(facts, spans, "upstream", good["d_sid"])
    # A refused attempt leaves a record at the one that refused it or not, as its switch likes.
    answered = facts.filter(pl.col("outcome") == "answered")
    down = _said(answered, spans, "downstream", good["u_sid"])
    return pl.concat([up, down]).sort("namer", "named", "side")


def _said(facts: pl.DataFrame, spans: pl.DataFrame, side: str, confirmed: pl.Series) -> pl.DataFrame:
    named = facts.filter(pl.col(side).is_not_null()).select("sid", "start", namer="carrier", named=side)
    covered = named.join(spans, left_on="named", right_on="carrier").filter(
        pl.col("start").is_between(pl.col("first"), pl.col("last"))
    )
    return (
        covered.with_columns(borne_out=pl.col("sid").is_in(confirmed.implode()))
        .group_by("namer", "named")
        .agg(said=pl.len().cast(pl.Int64), unconfirmed=(~pl.col("borne_out")).sum().cast(pl.Int64))
        .select("namer", "named", side=pl.lit(side), said="said", unconfirmed="unconfirmed")
    )


def losses(clashes: pl.DataFrame) -> dict[str, float]:
    """The share of its rows that each carrier lacks, as most of its neighbours see it."""
    rates = clashes.with_columns(
        rate=(pl.col("unconfirmed") + FEW * LEAST_LOSS) / (pl.col("said") + FEW),
        weight=pl.col("said").clip(upper_bound=200),
    )
    found: dict[str, float] = {}
    for (named,), group in sorted(rates.group_by("named")):
        ordered = group.sort("rate", "namer")
        reached = ordered["weight"].cum_sum() >= ordered["weight"].sum() / 2
        found[str(named)] = max(float(ordered.filter(reached)["rate"][0]), LEAST_LOSS)
    return found


def untruths(clashes: pl.DataFrame) -> dict[tuple[str, str, str], float]:
    """By (namer, named, side): the probability that an unconfirmed naming is not true, rather than a row lost."""
    lost = losses(clashes)
    rows = clashes.with_columns(loss=pl.col("named").replace_strict(lost, default=LEAST_LOSS, return_dtype=pl.Float64))
    excess = (pl.col("unconfirmed") - pl.col("loss") * pl.col("said")).clip(0.0)
    usual = (
        rows.with_columns(excess=excess)
        .group_by("namer", "side")
        .agg(untrue=pl.col("excess").sum() / (pl.col("said").sum() + FEW))
    )
    told = rows.join(usual, on=["namer", "side"]).with_columns(
        untrue=(excess + FEW * pl.col("untrue")) / (pl.col("said") + FEW)
    )
    share = pl.col("untrue") / (pl.col("untrue") + pl.col("loss"))
    return {
        (namer, named, side): value
        for namer, named, side, value in told.select("namer", "named", "side", share).iter_rows()
    }
