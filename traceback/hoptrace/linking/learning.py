"""Learning: clocks, habits, shifts of batches, weights and trust, from all records together.

In this order: what a carrier's own rows show of its habits; batches that are off by themselves; the difference at which
each pair of neighbours meets most often, and the potentials that fit all of them; who starts late because it writes the
answer's time; straight lines for the clocks through all matched pairs; what each comparison is worth.
Nothing is ever written into the records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from hoptrace.linking.clashes import bearing_out, count_claims, count_clashes, count_traffic
from hoptrace.linking.coarse import COARSE_PAIRS, coarse_lines
from hoptrace.linking.drift import JITTER, Lines, fit_lines
from hoptrace.linking.estimate import estimate
from hoptrace.linking.far import APART, Parts, far_differences, far_edges, far_pairs, parts_of
from hoptrace.linking.habits import late_starters, own_habits
from hoptrace.linking.learned import CLOCKS, SHIFTS, UNKNOWN_SPREAD, Learned
from hoptrace.linking.meeting import differences, find_edges
from hoptrace.linking.members import comparable
from hoptrace.linking.neighbours import matched, middle, neighbour_pairs, with_residual
from hoptrace.linking.placing import placed
from hoptrace.linking.potentials import Edge, potentials, ties
from hoptrace.linking.repeated_hours import any_twice, borne_out
from hoptrace.linking.scoring import with_time
from hoptrace.linking.shifts import find_shifts
from hoptrace.linking.showing import count_showing
from hoptrace.linking.trust import trust_of
from hoptrace.model.statements import STATEMENTS

SAMPLE = 300_000
"""Statements looked at; more do not sharpen what is learned."""

NEEDED = (
    *("batch", "row", "carrier", "upstream", "downstream", "downstream_trunk", "customer", "called", "egress_called"),
    *("calling", "egress_calling", "call_id", "egress_call_id", "attestation", "orig_id", "signer"),
    *("start_time", "start_basis", "answer_time", "end_time", "duration", "precision", "outcome", "release_code"),
    "may_be_later",
)
"""The columns that `learn` looks at."""

LOOKS = (20.0, 6.0, 3.0)
"""Seconds beyond their ticks within which statements are matched: wide at first, since a clock that mostly meets times
cut to the minute may be several seconds off, and closer as the clocks' lines become known."""

WHOLE = 900.0
"""Seconds: zones differ by quarters of an hour."""

ODD = 180.0
"""Seconds that a clock may be off beside its whole hours."""


def sample(statements: pl.LazyFrame, count: int) -> pl.DataFrame:
    """At most about SAMPLE of `count` statements, by called number: both sides of a handoff are in, or both out.

    Only the columns that are learned from are read; the others come back as nulls.
    """
    share = max(1, -(-count // SAMPLE))
    sent = pl.coalesce("egress_called", "called")
    chosen = statements.filter((pl.col("called") % share == 0) | (sent % share == 0)) if share > 1 else statements
    nothing = [pl.lit(None, kind).alias(name) for name, kind in STATEMENTS.items() if name not in NEEDED]
    read = chosen.select(*NEEDED).collect(engine="streaming").with_columns(nothing).select(STATEMENTS.names())
    return read.sort("carrier", "batch", "row")


def learn(statements: pl.DataFrame) -> Learned:
    """All that can be learned from statements (STATEMENTS schema); carriers of which nothing shows are left out."""
    if any_twice(statements):
        once = statements.filter(pl.col("may_be_later").is_null())
        statements = borne_out(statements, _tied(once)[0])
    learned, habits, edges, parts = _tied(statements)
    if not edges:
        return learned
    habits = _with_late_starters(habits, neighbour_pairs(comparable(statements, learned)))
    offsets = dict(learned.clocks.select("carrier", "offset").iter_rows())
    learned = Learned(_with_spreads(_clocks(offsets, habits), edges), learned.shifts)
    for within in LOOKS:
        learned = _refined(learned, statements, parts, within)
    return _weighed(_with_coarse(learned, statements, parts), statements)


def _tied(statements: pl.DataFrame) -> tuple[Learned, pl.DataFrame, list[Edge], Parts]:
    """Shifts, and clocks as the edges tie them, of unknown spread; habits; the edges; who is tied well."""
    habits = own_habits(statements)
    habitual = Learned(_clocks({}, habits), SHIFTS.to_frame())
    met = differences(facts := comparable(statements, habitual))
    # A file of a carrier whose neighbours are silent is hours off against all whose records tell of the same calls.
    apart = far_differences(facts, parts_of(facts, find_edges(met))).select(met.columns)
    shifts = find_shifts(pl.concat([met, apart]))
    if shifts.height:
        met = differences(comparable(statements, Learned(habitual.clocks, shifts)))
    near = find_edges(met)
    facts = comparable(statements, Learned(habitual.clocks, shifts))
    parts = parts_of(facts, near)
    # What ties clocks together: neighbours' differences, and far ones where neighbours' leave carriers untied.
    edges = near + far_edges(facts, parts)
    if not edges:
        return habitual, habits, edges, parts
    offsets = potentials(edges)
    facts = comparable(statements, Learned(_clocks(offsets, habits), shifts))
    return Learned(_clocks(placed(facts, parts, offsets), habits), shifts), habits, edges, parts


def _with_spreads(clocks: pl.DataFrame, edges: Sequence[Edge]) -> pl.DataFrame:
    """Clocks with the spreads and matches of the edges that tie them."""
    schema = {"carrier": pl.String, "found": pl.Float64, "by": pl.Int64}
    told = pl.DataFrame([(name, *tie) for name, tie in sorted(ties(edges).items())], schema=schema, orient="row")
    return (
        clocks.join(told, on="carrier", how="left", maintain_order="left")
        .with_columns(spread=pl.coalesce("found", "spread"), matches=pl.coalesce("by", "matches"))
        .drop("found", "by")
    )


def _clocks(offsets: Mapping[str, float], habits: pl.DataFrame) -> pl.DataFrame:
    """CLOCKS of these offsets and habits, each of unknown spread."""
    known = pl.DataFrame(sorted(offsets.items()), schema={"carrier": pl.String, "offset": pl.Float64}, orient="row")
    told = habits.filter(
        pl.col("start_is_answer") | pl.col("tick").is_not_null() | pl.col("carrier").is_in(list(offsets))
    )
    return (
        told.join(known, on="carrier", how="full", coalesce=True)
        .with_columns(
            pl.col("offset").fill_null(0.0),
            pl.col("start_is_answer").fill_null(value=False),
            spread=pl.lit(UNKNOWN_SPREAD),
            matches=pl.lit(0, pl.Int64),
            drift=pl.lit(0.0),
            reference=pl.lit(0.0),
            hours=pl.lit(0.0),
        )
        .select(pl.col(name).cast(kind) for name, kind in CLOCKS.items())
        .sort("carrier")
    )


def _with_late_starters(habits: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Habits with those carriers added that only their neighbours' records show to write the answer as the start."""
    sides = [_lateness(pairs, *sides) for sides in (("d", "u"), ("u", "d"))]
    late = late_starters(pl.concat(sides))
    return habits.with_columns(start_is_answer=pl.col("start_is_answer") | pl.col("carrier").is_in(late))


def _lateness(pairs: pl.DataFrame, side: str, other: str) -> pl.DataFrame:
    """How much later than its neighbour's one carrier's records start, where both are said to start on arrival."""
    away = pl.col("late").abs()
    return (
        pairs.with_columns(late=middle(side, "setup") - middle(other, "setup"))
        .filter(pl.col("late").is_not_null())
        .filter((away == away.min().over("u_sid")) & (away == away.min().over("d_sid")))
        .select(
            "late",
            carrier=f"{side}_carrier",
            other=f"{other}_carrier",
            after_answer=middle(side, "setup") - middle(other, "answer"),
            answered=pl.col(f"{side}_outcome") == "answered",
        )
    )


def _refined(learned: Learned, statements: pl.DataFrame, parts: Parts, within: float) -> Learned:
    """Clocks as lines through the pairs that match with what is known so far."""
    facts = comparable(statements, learned)
    near = matched(neighbour_pairs(facts), within).select("residual", "sigma", "at", u="u_carrier", d="d_carrier")
    pairs = pl.concat([near, far_pairs(facts, parts, within).select(near.columns)])
    if pairs.is_empty():
        return learned
    lines = fit_lines(pairs)
    return Learned(_moved(learned.clocks, lines), learned.shifts)


def _with_coarse(learned: Learned, statements: pl.DataFrame, parts: Parts) -> Learned:
    """Clocks with those better known that only times cut to a minute tie."""
    facts = comparable(statements, learned)
    near = with_residual(neighbour_pairs(facts)).with_columns(u="u_carrier", d="d_carrier", noise=pl.lit(JITTER))
    far = far_differences(facts, parts).with_columns(residual="difference", noise=pl.lit(APART))
    pairs = pl.concat([near.select(COARSE_PAIRS), far.select(COARSE_PAIRS)]).drop_nulls("residual")
    if pairs.is_empty():
        return learned
    return Learned(_moved(learned.clocks, coarse_lines(pairs)), learned.shifts)


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


def _weighed(learned: Learned, statements: pl.DataFrame) -> Learned:
    """What was learned, and with these clocks what each comparison is worth and who contradicts whom."""
    facts = comparable(statements, learned)
    pairs = neighbour_pairs(facts).with_columns(kind=pl.lit("direct"), call=pl.lit(0), u_retry=pl.lit(value=False))
    if pairs.is_empty():
        return learned
    pairs = with_time(pairs)
    found = estimate(pairs)
    likely = pairs.with_columns(posterior=pl.Series(found.posterior))
    good = bearing_out(facts, likely)
    clashes, holes = count_clashes(facts, good)
    showing, repeats = count_showing(facts, good["d_sid"])
    trust = trust_of(clashes, count_claims(facts, likely), count_traffic(facts, likely), holes, showing, repeats)
    return Learned(learned.clocks, learned.shifts, {**found.weights.as_json(), "trust": trust.as_json()})
