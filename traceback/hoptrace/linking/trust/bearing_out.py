"""Trust: whose statements about their neighbours the neighbours' own records bear out, and whose they do not.

Where A says that B handed it a call and B's complete records have none, either B lost the row or A does not tell the
truth. One call cannot tell which; many can: a carrier that loses rows lacks them for all its neighbours alike, one that
names innocents is contradicted by neighbours that everybody else agrees with. The same holds where A says that its own
customer placed a call and B says that it handed that call to A: who has this quarrel with several others is the cause.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from hoptrace.linking.trust.blame import LEAST_LOSS, losses
from hoptrace.linking.trust.borrowed import BORROWED, borrowers
from hoptrace.linking.trust.caller_odds import caller_odds
from hoptrace.linking.trust.claimed import CLAIMED
from hoptrace.linking.trust.claiming import claimed_calls, doubts, made_up_calls, who_invents
from hoptrace.linking.trust.clashes import CLAIMS, CLASHES, TRAFFIC
from hoptrace.linking.trust.misnaming import borne_out_by_callers, misnaming, misnaming_silent, untrue_words
from hoptrace.linking.trust.rivalled import RIVALLED, Rivals, rivals_of
from hoptrace.linking.trust.showing import REPEATS, SHOWING
from hoptrace.linking.trust.witnesses import NO_ODDS, WITNESSES, Odds, spoken_for


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
    many of whose caller ids are others' customers'. `rivals`: by (carrier, customer), how many of its calls somebody
    else's with the same two numbers stand beside. `spoken_for`: by (namer, named), the odds for the namer's word of
    calls of some callers, whose other calls bear it out.
    `clashes`, `claims`, `traffic`, `showing`, `repeats`, `borrowed`, `rivalled`, `claimed`, `witnesses`: the counts
    behind them (rows of CLASHES and so on); `holes`: those of the clashes that are of times of which the named one's
    records lack much.
    """

    untrue: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    invents: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    doubt: Mapping[str, float] = field(default_factory=dict[str, float])
    lost: Mapping[str, float] = field(default_factory=dict[str, float])
    made_up: Mapping[str, float] = field(default_factory=dict[str, float])
    misnames: Mapping[str, float] = field(default_factory=dict[str, float])
    misnamed: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    borrows: Collection[tuple[str, str]] = frozenset()
    rivals: Mapping[tuple[str, str], Rivals] = field(default_factory=dict[tuple[str, str], Rivals])
    spoken_for: Mapping[tuple[str, str], Odds] = field(default_factory=dict[tuple[str, str], Odds])
    clashes: tuple[tuple[str, str, str, int, int], ...] = ()
    claims: tuple[tuple[str, str, int], ...] = ()
    traffic: tuple[tuple[str, int, int, int], ...] = ()
    holes: tuple[tuple[str, str, str, int, int], ...] = ()
    showing: tuple[tuple[str, str, int, int, int, int], ...] = ()
    repeats: tuple[tuple[str, int, int], ...] = ()
    borrowed: tuple[tuple[str, str, int, int, int], ...] = ()
    rivalled: tuple[tuple[str, str, str | None, int, int], ...] = ()
    claimed: tuple[tuple[str, str, int, int], ...] = ()
    witnesses: tuple[tuple[str, str, int, str], ...] = ()

    def falsely(self, namer: str, named: str) -> float:
        """The probability that a carrier names an upstream falsely of which no records of that time are at hand."""
        return self.misnamed.get((namer, named), self.misnames.get(namer, 0.0))

    def named_falsely(self, namer: str, named: str, calling: int | None) -> float:
        """The probability that an upstream with records, but none of a call of this caller, was named falsely."""
        untrue = self.untrue.get((namer, named), 0.0)
        odds = self.spoken_for.get((namer, named), NO_ODDS).get(calling or 0, 1.0)
        return untrue / (untrue + (1 - untrue) * odds)

    def never_went(self, carrier: str, lacked_by: str | None = None, named_by: str | None = None) -> float:
        """The probability that a call of a carrier's own customer never went where the carrier says.

        `lacked_by`: the carrier to which it says that it handed the call, if that one has records of that time and
        none of the call. Then either the call was made up or the row was lost, and one of the two has happened.
        `named_by`: who says to have got a call from there, if anybody does; then both are wrong or the row was lost.
        """
        made_up = self.made_up.get(carrier, 0.0)
        if lacked_by is None or not made_up:
            return made_up
        if named_by is None:
            false, lost = 1.0, self.lost.get(lacked_by, LEAST_LOSS)
        else:
            false = self.untrue.get((named_by, lacked_by), 0.0)
            lost = 1 - false
        return made_up * false / (made_up * false + (1 - made_up) * lost)

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
    "rivalled": RIVALLED,
    "claimed": CLAIMED,
    "witnesses": WITNESSES,
}
"""The counts that trust rests on, by name."""


def trust_of(**counts: pl.DataFrame) -> Trust:
    """What the counts (all of COUNTS, each in its schema) tell of each carrier and pair of neighbours."""
    clashes, claims = counts["clashes"], counts["claims"]
    invents, lost = who_invents(claims, counts["claimed"]), losses(clashes)
    odds = caller_odds(counts["showing"], counts["repeats"])
    untrue = untrue_words(clashes, counts["holes"], lost)
    misnames, misnamed = misnaming(clashes, untrue)
    of_silent = misnaming_silent(odds, misnames, untrue.keys())
    misnames, misnamed = misnames | of_silent[0], misnamed | of_silent[1]
    untrue = borne_out_by_callers(untrue, odds)
    return Trust(
        untrue,
        invents,
        doubts(claims, invents, counts["traffic"]),
        lost,
        made_up_calls(clashes, lost, claimed_calls(claims, invents)),
        misnames,
        misnamed,
        borrowers(counts["borrowed"]),
        rivals_of(counts["rivalled"]),
        spoken_for(counts["witnesses"], untrue),
        *(tuple(counts[name].rows()) for name in COUNTS),
    )
