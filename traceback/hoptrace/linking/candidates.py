"""Candidate pairs: which two statements of a call could be the two sides of one handoff at all."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from hoptrace.linking.covered import Covered
from hoptrace.linking.kinds import Kind
from hoptrace.linking.legs import LONGEST_RETRY
from hoptrace.linking.members import KEPT
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.columns import Columns
from hoptrace.model.frames import equals, rows_at

REACH = 180.0
"""Seconds: two statements of one handoff never start further apart than this on the common clock."""

NOBODY = -1
"""The number of a name that is not told."""


COVERAGE = {"upstream_covered": "upstream", "downstream_covered": "downstream"}
"""Whether the neighbours that a statement names have records of that time at all."""


def candidate_pairs(members: pl.DataFrame, covered: Covered) -> pl.DataFrame:
    """All pairs (`call`, `d_*`, `u_*`, `kind`) that could be one handoff, and those that contradict each other.

    They lie by call, `d_sid` and `u_sid`. `covered`: which carriers have submitted records that cover the call's time.
    A handoff needs both sides to name each other, or one side with the other silent about it. Bridges over carriers
    without a record need both sides to name one. Pairs of kind CONFLICT fit in numbers and time while one side names
    the other and the other names somebody else.
    """
    known = covered.flagged(in_order(members), COVERAGE)
    lower, upper = _met(known)
    slow = known.select(_slow()).to_series().to_numpy() if (known["leg"] != known["sid"]).any() else None
    pairs = _side(known, "d", lower).hstack(_side(known, "u", upper)).insert_column(0, rows_at(known["call"], lower))
    kinds = _kinds(Columns(pairs))
    late = np.zeros(upper.size) if slow is None else slow[upper]
    told = pairs.hstack([pl.Series("u_slow", late), _named(kinds)])
    possible = kinds != NO_KIND
    return told if possible.all() else rows_at(told, np.flatnonzero(possible))


def in_order(members: pl.DataFrame) -> pl.DataFrame:
    """Members by call and sid, as those of one reading lie already."""
    calls, sids = members["call"].to_numpy(), members["sid"].to_numpy()
    later, same = calls[1:] > calls[:-1], calls[1:] == calls[:-1]
    return members if (later | (same & (sids[1:] > sids[:-1]))).all() else members.sort("call", "sid")


@cache
def _slow() -> pl.Expr:
    """Seconds by which the way on may have begun later than the ingress, for other attempts of it failed before.

    All attempts tell the time of the ingress, and no record which of them was first.
    """
    failed = (pl.col("outcome") != "answered").fill_null(value=False).cast(pl.Int64)
    others = failed.sum().over("call", "leg") - failed
    return LONGEST_RETRY * pl.max_horizontal(others, (pl.col("leg") != pl.col("sid")).cast(pl.Int64))


def _met(known: pl.DataFrame) -> tuple[Int64s, Int64s]:
    """The rows of all pairs worth a look, in order: they meet in a name, or leap between unknown carriers.

    A busy number has thousands of statements, so pairs are found by the names and never all with all.
    """
    names = carrier, upstream, downstream = _names(known)
    met = [_meeting(*way) for way in ((upstream, carrier), (carrier, downstream), (upstream, downstream))]
    columns = Columns(known)
    below, above = np.flatnonzero(_below(columns)), np.flatnonzero(_above(columns))
    if below.size and above.size:
        came, sent = _callers(known)
        leaps = [_meeting(came[below], caller[above]) for caller in (sent, came)]
        met += [(below[lower], above[upper]) for lower, upper in leaps]
    lower, upper = (np.concatenate(side) for side in zip(*met, strict=True))
    looked_at = _worth_a_look(known["start"].to_numpy(), names, lower, upper)
    size = max(1, known.height)
    pairs = np.sort(lower[looked_at] * size + upper[looked_at])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs // size, pairs % size


def _names(known: pl.DataFrame) -> tuple[Int64s, Int64s, Int64s]:
    """Carrier, upstream and downstream of each statement as a number of the call's own."""
    names = pl.concat([known["carrier"], known["upstream"], known["downstream"]]).cast(pl.Categorical)
    carrier, upstream, downstream = _of_calls(known, names.to_physical(), 3)
    return carrier, upstream, downstream


def _callers(known: pl.DataFrame) -> tuple[Int64s, Int64s]:
    """The caller that came in and the one that went out, the same."""
    came, sent = _of_calls(known, pl.concat([known["calling"], known["sent_calling"]]).rank("dense"), 2)
    return came, sent


def _of_calls(known: pl.DataFrame, told: pl.Series, columns: int) -> list[Int64s]:
    """Columns one below the other, of numbers below 2 ** 32, as numbers of each call's own; NOBODY for null."""
    numbers = told.to_numpy()  # with nulls they are floats, and null is none: `fill_null` takes longer than all of this
    own = np.nan_to_num(numbers).astype(np.int64) + np.tile(known["call"].to_numpy() << 32, columns)
    return np.split(np.where(np.isnan(numbers), NOBODY, own), columns)


def _meeting(one: Int64s, other: Int64s) -> tuple[Int64s, Int64s]:
    """The rows of which the lower has at `one` what the upper has at `other`."""
    rows = np.flatnonzero(one != NOBODY)
    lower, upper = equals(one[rows], other)
    return rows[lower], upper


def _side(known: pl.DataFrame, side: str, rows: Int64s) -> pl.DataFrame:
    """The statements in these rows as one side of pairs."""
    told = rows_at(known[[*KEPT, *COVERAGE]], rows)
    told.columns = [f"{side}_{name}" for name in told.columns]
    return told


def _below(columns: Columns) -> Truths:
    """Whether nobody with records says who handed the call to a statement."""
    # A statement of an own customer's call still meets who says that it handed the call over: a contradiction.
    named = columns.known("upstream")
    return np.where(named, ~columns.truths("upstream_covered"), ~columns.known("customer"))


def _above(columns: Columns) -> Truths:
    """Whether nobody with records says that a statement's call came to it: the next one is silent, or unlisted."""
    return np.where(columns.known("downstream"), ~columns.truths("downstream_covered"), columns.truths("handed_on"))


def _worth_a_look(start: Floats, names: tuple[Int64s, Int64s, Int64s], lower: Int64s, upper: Int64s) -> Truths:
    """Two statements within REACH, of two carriers: a carrier hands a call to itself only through another one."""
    carrier, upstream, downstream = names
    hairpin = (upstream[lower] == downstream[upper]) & (upstream[lower] != NOBODY)
    apart = (carrier[lower] != carrier[upper]) | hairpin
    return (lower != upper) & apart & (np.abs(start[lower] - start[upper]) <= REACH)


KINDS = tuple(Kind)
NO_KIND = -1


def _named(kinds: Int64s) -> pl.Series:
    return rows_at(pl.Series("kind", [*map(str, KINDS), None], pl.String), kinds % (len(KINDS) + 1))


def _kinds(columns: Columns) -> Int64s:
    """The place in KINDS of the kind of each pair (`d_*`, `u_*`), NO_KIND where the two can be no handoff."""
    said = _Said(columns)
    told = np.full(said.continuous.size, NO_KIND, np.int64)
    for kind, holds in reversed(said.kinds()):
        told[holds] = KINDS.index(kind)
    # A leap over a gap is none between carriers that should have records.
    covered = columns.truths("d_upstream_covered") | columns.truths("u_downstream_covered")
    told[(told == KINDS.index(Kind.GAP)) & covered] = NO_KIND
    return told


class _Said:
    """What decides the kinds of pairs, each worked out once."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.continuous = columns.equal("u_sent", "d_called") | columns.equal("u_called", "d_called")
        self._broken = columns.differ("u_sent", "d_called") & columns.differ("u_called", "d_called")
        self._same_caller = columns.above("d_calling", 0) & (
            columns.equal("d_calling", "u_sent_calling") | columns.equal("d_calling", "u_calling")
        )
        self._down_names = columns.equal("d_upstream", "u_carrier")
        self._up_names = columns.equal("u_downstream", "d_carrier")
        self._down_named = columns.known("d_upstream")
        self._down_silent = ~self._down_named & ~columns.known("d_customer")
        self._up_silent = ~columns.known("u_downstream")
        # Of two that handed the call on the other way, none got it back from the other without saying so.
        self._back = columns.equal("u_upstream", "d_carrier") & columns.equal("d_downstream", "u_carrier")

    def kinds(self) -> list[tuple[Kind, Truths]]:
        """Where pairs are of a kind, of which the first counts."""
        continuous, broken, same_caller = self.continuous, self._broken, self._same_caller
        one_names, both_name = self._down_names | self._up_names, self._down_names & self._up_names
        same_between = self._columns.equal("d_upstream", "u_downstream")
        alike = same_caller & ~self._answers_differ()
        return [
            (Kind.DIRECT, continuous & self._direct()),
            (Kind.REWRITTEN, broken & both_name & same_caller),
            (Kind.CONFLICT, continuous & one_names),
            (Kind.BRIDGED, continuous & (same_between | (same_caller & self._over_silent()))),
            (Kind.FORWARDED, broken & same_between & alike),
            (Kind.GAP, continuous & alike & ((self._down_named & ~self._up_silent) | self._over_unlisted())),
        ]

    def _direct(self) -> Truths:
        down, up = self._down_names, self._up_names
        return (down & up) | (down & self._up_silent) | (up & self._down_silent)

    def _over_silent(self) -> Truths:
        """The lower statement says nothing, and the upper one's call went to a carrier without records."""
        uncovered = ~self._columns.truths("u_downstream_covered")
        return self._down_silent & ~self._up_silent & uncovered & ~self._back

    def _over_unlisted(self) -> Truths:
        """The upper statement's call went on over a trunk that nobody listed, the lower one's came from a silent one.

        That one may be the carrier at which the trunk ends.
        """
        from_silent = self._down_named & ~self._columns.truths("d_upstream_covered")
        return self._up_silent & self._columns.truths("u_handed_on") & from_silent & ~self._back

    def _answers_differ(self) -> Truths:
        down, up = (self._columns.says(side, "answered") for side in ("d_outcome", "u_outcome"))
        return (down != up) & self._columns.known("d_outcome") & self._columns.known("u_outcome")
