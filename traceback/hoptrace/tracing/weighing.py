"""Weighing one trail: how well it fits the report, and how sure each of its handoffs is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hoptrace.linking.beginnings import FITS, FITS_NOT
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.model.number_masks import MASKED_BELOW, may_be
from hoptrace.model.numbers import WITHHELD_KEY
from hoptrace.tracing.case import Case, Fact, Surroundings
from hoptrace.tracing.delivering import ends_of
from hoptrace.tracing.moment import RANG, Match, Question, match_all, setting_up
from hoptrace.tracing.reported import Reported
from hoptrace.tracing.trail import Ending, Trail
from hoptrace.tracing.trails import walk

OUTCOME_WEIGHT = {"answered": 1.0, "failed": -3.0}
"""Weight of how the lowest record says that the call ended: what is reported is a call that rang."""

KIND_RELIABILITY = {
    Kind.DIRECT: 0.999,
    Kind.REWRITTEN: 0.97,
    Kind.BRIDGED: 0.99,
    Kind.FORWARDED: 0.98,
    Kind.GAP: 0.93,
    Kind.CONFLICT: 0.98,
}
"""Share of the pairs of a kind that are right where nothing competes with them."""

LOST_ROW = 0.01
"""Share of calls of which a carrier that takes part has no row all the same."""

USUAL_HOPS = 5
"""Carriers that a call crosses on average (the Industry Traceback Group reports 4.9 to 5.9)."""

OTHER_CALLS_WITHIN = 1200.0
"""Seconds around the report in which other calls to the number are counted."""

AT_THE_END = 2.0
"""Weight of a trail that went to the reported end, as its records say."""

BY_THE_REPORT = -1.0
"""Weight of a trail that no record ties to the reported end."""

ELSEWHERE = -6.0
"""Weight of a trail that went to another end, or whose carriers down there should have a record of it and have none."""

OVER_SOME_TRUNK = 0.5
"""Weight of a trail that went on over a trunk that nobody listed, perhaps to the reported end."""

SAME_CALLER = 3.0
"""Weight of a trail whose lowest record has the reported caller."""

WITHHELD_TOO, NOT_WITHHELD = 1.0, -0.5
"""Weight of a lowest record whose caller is withheld as it was reported, and of one that shows it."""

FAR_OFF = 3.0
"""Times as many seconds as reports may well be off, beyond which a trail is hardly the reported call, though the end
that the report names has no record by which to find another one."""

UNSEEN = 0.5
"""Probability that no carrier of a call has a record, from which other calls are hardly on file."""

BY_CHANCE, AGAINST = 0.1, -0.5
"""Odds that a handoff is none, for each that its weight alone gives, where a time cut to the minute can tell no more;
and the weight of all but the time below which something else speaks against it, so that it is in doubt all the same.

A trail is followed only where all else holds: of 347 with a handoff of a weight below 3, nearly all with a time cut to
the minute, in 29 simulated networks of both generators, none was of another call. The weights alone foretold 49."""

HOPELESS = 12.0
"""Loss of weight beyond which a rival pair is not worth a look."""


class Weighed(NamedTuple):
    """A trail with the weight of its match with the report, and the part of caller and end in it, `looks`."""

    trail: Trail
    weight: float
    looks: float
    differs: float
    timed: Match

    @property
    def residual(self) -> float:
        """Seconds from the trail's time to the reported one."""
        return self.timed.residual


@dataclass(frozen=True, slots=True)
class Detour:
    """Where a trail would have led had one handoff gone to a rival; `odds` of that against the handoff chosen."""

    trail: Trail
    odds: float


def weigh_all(found: Sequence[tuple[Case, Trail]]) -> list[Weighed]:
    """Trails weighed as the reported call of their case.

    The whole chain is matched, not the terminating record alone: every carrier's arrival time narrows the moment.
    """
    timed = match_all([_question(case, trail) for case, trail in found])
    return [_weigh(case, trail, match) for (case, trail), match in zip(found, timed, strict=True)]


def _question(case: Case, trail: Trail) -> Question:
    facts = [case.facts[sid] for sid in trail.statements]
    slow = [pair.slow for pair in trail.pairs]
    end, around = _number_at_the_end(case, trail), case.around
    return Question(facts, case.reported.at, end, case.reported.close, slow, setting_up(around.handed_on))


def _weigh(case: Case, trail: Trail, timed: Match) -> Weighed:
    tail = case.facts[trail.first_statement]
    caller, end = caller_weight(case.reported, tail, case.around), end_weight(case, trail)
    weight = timed.weight + caller + end + OUTCOME_WEIGHT.get(tail.outcome or "", 0.0)
    return Weighed(trail, weight, caller + end, caller + min(end - BY_THE_REPORT, 0.0), timed)


def unrecorded(case: Case, found: Sequence[Weighed]) -> float:
    """The weight of there being no record of the reported call, so that all that was found are other calls.

    Few calls leave no record where many carriers take part, and hardly one whose terminating carrier does: the
    reported one, or where the report names none, one that delivered a call to the number. Other calls to it are as
    frequent as those seen in the window.
    """
    end = case.reported.terminating
    on_file = any(map(delivers, _tails(case, found))) if end is None else end in case.covered
    lost = lost_rows(case.taking_part, on_file=on_file)
    # Another call of the same caller looks as much like the reported one; a strange one does not look stranger for it,
    # and it goes to the number's end as well.
    often = sum(math.exp(max(0.0, one.looks, end_weight(case, one.trail))) for one in found) / OTHER_CALLS_WITHIN
    return math.log(lost / (1 - lost)) + math.log(often)


def _tails(case: Case, found: Sequence[Weighed]) -> list[Fact]:
    return [case.facts[one.trail.first_statement] for one in found]


def delivers(tail: Fact) -> bool:
    """Whether a trail's lowest record says that its carrier delivered the call, as then others to the number."""
    return tail.downstream is None and not tail.handed_on and tail.outcome in RANG


def lost_rows(taking_part: float, *, on_file: bool) -> float:
    """The share of calls that leave no record; `on_file`: the carrier that delivers them submits its records.

    Where nobody's records of that time are at hand, as after they have expired, one that is there tells of no other.
    """
    lost = LOST_ROW if on_file and taking_part > 0 else max(LOST_ROW, (1 - taking_part) ** USUAL_HOPS)
    return min(lost, 0.99)


def hardly_on_file(taking_part: float) -> bool:
    """Whether so few carriers take part that more likely than not none of a call's has a record of it."""
    return lost_rows(taking_part, on_file=False) > UNSEEN


def beside(case: Case, one: Weighed) -> bool:
    """Whether the report is further off a trail than reports mostly are, and the trail's end has no record of it."""
    return one.trail.steps[0].sid is None and one.timed.apart > case.reported.close


def far_off(case: Case, one: Weighed) -> bool:
    """Whether a trail came at quite another time than the reported one, and its end has no record of it.

    The reported call then has no record on file more likely than not: a campaign calls the same people again, and so
    do others with its caller id. Where a trail leads to a customer that is so where hardly any call is on file.
    """
    if one.trail.ending is Ending.CUSTOMER:
        return hardly_on_file(case.taking_part) and beside(case, one)
    return beside(case, one) and one.timed.apart > FAR_OFF * case.reported.close


def detours(case: Case, trail: Trail, pair: Pair) -> list[Detour]:
    """What rivals of one of a trail's handoffs would make of it, where that is another path or ending.

    No call came from further down its own way: a rival that leads back there is none.
    """
    tail = case.facts[trail.first_statement]
    found: list[Detour] = []
    for other, loss in case.assignment.rivals(pair.d, HOPELESS):
        if other.u in trail.down_to(pair.d):
            continue
        elsewhere = walk(case, tail, {pair.d: other})
        if elsewhere.outcome != trail.outcome:
            found.append(Detour(elsewhere, math.exp(-max(loss, 0.0))))
    return found


def reliability(pair: Pair, odds_against: float, *, coarse: bool) -> float:
    """The probability that a handoff is one: against rivals that lead elsewhere, and against there being none.

    `coarse`: one of its records tells its moment to the minute (`settling.to_the_minute`).
    """
    unsure = 1.0 if not coarse or pair.weight - pair.timed < AGAINST else BY_CHANCE
    by_chance = math.exp(-pair.weight) * unsure
    return KIND_RELIABILITY[pair.kind] / (1 + odds_against + by_chance)


def _number_at_the_end(case: Case, trail: Trail) -> int:
    """The number under which a trail's call came to its end; records of another one tell of the way before that."""
    tail = case.facts[trail.first_statement]
    delivered = trail.path[0] == tail.carrier and tail.called == case.reported.called
    return tail.called if delivered else tail.sent


def caller_weight(report: Reported, tail: Fact, around: Surroundings) -> float:
    """The caller as reported and as the terminating record has it.

    A withheld caller may well stand in the carrier's record; one that the called party saw was not withheld before.
    """
    reported, seen = report.calling, tail.calling
    if reported is None or seen is None:
        return 0.0
    if reported == WITHHELD_KEY:
        return WITHHELD_TOO if seen == WITHHELD_KEY else NOT_WITHHELD
    if seen < MASKED_BELOW:
        return FITS if may_be(seen, reported) else FITS_NOT
    return SAME_CALLER if reported in (seen, tail.sent_calling) else around.caller_changed


def another_caller(report: Reported, tail: Fact, around: Surroundings) -> bool:
    """Whether the report gives another caller than the terminating record."""
    return caller_weight(report, tail, around) < NOT_WITHHELD


def end_weight(case: Case, trail: Trail) -> float:
    """Whether the trail ends where the report says that the call was delivered, or else the records of other calls."""
    if case.reported.terminating is None:
        return ELSEWHERE if _lost_elsewhere(case, trail) else 0.0
    if trail.steps[0].carrier != case.reported.terminating:
        return ELSEWHERE
    if trail.steps[0].sid is not None:
        return AT_THE_END
    if trail.steps[1].sid is None:
        unknown = case.covered.isdisjoint(step.carrier for step in trail.steps[:2])
        return BY_THE_REPORT if unknown else ELSEWHERE
    return AT_THE_END if case.facts[trail.steps[1].sid].downstream is not None else OVER_SOME_TRUNK


def _lost_elsewhere(case: Case, trail: Trail) -> bool:
    """Whether a trail begins at a carrier that lacks the call, though another one delivers the number's calls.

    That one lacks it too: two rows would be lost of one call. Rather it was made up, or did not go on.
    """
    first = trail.steps[0]
    if first.sid is not None or first.carrier not in case.covered:
        return False
    number = case.facts[trail.first_statement].sent
    ends = {carrier for called, carrier in ends_of(case) if called == number}
    return bool(ends) and first.carrier not in ends
