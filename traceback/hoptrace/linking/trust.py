"""Trust: whose statements about their neighbours the neighbours' own records bear out, and whose they do not.

Where A says that B handed it a call and B's complete records have none, either B lost the row or A does not tell the
truth. One call cannot tell which; many can: a carrier that loses rows lacks them for all its neighbours alike, one that
names innocents is contradicted by neighbours that everybody else agrees with. The same holds where A says that its own
customer placed a call and B says that it handed that call to A: who has this quarrel with several others is the cause.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from hoptrace.linking.blame import FEW, LEAST_LOSS, named_falsely
from hoptrace.linking.borrowed import BORROWED, borrowers
from hoptrace.linking.caller_odds import CallerOdds, caller_odds
from hoptrace.linking.clashes import CLAIMS, CLASHES, TRAFFIC
from hoptrace.linking.showing import REPEATS, SHOWING

LEAST_CAUGHT = 2.0
"""False claims from which a carrier's word of its customers is weighed against others'."""

FEW_WORDS = 2.0
"""As how many words borne out the prior belief in a carrier's word of its upstreams counts."""

ROUNDS = 10

MOST_COUNTED = 10
"""Quarrels with one neighbour that tell of a carrier's others: more have the same cause and tell no more."""

ALONE = 1.0
"""As how many quarrels with others the prior belief counts that either side of a quarrel may be its cause."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What clashes tell. Nothing learned: a neighbour's missing record is a lost row, a quarrel is open.

    `untrue`: by (namer, named), the probability that an upstream which has no record of the call was named falsely.
    `invents`: by (upstream, claimant), the probability that the claimant's word of an own customer is the false one.
    `misnames`: by namer, the share of its words of its upstreams without records that are false;
    `misnamed`: the same by (namer, named), for any upstream.
    `made_up`: by carrier, the probability that a call of its own customers never went where it says, nobody being there
    to bear it out. `lost`: by carrier, the share of rows that it lacks. `doubt`: by carrier, the probability that its
    word of an own customer is false where nobody is there to contradict it. `borrows`: by (carrier, customer), those
    whose caller ids are mostly others' customers'.
    `clashes`, `claims`, `traffic`, `showing`, `repeats`, `borrowed`: the counts behind them (rows of CLASHES and so
    on); `holes`: those of the clashes that are of times of which the named one's records lack much.
    """

    untrue: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    invents: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    doubt: Mapping[str, float] = field(default_factory=dict[str, float])
    lost: Mapping[str, float] = field(default_factory=dict[str, float])
    made_up: Mapping[str, float] = field(default_factory=dict[str, float])
    misnames: Mapping[str, float] = field(default_factory=dict[str, float])
    misnamed: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    borrows: Collection[tuple[str, str]] = frozenset()
    clashes: tuple[tuple[str, str, str, int, int], ...] = ()
    claims: tuple[tuple[str, str, int], ...] = ()
    traffic: tuple[tuple[str, int, int, int], ...] = ()
    holes: tuple[tuple[str, str, str, int, int], ...] = ()
    showing: tuple[tuple[str, str, int, int, int, int], ...] = ()
    repeats: tuple[tuple[str, int, int], ...] = ()
    borrowed: tuple[tuple[str, str, int, int, int], ...] = ()

    def falsely(self, namer: str, named: str) -> float:
        """The probability that a carrier names an upstream falsely of which no records of that time are at hand."""
        return self.misnamed.get((namer, named), self.misnames.get(namer, 0.0))

    def as_json(self) -> dict[str, Any]:
        """The counts as plain data, from which `from_json` makes the same trust again."""
        return {name: [list(row) for row in getattr(self, name)] for name in COUNTS}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Trust:
        """Trust out of plain data; empty where nothing was learned."""
        frames = {name: pl.DataFrame(data.get(name, []), schema=kind, orient="row") for name, kind in COUNTS.items()}
        return trust_of(**frames)


COUNTS = {
    "clashes": CLASHES,
    "claims": CLAIMS,
    "traffic": TRAFFIC,
    "holes": CLASHES,
    "showing": SHOWING,
    "repeats": REPEATS,
    "borrowed": BORROWED,
}
"""The counts that trust rests on, by name."""


def trust_of(**counts: pl.DataFrame) -> Trust:
    """What the counts (all of COUNTS, each in its schema) tell of each carrier and pair of neighbours."""
    clashes, claims = counts["clashes"], counts["claims"]
    invents, lost = _invents(claims), losses(clashes)
    odds = caller_odds(counts["showing"], counts["repeats"])
    untrue = _untrue(clashes, counts["holes"], lost)
    misnames, misnamed = _misnaming(clashes, untrue)
    of_silent = _misnaming_silent(odds, misnames, untrue.keys())
    misnames, misnamed = misnames | of_silent[0], misnamed | of_silent[1]
    return Trust(
        _borne_out_by_callers(untrue, odds),
        invents,
        _doubt(claims, invents, counts["traffic"]),
        lost,
        _made_up(clashes, lost, _claimed(claims, invents)),
        misnames,
        misnamed,
        borrowers(counts["borrowed"]),
        *(tuple(counts[name].rows()) for name in COUNTS),
    )


def _untrue(clashes: pl.DataFrame, holes: pl.DataFrame, lost: Mapping[str, float]) -> dict[tuple[str, str], float]:
    """`untrue` of Trust: who lies is told by what is missing beside the holes, whose calls had another cause."""
    counts = ("said", "unconfirmed")
    of_holes = holes.rename({name: f"{name}_hole" for name in counts})
    joined = clashes.join(of_holes, on=["namer", "named", "side"], how="left")
    beside = joined.with_columns(pl.col(name) - pl.col(f"{name}_hole").fill_null(0) for name in counts)
    told = named_falsely(beside.filter(pl.col("said") > 0), lost)
    shares = beside.join(clashes, on=["namer", "named", "side"], suffix="_all").filter(pl.col("side") == "upstream")
    share = (
        pl.when(pl.col("unconfirmed_all") > 0).then(pl.col("unconfirmed") / pl.col("unconfirmed_all")).otherwise(1.0)
    )
    rows = shares.select("namer", "named", share).rows()
    return {(namer, named): told.get((namer, named), 0.0) * part for namer, named, part in rows}


def _borne_out_by_callers(untrue: Mapping[tuple[str, str], float], odds: CallerOdds) -> dict[tuple[str, str], float]:
    """`untrue` of Trust, where the caller ids of the missing calls speak for the one that names the other.

    Who blames another does so for its own customers' calls. Where two liars quarrel their other quarrels leave it even;
    that the missing calls bear none of the caller ids that the namer's customers show then says whose calls they are.
    """
    return {
        pair: min(known, odds.share(pair[0], pair[1:], known, FEW_WORDS)) if pair in odds.counted else known
        for pair, known in untrue.items()
    }


def losses(clashes: pl.DataFrame) -> dict[str, float]:
    """The share of its rows that each carrier lacks, as most of its neighbours see it."""
    rates = clashes.with_columns(
        rate=(pl.col("unconfirmed") + FEW * LEAST_LOSS) / (pl.col("said") + FEW),
        weight=pl.col("said").clip(upper_bound=200),
    )
    # The weighted median: the first of a carrier's rates by which half of the weight is reached.
    ordered = rates.sort("named", "rate", "namer").with_columns(
        reached=pl.col("weight").cum_sum().over("named") >= pl.col("weight").sum().over("named") / 2
    )
    middle = ordered.filter("reached").group_by("named", maintain_order=True).agg(pl.col("rate").first())
    return {named: max(rate, LEAST_LOSS) for named, rate in middle.select("named", "rate").iter_rows()}


def _claimed(claims: pl.DataFrame, invents: Mapping[tuple[str, str], float]) -> pl.DataFrame:
    """By (namer, named): calls that the one handed on and the other claims for its own customers."""
    rows = [(u, c, quarrels * invents[u, c]) for u, c, quarrels in claims.rows()]
    return pl.DataFrame(rows, schema={"namer": pl.String, "named": pl.String, "claimed": pl.Float64}, orient="row")


def _made_up(clashes: pl.DataFrame, lost: Mapping[str, float], claimed: pl.DataFrame) -> dict[str, float]:
    """By carrier: the share of its handoffs to neighbours with records that they have nothing of, beyond their losses.

    What a neighbour claims for its own customers does not count against the carrier above it.
    """
    down = clashes.filter(pl.col("side") == "downstream").join(claimed, on=["namer", "named"], how="left")
    if down.is_empty():
        return {}
    loss = pl.col("named").replace_strict(lost, default=LEAST_LOSS, return_dtype=pl.Float64)
    missing = pl.col("unconfirmed") - pl.col("claimed").fill_null(0.0)
    excess = (missing - 2 * loss * pl.col("said") - 1).clip(0.0)
    told = down.group_by("namer").agg(excess=excess.sum(), said=pl.col("said").sum()).sort("namer")
    share = pl.col("excess") / (pl.col("said") + FEW)
    return dict(told.select("namer", share).filter(pl.col("excess") > 0).iter_rows())


def _misnaming(
    clashes: pl.DataFrame, untrue: Mapping[tuple[str, str], float]
) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """The shares `misnames` and `misnamed` of Trust: what a carrier does to some upstreams it does to the others."""
    said: dict[str, int] = {}
    false: dict[str, float] = {}
    pairs = clashes.filter(pl.col("side") == "upstream").select("namer", "named", "said", "unconfirmed").rows()
    for namer, named, words, missing in pairs:
        said[namer] = said.get(namer, 0) + words
        false[namer] = false.get(namer, 0.0) + missing * untrue[namer, named]
    by_namer = {namer: false[namer] / (said[namer] + FEW_WORDS) for namer in said}
    by_pair = {
        (namer, named): (missing * untrue[namer, named] + FEW_WORDS * by_namer[namer]) / (words + FEW_WORDS)
        for namer, named, words, missing in pairs
    }
    return by_namer, by_pair


def _misnaming_silent(
    odds: CallerOdds, misnames: Mapping[str, float], with_records: Iterable[tuple[str, str]]
) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """The shares `misnames` and `misnamed` of carriers without records, told by the caller ids of their calls.

    Who blames carriers with records may tell the truth of those without: calls that only pass through it bear other
    caller ids than its customers' own.
    """
    silent = sorted(odds.counted.keys() - set(with_records))
    by_namer: dict[str, list[str]] = {}
    for namer, named in silent:
        by_namer.setdefault(namer, []).append(named)
    of_all: dict[str, float] = {}
    of_each: dict[tuple[str, str], float] = {}
    for namer, named in by_namer.items():
        # Customers with several carriers show their numbers over each: that alone makes nobody a liar.
        known = misnames.get(namer, 0.0)
        of_all[namer] = min(known, odds.share(namer, named, known, FEW_WORDS))
        for each in named:
            of_each[namer, each] = min(of_all[namer], odds.share(namer, [each], of_all[namer], FEW_WORDS))
    return of_all, of_each


def _invents(claims: pl.DataFrame) -> dict[tuple[str, str], float]:
    """By (upstream, claimant): who of the two has this quarrel with others as well.

    A quarrel that is laid at another's door does not count against a carrier; a few rounds settle that. Whom several
    neighbours contradict is the cause, and not who has the more traffic with a single one.
    """
    counted = pl.col("quarrels").clip(upper_bound=MOST_COUNTED)
    at, away = counted * pl.col("share"), counted * (1 - pl.col("share"))
    rows = claims.with_columns(share=pl.lit(0.5))
    for _ in range(ROUNDS):
        by_claimant = at.sum().over("claimant") - at
        by_upstream = away.sum().over("upstream") - away
        rows = rows.with_columns(share=(by_claimant + ALONE) / (by_claimant + by_upstream + 2 * ALONE))
    told = rows.select("upstream", "claimant", "share").sort("upstream", "claimant")
    return {(upstream, claimant): value for upstream, claimant, value in told.rows()}


def _doubt(claims: pl.DataFrame, invents: Mapping[tuple[str, str], float], traffic: pl.DataFrame) -> dict[str, float]:
    """By carrier: how likely a claim of an own customer is false that no neighbour contradicts.

    A carrier that claims some of the calls of neighbours with records for its own does so with those of the others too.
    """
    false: dict[str, float] = {}
    for upstream, claimant, quarrels in claims.rows():
        false[claimant] = false.get(claimant, 0.0) + quarrels * invents[upstream, claimant]
    found: dict[str, float] = {}
    for carrier, own, seen, unseen in traffic.rows():
        caught = false.get(carrier, 0.0)
        if caught < LEAST_CAUGHT:
            continue
        rate = caught / (caught + seen + FEW)
        uncaught = unseen * rate / (1 - rate) + 1
        found[carrier] = min(1.0, uncaught / max(own - caught, uncaught))
    return found
