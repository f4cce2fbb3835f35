"""Evidence in sentences: the match with the reported call, carriers that were only named, and words not borne out.

What the two records of a handoff say about each other is told in `hoptrace.tracing.handoffs`.
"""

from __future__ import annotations

from bisect import bisect_left

from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.witnesses import NO_ODDS
from hoptrace.model.numbers import display
from hoptrace.model.verdicts import Evidence
from hoptrace.tracing.case import Fact
from hoptrace.tracing.reported import Reported
from hoptrace.tracing.trail import Ending

SAME_NUMBER = "{carrier} has a record of a call to the reported number."
BEGAN = "By all the clocks of its trail together the call began {when} the reported time."
AS_A_RULE = " Reports of these calls are {seconds} s {early_or_late} on average."
READ_OFF = " The report tells the time of {carrier}'s own record, whose clock is {seconds} s {fast_or_slow}."
CALLERS = "The report gives the caller {reported}, {carrier} recorded {seen}."
NAMED_END = "The report names {end}."
"""What is said of the match with the report; by columns as well (`hoptrace.tracing.plain.reports`)."""

SAME_TIME = 3.0
"""Seconds within which the time of a trail agrees with the reported one, where no more are presumed of reports."""

SAME_MOMENT, AT_THE_MOMENT = 0.05, "at the same moment as"
"""Seconds that are told as no difference, and how."""


def of_unrecorded(carrier: str, upper: Fact) -> tuple[Evidence, ...]:
    """A carrier without a record below the first one that has one (`upper`)."""
    if upper.downstream == carrier:
        return of_delivery(upper.carrier, carrier)
    return (by_the_report(carrier),)


def by_the_report(carrier: str, *, recorded: bool = False) -> Evidence:
    """A carrier that the report names as the call's end; `recorded`: it has records of other calls just then."""
    text = f"The report names {carrier} as the carrier that delivered the call; it has no record of it."
    if recorded:
        text = f"The report names {carrier} as the carrier that delivered the call."
    return Evidence("terminating carrier", None, text)


def of_refusal(carrier: str, batch: str, row: int) -> Evidence:
    """A carrier whose record (`row` of `batch`) only tells that it refused the call, which then went another way."""
    text = f"{carrier} did not put the call through (row {row} of batch {batch}): the call went on another way."
    return Evidence("route", None, text)


def of_delivery(upper: str, carrier: str) -> tuple[Evidence, ...]:
    """A carrier without a record to which the one above it says that it handed the call."""
    return (Evidence("naming", True, f"{upper} says that it handed the call to {carrier}, which has no record of it."),)


def _of_number(report: Reported, fact: Fact) -> Evidence:
    """Whether the lowest record is of the reported number, or of one to which calls to it were sent on."""
    if report.called in (fact.called, fact.sent):
        return Evidence("called number", True, SAME_NUMBER.format(carrier=fact.carrier))
    text = f"{fact.carrier} has a record of a call to {display(fact.called)}, to which the call was sent on further up."
    return Evidence("called number", None, text)


def as_a_rule(late: float) -> str:
    """What is said of reports that are so many seconds late on average, behind BEGAN."""
    if not late:
        return ""
    return AS_A_RULE.format(seconds=f"{abs(late):.1f}", early_or_late="late" if late > 0 else "early")


def _why_late(report: Reported) -> str:
    if report.clock is None:
        return as_a_rule(report.late)
    how = {"seconds": f"{abs(report.late):.1f}", "fast_or_slow": "fast" if report.late > 0 else "slow"}
    return READ_OFF.format(carrier=report.clock, **how)


def of_report(report: Reported, fact: Fact, end: str, residual: float) -> tuple[Evidence, ...]:
    """Why the statement nearest to the called party is taken to be the reported call.

    `end`: the trail's terminating carrier; `residual`: seconds from the trail's time to the reported one,
    put right by how late such reports are.
    """
    found = [
        _of_number(report, fact),
        Evidence(
            "time",
            abs(residual) < max(SAME_TIME, report.close),
            BEGAN.format(when=_seconds(-residual - report.late)) + _why_late(report),
        ),
    ]
    reported, seen = report.calling, fact.calling
    if reported and seen and reported > 0:
        same = reported in (seen, fact.sent_calling)
        detail = CALLERS.format(reported=display(reported), carrier=fact.carrier, seen=display(seen))
        found.append(Evidence("calling number", same, detail))
    if report.terminating is not None:
        told = NAMED_END.format(end=report.terminating)
        found.append(Evidence("terminating carrier", report.terminating == end, told))
    return tuple(found)


def of_naming(lower: str, carrier: str) -> tuple[Evidence, ...]:
    """A carrier that was only named by the one below it."""
    return (Evidence("naming", True, f"{lower} says that {carrier} handed it the call."),)


def no_counterpart(carrier: str, named: str, trust: Trust) -> str:
    """A carrier `named` upstream whose complete records do not bear that out, and how often that is so."""
    told = ((row[3], row[4]) for row in trust.clashes if row[:3] == (carrier, named, "upstream"))
    said, missing = next(told, (0, 0))
    return (
        f"{carrier} says that it got the call from {named}; {named} has submitted records of that time and has "
        f"none of this call, as of {missing:,} of {said:,} calls that {carrier} says it got there."
    )


def misnamed(carrier: str, named: str, trust: Trust) -> str:
    """A carrier without records `named` upstream by one whose words of its upstreams those with records contradict."""
    said = [row for row in trust.clashes if row[0] == carrier and row[2] == "upstream" and row[4]]
    others = ", ".join(sorted(row[1] for row in said))
    return (
        f"{carrier} says that it got the call from {named}, which has submitted no records of that time."
        f" Of {sum(row[3] for row in said):,} calls that it says it got from {others}, "
        f"{sum(row[4] for row in said):,} are not in the records there."
    )


def borne_out_by(carrier: str, named: str, calling: int, trust: Trust) -> str:
    """Why a carrier is believed of a caller's calls that it got them from the one `named`, which lacks them."""
    # They are sorted, and of a nation's lake tens of thousands: a walk through them takes longer than to trace a call.
    witness = trust.witnesses[bisect_left(trust.witnesses, (carrier, named, calling, ""))][3]
    caller = display(calling)
    if witness == named:
        return (
            f"Customers of {named} show the caller id {caller} in other calls, those of {carrier} in no record that "
            f"was looked at: that speaks for what {carrier} says."
        )
    return (
        f"{witness} too says that it got calls of {caller} from {named}, which has no record of them either: that "
        f"speaks for what {carrier} says."
    )


def not_borne_out(ending: Ending, named: tuple[str, str], calling: int | None, trust: Trust) -> list[str]:
    """What speaks against a furthest record that says from whom it got the call of this caller (a number's key).

    `named`: its carrier, and the one that it names. Where its word is believed only because others bear it out, they
    are told as well.
    """
    if ending is Ending.LACKING and calling is not None and calling in trust.spoken_for.get(named, NO_ODDS):
        return [no_counterpart(*named, trust), borne_out_by(*named, calling, trust)]
    ways = {Ending.CONTRADICTED: no_counterpart, Ending.MISNAMED: misnamed}
    return [ways[ending](*named, trust)] if ending in ways else []


def doubted(last: Fact, trust: Trust) -> str:
    """A customer named by a carrier whose word of its customers is contradicted, or whose caller ids are others'."""
    against = {upstream: quarrels for upstream, claimant, quarrels in trust.claims if claimant == last.carrier}
    text = f"{last.carrier} says that its own customer {last.customer} placed the call; nothing at hand bears it out. "
    counts = {row[:2]: row[2:] for row in trust.borrowed if row[:2] in trust.borrows}
    if (shown := counts.get((last.carrier, str(last.customer)))) is not None:
        callers, borrowed, owners = shown
        return text + (
            f"Of {callers:,} caller ids that this customer showed, {borrowed:,} are shown more often by {owners:,} "
            f"customers of other carriers."
        )
    if against:
        return text + (
            f"Of {sum(against.values()):,} other calls of which it says so, {', '.join(sorted(against))} say that they "
            f"handed them to {last.carrier}."
        )
    handed = [(row[3], row[4]) for row in trust.clashes if row[0] == last.carrier and row[2] == "downstream"]
    said, missing = sum(row[0] for row in handed), sum(row[1] for row in handed)
    return text + f"Of {said:,} calls that it says it handed to carriers with records, {missing:,} are not in these."


def _seconds(value: float) -> str:
    if abs(value) < SAME_MOMENT:
        return AT_THE_MOMENT
    return f"{abs(value):.1f} s {'after' if value > 0 else 'before'}"
