"""Learning: clocks, habits, shifts of batches, weights and trust, from all records together.

In this order: what a carrier's own rows show of its habits; batches that are off by themselves; the difference at which
each pair of neighbours meets most often, and the potentials that fit all of them; who starts late because it writes the
answer's time; straight lines for the clocks through all matched pairs; what each comparison is worth.
Nothing is ever written into the records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from hoptrace.linking.clocks.centring import centred
from hoptrace.linking.clocks.far import Parts, far_differences, far_edges, parts_of
from hoptrace.linking.clocks.habits import late_starters, own_habits
from hoptrace.linking.clocks.meeting import differences, find_edges
from hoptrace.linking.clocks.placing import placed
from hoptrace.linking.clocks.potentials import Edge, handed_on_beyond, potentials, ties
from hoptrace.linking.clocks.refining import refined
from hoptrace.linking.clocks.repeated_hours import any_twice, borne_out
from hoptrace.linking.clocks.shifts import find_shifts
from hoptrace.linking.clocks.steps import NO_STEPS, SetClocks, find_steps
from hoptrace.linking.delays import delays_of
from hoptrace.linking.estimate import estimate
from hoptrace.linking.kinds import HANDED_ON
from hoptrace.linking.learned import CLOCKS, SHIFTS, UNKNOWN_SPREAD, Learned
from hoptrace.linking.members import comparable
from hoptrace.linking.neighbours import middle, neighbour_pairs
from hoptrace.linking.times import with_time
from hoptrace.linking.trust.bearing_out import trust_of
from hoptrace.linking.trust.borrowed import count_borrowed
from hoptrace.linking.trust.claimed import count_claimed
from hoptrace.linking.trust.clashes import bearing_out, count_claims, count_clashes, count_traffic, quarrelled
from hoptrace.linking.trust.rivalled import count_rivalled
from hoptrace.linking.trust.showing import count_showing
from hoptrace.linking.trust.witnesses import WITNESSES, count_witnesses
from hoptrace.model.statements import STATEMENTS

SAMPLE = 300_000
"""Statements looked at; more do not sharpen what is learned."""

NEEDED = (
    *("batch", "row", "carrier", "upstream", "downstream", "customer", "called", "egress_called"),
    *("upstream_trunk", "downstream_trunk"),
    *("calling", "egress_calling", "call_id", "egress_call_id", "attestation", "orig_id", "signer"),
    *("start_time", "start_basis", "answer_time", "end_time", "duration", "precision", "outcome", "release_code"),
    "may_be_later",
)
"""The columns that `learn` looks at."""


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
    if (found := _steps(learned, statements)).steps:
        learned, habits, edges, parts = _tied(statements, found)
    habits = _with_late_starters(habits, neighbour_pairs(comparable(statements, learned)))
    offsets = dict(learned.clocks.select("carrier", "offset").iter_rows())
    learned = replace(learned, clocks=_with_spreads(_clocks(offsets, habits), edges))
    return _weighed(centred(refined(learned, statements, parts)), statements)


def _steps(learned: Learned, statements: pl.DataFrame) -> SetClocks:
    """The steps of clocks that do not drift yet."""
    offsets = dict(learned.clocks.select("carrier", "offset").iter_rows())
    return find_steps(comparable(statements, learned), offsets, learned.handed_on)


def _tied(statements: pl.DataFrame, found: SetClocks = NO_STEPS) -> tuple[Learned, pl.DataFrame, list[Edge], Parts]:
    """Shifts, and clocks as the edges tie them, of unknown spread; habits; the edges; who is tied well."""
    habits = own_habits(statements)
    set_anew, known = found.as_json(), {carrier: 0.0 for carrier, *_ in found.steps}
    habitual = Learned(_clocks(known, habits), SHIFTS.to_frame(), set_anew)
    met = differences(facts := comparable(statements, habitual))
    # A file of a carrier whose neighbours are silent is hours off against all whose records tell of the same calls.
    apart = far_differences(facts, parts_of(facts, find_edges(met))).select(met.columns)
    shifts = find_shifts(pl.concat([met, apart]))
    if shifts.height:
        met = differences(comparable(statements, Learned(habitual.clocks, shifts, set_anew)))
    near = find_edges(met)
    facts = comparable(statements, Learned(habitual.clocks, shifts, set_anew))
    parts = parts_of(facts, near)
    # What ties clocks together: neighbours' differences, and far ones where neighbours' leave carriers untied.
    more = handed_on_beyond(near)
    near = find_edges(differences(facts, HANDED_ON + more)) if more else near
    edges = near + far_edges(facts, parts, HANDED_ON + more)
    if not edges:
        return habitual, habits, edges, parts
    weights = set_anew | ({"handed_on": round(HANDED_ON + more, 3)} if more else {})
    offsets = potentials(edges)
    facts = comparable(statements, Learned(_clocks(offsets, habits), shifts, set_anew))
    offsets = placed(facts, parts, offsets, HANDED_ON + more)
    return Learned(_clocks(offsets, habits), shifts, weights), habits, edges, parts


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
            answered=_ended(side, other) == "answered",
        )
    )


def _ended(side: str, other: str) -> pl.Expr:
    """How a call ended; whoever writes no outcome at all may write the answer as the start all the same."""
    own = pl.col(f"{side}_outcome")
    return pl.when(own == "unknown").then(pl.col(f"{other}_outcome")).otherwise(own)


def _weighed(learned: Learned, statements: pl.DataFrame) -> Learned:
    """What was learned, and with these clocks what each comparison is worth and who contradicts whom."""
    facts = comparable(statements, learned)
    pairs = neighbour_pairs(facts).with_columns(kind=pl.lit("direct"), call=pl.lit(0), u_slow=pl.lit(0.0))
    if pairs.is_empty():
        return learned
    delays = delays_of(pairs, learned.handed_on)
    pairs = with_time(pairs, learned.handed_on, delays)
    found = estimate(pairs)
    likely = pairs.with_columns(posterior=pl.Series(found.posterior))
    good = bearing_out(facts, likely)
    clashes, holes = count_clashes(facts, good)
    showing, repeats = count_showing(facts, good["d_sid"])
    quarrels = quarrelled(facts, likely)
    trust = trust_of(
        clashes=clashes,
        claims=count_claims(quarrels),
        claimed=count_claimed(facts, quarrels),
        traffic=count_traffic(facts, likely),
        holes=holes,
        showing=showing,
        repeats=repeats,
        borrowed=count_borrowed(facts),
        rivalled=count_rivalled(facts),
        witnesses=WITNESSES.to_frame(),
    )
    # Who is doubted is known only now.
    trust = replace(trust, witnesses=tuple(count_witnesses(facts, good["d_sid"], trust.untrue).rows()))
    weights = replace(found.weights, handed_on=learned.handed_on, delays=delays)
    return replace(learned, weights={**learned.weights, **weights.as_json(), "trust": trust.as_json()})
