"""Refining: clocks as straight lines through all matched statements; those that only cut times tell, from intervals."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from hoptrace.linking.clocks.coarse import COARSE_PAIRS, coarse_lines
from hoptrace.linking.clocks.drift import JITTER, Lines, fit_lines
from hoptrace.linking.clocks.far import APART, Parts, far_differences, far_pairs
from hoptrace.linking.learned import CLOCKS, Learned
from hoptrace.linking.members import comparable
from hoptrace.linking.neighbours import matched, neighbour_pairs, with_residual

LOOKS = (20.0, 6.0, 3.0)
"""Seconds beyond their ticks within which statements are matched: wide at first, since a clock that mostly meets times
cut to the minute may be several seconds off, and closer as the clocks' lines become known."""

WHOLE = 900.0
"""Seconds: zones differ by quarters of an hour."""

ODD = 180.0
"""Seconds that a clock may be off beside its whole hours."""


def refined(learned: Learned, statements: pl.DataFrame, parts: Parts) -> Learned:
    """What was learned, its clocks refined in several looks; `parts`: whose clocks neighbours tie well."""
    for within in LOOKS:
        learned = _lined(learned, statements, parts, within)
    return _with_coarse(learned, statements, parts)


def _lined(learned: Learned, statements: pl.DataFrame, parts: Parts, within: float) -> Learned:
    """Clocks as lines through the pairs that match with what is known so far, at most `within` s off."""
    facts = comparable(statements, learned)
    near = matched(neighbour_pairs(facts), within, learned.handed_on).select(
        "residual", "sigma", "at", u="u_carrier", d="d_carrier"
    )
    pairs = pl.concat([near, far_pairs(facts, parts, within, learned.handed_on).select(near.columns)])
    if pairs.is_empty():
        return learned
    lines = fit_lines(pairs)
    return replace(learned, clocks=_moved(learned.clocks, lines))


def _with_coarse(learned: Learned, statements: pl.DataFrame, parts: Parts) -> Learned:
    """Clocks with those better known that only times cut to a minute tie."""
    facts = comparable(statements, learned)
    near = with_residual(neighbour_pairs(facts), learned.handed_on).with_columns(
        u="u_carrier", d="d_carrier", noise=pl.lit(JITTER)
    )
    far = far_differences(facts, parts, learned.handed_on).with_columns(residual="difference", noise=pl.lit(APART))
    pairs = pl.concat([near.select(COARSE_PAIRS), far.select(COARSE_PAIRS)]).drop_nulls("residual")
    if pairs.is_empty():
        return learned
    return replace(learned, clocks=_moved(learned.clocks, coarse_lines(pairs)))


def _moved(clocks: pl.DataFrame, lines: Lines) -> pl.DataFrame:
    """The clocks with the lines added, still around the middle clock, and their whole hours told."""
    added = lines.clocks.rename({"offset": "more", "drift": "faster", "spread": "found", "matches": "by"})
    joined = clocks.join(added, on="carrier", how="left")
    offset = pl.col("offset") + pl.col("drift") * (lines.reference - pl.col("reference")) / 86_400.0 + pl.col("more")
    quarters = (pl.col("offset") / WHOLE).round()
    whole = (quarters != 0) & ((pl.col("offset") - quarters * WHOLE).abs() <= ODD)
    seen = pl.col("by").fill_null(0) > 0
    return (
        joined.with_columns(
            offset=pl.when(seen).then(offset).otherwise("offset").round(4),
            drift=pl.when(seen).then(pl.col("drift") + pl.col("faster")).otherwise("drift").round(4),
            reference=pl.when(seen).then(pl.lit(lines.reference)).otherwise("reference"),
            spread=pl.when(seen).then("found").otherwise("spread").round(4),
            matches=pl.when(seen).then("by").otherwise("matches"),
        )
        .with_columns(hours=pl.when(whole).then(quarters / 4).otherwise(0.0))
        .select(CLOCKS.names())
        .sort("carrier")
    )
