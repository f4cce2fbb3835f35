"""Witnesses: by the caller id of a call, who else tells that a doubtful word of where it came from is true.

Where a carrier that may lie says that it got a call from another one that may leave its records out, what the two do
in other calls settles nothing. The other calls of the same caller may: carriers that have nothing to do with each other
do not lay the calls of one caller at the same door, unless they came from there.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hoptrace.linking.trust.blame import MOST_LOSS
from hoptrace.linking.trust.clashes import words_of

WITNESSES = pl.Schema({"namer": pl.String, "named": pl.String, "calling": pl.Int64, "witness": pl.String})
"""`namer` says that it got calls of a caller (`calling`, a number's key) from `named`, which has no record of them.

`witness`: another carrier that says the same of calls of this caller, of times of which `named` has records, or `named`
itself where its own customers show that caller id in other calls. One row a caller, of words that are doubted
(NAMED_FALSELY) and that it may bear out; sorted by namer, named and caller.
"""

NAMED_FALSELY = 1 / 4
"""Probability from which a carrier without a record of a call is not taken to be the one that handed it over.

To be asked for a record that it never had harms an innocent; that the trail ends a carrier earlier harms nobody. So it
must be three times as likely that its record was left out or lost. Where liars quarrel with liars the probability is
told too low besides, of words that nobody bears out: in twenty simulated networks 130 of 189 such words that seemed
0.25 to 0.4 likely to be false were so, and none of 59 that somebody bore out.

Nor does a carrier bear another one out whose own word of that upstream is as doubtful: two that lie may blame the same.
"""

SECONDED, AT_HOME = 50.0, 5.0
"""Odds for a carrier's word where another carrier says the same of other calls of the caller, or where customers of the
one that it names show the caller id.

In twenty simulated networks all of 9,065 words of missing records that another carrier bears out were true; where only
customers did so 1,708 were true and 6 false, of the others 2,794 and 24,437. The odds say less than that, for liars may
agree, a caller with several carriers shows its numbers over each, and anybody may show a victim's.
"""

ROWS_LOST = 3.0
"""Times as large as what any carrier may lose that the missing share of a caller's calls must be to bear a word out."""

OF_CALLS = ("named", "calling")
"""The calls of a caller that were laid at a carrier's door."""

Odds = Mapping[int, float]
"""Odds for a carrier's word of calls, by their caller (a number's key)."""

NO_ODDS: Odds = {}


def count_witnesses(facts: pl.DataFrame, borne_out: pl.Series, untrue: Mapping[tuple[str, str], float]) -> pl.DataFrame:
    """The WITNESSES of a sample: `facts` from `comparable`, `borne_out` the sids that a neighbour bears out.

    `untrue`: by (namer, named), both with records, the probability that a missing upstream was named falsely.
    """
    doubted = [pair for pair, probability in untrue.items() if probability >= NAMED_FALSELY]
    if not doubted:
        return WITNESSES.to_frame()
    words = _missing(facts, borne_out, untrue)
    open_ = words.filter("doubted")
    others = _testimony(
        facts, borne_out, words.filter(pl.col("untrue") < NAMED_FALSELY).join(open_, on=OF_CALLS, how="semi")
    )
    seconded = (
        open_.select("namer", "named", "calling")
        .join(others, on=OF_CALLS)
        .filter(pl.col("witness") != pl.col("namer"))
        .sort("namer", "named", "calling", "untrue", "witness")
        .unique(["namer", "named", "calling"], keep="first", maintain_order=True)
    )
    at_home = open_.join(seconded, on=["namer", "named", "calling"], how="anti").join(
        _own(facts, "named"), on=OF_CALLS, how="semi"
    )
    told = [each.select(WITNESSES.names()) for each in (seconded, at_home.with_columns(witness="named"))]
    return pl.concat(told).sort("namer", "named", "calling")


def _missing(facts: pl.DataFrame, borne_out: pl.Series, untrue: Mapping[tuple[str, str], float]) -> pl.DataFrame:
    """Callers of whose calls `named` has no record though `namer` says that it got them there, each once.

    Left out are those of which the namer gives itself away: its own customers show them, or it lays their calls at
    several doors and is borne out at none of these.
    """
    rows = [(*pair, probability) for pair, probability in sorted(untrue.items())]
    pairs = pl.DataFrame(rows, {"namer": pl.String, "named": pl.String, "untrue": pl.Float64}, orient="row")
    unconfirmed = pl.col("upstream").is_not_null() & ~pl.col("sid").is_in(borne_out.implode())
    words = (
        facts.filter(unconfirmed & (pl.col("calling") > 0))
        .select("calling", namer="carrier", named="upstream")
        .unique()
        .join(pairs, on=["namer", "named"])
        .filter(pl.len().over("namer", "calling") == 1)
    )
    told = words.join(_own(facts, "namer"), on=["namer", "calling"], how="anti")
    return told.with_columns(doubted=pl.col("untrue") >= NAMED_FALSELY)


def _testimony(facts: pl.DataFrame, borne_out: pl.Series, words: pl.DataFrame) -> pl.DataFrame:
    """Of these words those that tell that `named` leaves out calls of the caller, by their `witness`.

    A call of a time of which `named` has no records tells nothing of that, nor does one lost row among many.
    """
    asked = facts.join(words, left_on=["carrier", "upstream", "calling"], right_on=["namer", *OF_CALLS], how="semi")
    records = facts.select("start", named="carrier").join(words, on="named", how="semi").sort("start")
    said = words_of(asked, records, "upstream", borne_out).filter(~pl.col("hole"))
    left_out = said.group_by("namer", *OF_CALLS).agg(missing=(~pl.col("borne_out")).mean())
    told = words.join(left_out.filter(pl.col("missing") > ROWS_LOST * MOST_LOSS), on=["namer", *OF_CALLS])
    return told.select(*OF_CALLS, "untrue", witness="namer")


def _own(facts: pl.DataFrame, name: str) -> pl.DataFrame:
    """The caller ids (`calling`) that each carrier's own customers show; the carrier under this name."""
    own = facts.filter(pl.col("customer").is_not_null() & (pl.col("calling") > 0))
    return own.select(pl.col("carrier").alias(name), "calling").unique()


def spoken_for(
    witnesses: pl.DataFrame, untrue: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], dict[int, float]]:
    """By (namer, named), the odds for the namer's word of calls of each caller that somebody bears out."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for namer, named, calling, witness in witnesses.rows():
        if witness == named:
            found.setdefault((namer, named), {})[calling] = AT_HOME
        elif untrue.get((witness, named), 0.0) < NAMED_FALSELY:
            found.setdefault((namer, named), {})[calling] = SECONDED
    return found
