"""Evidence in sentences: what agreed and what did not, for each handoff and for the match with the reported call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hoptrace.linking.scoring import CHANGED, LEAST_MEETINGS, Kind
from hoptrace.linking.trust import Trust
from hoptrace.model.numbers import display
from hoptrace.model.verdicts import Evidence
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.weighing import Weighed

Row = Mapping[str, Any]
"""One scored pair: the columns `d_*`, `u_*`, `kind`, `scale` and `w_*`."""


def of_unrecorded(carrier: str, upper: Fact) -> tuple[Evidence, ...]:
    """A carrier without a record below the first one that has one (`upper`)."""
    if upper.downstream == carrier:
        text = f"{upper.carrier} says that it handed the call to {carrier}, which has no record of it."
        return (Evidence("naming", True, text),)
    text = f"The report names {carrier} as the carrier that delivered the call; it has no record of it."
    return (Evidence("terminating carrier", None, text),)


def _of_number(case: Case, fact: Fact) -> Evidence:
    """Whether the lowest record is of the reported number, or of one to which calls to it were sent on."""
    if case.reported.called in (fact.called, fact.sent):
        return Evidence("called number", True, f"{fact.carrier} has a record of a call to the reported number.")
    text = f"{fact.carrier} has a record of a call to {display(fact.called)}, to which the call was sent on further up."
    return Evidence("called number", None, text)


def of_report(case: Case, fact: Fact, best: Weighed) -> tuple[Evidence, ...]:
    """Why the statement nearest to the called party is taken to be the reported call."""
    found = [
        _of_number(case, fact),
        Evidence(
            "time",
            abs(best.residual) < 3.0,
            f"By all the clocks of its trail together the call began {_seconds(-best.residual)} the reported time.",
        ),
    ]
    reported, seen = case.reported.calling, fact.calling
    if reported and seen and reported > 0:
        same = reported in (seen, fact.sent_calling)
        detail = f"The report gives the caller {display(reported)}, {fact.carrier} recorded {display(seen)}."
        found.append(Evidence("calling number", same, detail))
    if case.reported.terminating is not None:
        same = case.reported.terminating == best.trail.steps[0].carrier
        found.append(Evidence("terminating carrier", same, f"The report names {case.reported.terminating}."))
    return tuple(found)


def of_handoff(row: Row, named_between: str | None = None) -> tuple[Evidence, ...]:
    """What the two statements of a handoff say about each other, most telling first; unknown things are left out."""
    parts = [_naming(row, named_between), _called(row), _time(row)]
    parts += [_call_id(row), _calling(row), _answer(row), _duration(row), _outcome(row), _orig_id(row)]
    return tuple(part for part in parts if part is not None)


def of_naming(lower: Fact, carrier: str) -> tuple[Evidence, ...]:
    """A carrier that was only named by the one below it."""
    return (Evidence("naming", True, f"{lower.carrier} says that {carrier} handed it the call."),)


def conflict(row: Row) -> str:
    """A contradiction in a sentence: who says what."""
    d, u = row["d_carrier"], row["u_carrier"]
    source = f"its own customer {row['d_customer']}" if row["d_customer"] else row["d_upstream"]
    to = row["u_downstream"]
    return (
        f"{d} says that it got the call from {source}; {u} says that it handed a call to the same number at that "
        f"moment to {to}."
    )


def no_counterpart(lower: Fact, trust: Trust) -> str:
    """A carrier named upstream whose complete records do not bear that out, and how often that is so."""
    named = lower.upstream
    said, missing = next(
        ((row[3], row[4]) for row in trust.clashes if row[:3] == (lower.carrier, named, "upstream")), (0, 0)
    )
    return (
        f"{lower.carrier} says that it got the call from {named}; {named} has submitted records of that time and has "
        f"none of this call, as of {missing:,} of {said:,} calls that {lower.carrier} says it got there."
    )


def doubted(last: Fact, trust: Trust) -> str:
    """A customer named by a carrier whose word of its customers its neighbours contradict in other calls."""
    against = {upstream: quarrels for upstream, claimant, quarrels in trust.claims if claimant == last.carrier}
    text = f"{last.carrier} says that its own customer {last.customer} placed the call; nothing at hand bears it out. "
    if against:
        return text + (
            f"Of {sum(against.values()):,} other calls of which it says so, {', '.join(sorted(against))} say that they "
            f"handed them to {last.carrier}."
        )
    handed = [(row[3], row[4]) for row in trust.clashes if row[0] == last.carrier and row[2] == "downstream"]
    said, missing = sum(row[0] for row in handed), sum(row[1] for row in handed)
    return text + f"Of {said:,} calls that it says it handed to carriers with records, {missing:,} are not in these."


def _naming(row: Row, between: str | None) -> Evidence:
    d, u = row["d_carrier"], row["u_carrier"]
    if row["kind"] in (Kind.BRIDGED, Kind.FORWARDED):
        return _naming_between(row, between)
    if row["kind"] == Kind.CONFLICT:
        text = (
            f"{u} says that it handed the call to {d}; {d} claims it for its own customer {row['d_customer']}, which "
            "its neighbours' records contradict again and again."
        )
        return Evidence("naming", False, text)
    if row["kind"] == Kind.GAP:
        text = (
            f"{u} handed the call to {row['u_downstream']}, {d} got it from {row['d_upstream']}; neither has "
            "submitted records, so this step rests on numbers and time alone."
        )
        return Evidence("naming", None, text)
    down, up = row["d_upstream"] == u, row["u_downstream"] == d
    if down and up:
        text = f"{u} says that it handed the call to {d}, and {d} says that it got it from {u}."
    elif down:
        text = f"{d} says that it got the call from {u}; {u} does not say whom it handed it to."
    else:
        text = f"{u} says that it handed the call to {d}; {d} does not say who gave it the call."
    return Evidence("naming", True, text)


def _naming_between(row: Row, between: str | None) -> Evidence:
    """Both sides name the carrier between them, or only the upper one does and the lower one names nobody."""
    d, u = row["d_carrier"], row["u_carrier"]
    if between is None:
        text = (
            f"{u} says that it handed the call to {row['u_downstream']}, which has no record of it; {d} does not say "
            "who gave it the call."
        )
        return Evidence("naming", None, text)
    text = (
        f"{u} says that it handed the call to {between}, {d} says that it got it from {between}; "
        f"{between} has no record of it."
    )
    return Evidence("naming", True, text)


def _called(row: Row) -> Evidence:
    d, u = row["d_carrier"], row["u_carrier"]
    came, went, before = row["d_called"], row["u_sent"], row["u_called"]
    if row["kind"] in CHANGED:
        text = f"{u} recorded the call to {display(before)}, {d} to {display(came)}: the number changed on the way."
        if row["meetings"] >= LEAST_MEETINGS:
            text += f" Calls to the one went in as calls to the other came out, {row['meetings']} times."
        return Evidence("called number", False, text)
    if came == went and went != before:
        text = f"{u} forwarded the call for {display(before)} to {display(went)}, the number that {d} recorded."
        return Evidence("called number", True, text)
    if came == went:
        return Evidence("called number", True, f"Both recorded the called number {display(came)}.")
    text = f"{u} got the call for {display(before)}, as {d} did, but says that it sent it on to {display(went)}."
    return Evidence("called number", False, text)


def _time(row: Row) -> Evidence:
    moment, what = _compared(row)
    if moment is None:
        detail = "One side stamps only the answer, so the times of arrival can only be compared loosely."
        return Evidence("time", row["w_time"] > -1, detail)
    detail = (
        f"{row['d_carrier']}'s {what} is {_seconds(moment)} {row['u_carrier']}'s, clock offsets applied; "
        f"{row['scale']:.1f} s either way is usual between them{_cut(row)}."
    )
    return Evidence("time", bool(row["w_time"] > -1), detail)


def _cut(row: Row) -> str:
    """That a time was cut to its second or minute explains what it differs by."""
    cut = [row[f"{side}_carrier"] for side in ("d", "u") if row[f"{side}_tick"] >= 1.0]
    if not cut:
        return ""
    tick = max(row["d_tick"], row["u_tick"])
    unit = "minute" if tick >= 60 else "second"
    return f" ({' and '.join(cut)} cut{'s' if len(cut) == 1 else ''} times to the {unit})"


def _compared(row: Row) -> tuple[float | None, str]:
    for moment, what in (("setup", "arrival time"), ("final", "time of the final answer")):
        d, u = row[f"d_{moment}"], row[f"u_{moment}"]
        if d is not None and u is not None:
            return d - u, what
    return None, ""


def _answer(row: Row) -> Evidence | None:
    d, u = row["d_answer"], row["u_answer"]
    if d is None or u is None or _compared(row)[1] != "arrival time":
        return None
    return Evidence("answer time", bool(row["w_answer"] > -1), f"The answer times are {abs(d - u):.1f} s apart.")


def _duration(row: Row) -> Evidence | None:
    d, u = row["d_duration"], row["u_duration"]
    if not d or not u:
        return None
    agrees = bool(row["w_duration"] > -1)
    return Evidence(
        "duration", agrees, f"{row['d_carrier']} recorded {d:.1f} s of conversation, {row['u_carrier']} {u:.1f} s."
    )


def _call_id(row: Row) -> Evidence | None:
    weight = row["w_call_id"]
    if weight > 0:
        return Evidence("call_id", True, "Both recorded the same Call-ID.")
    if weight < -1:
        return Evidence("call_id", False, "The Call-ID that the one sent is not the one that the other got.")
    if weight < 0:
        return Evidence(
            "call_id", None, "Their Call-IDs differ, as they do wherever a carrier ends and restarts the call."
        )
    return None


def _calling(row: Row) -> Evidence | None:
    d, u = row["d_calling"], row["u_sent_calling"]
    if d is None or u is None:
        return None
    if d < 0 or u < 0:
        return Evidence("calling number", None, "The caller is withheld on one side.")
    if row["w_calling"] > 0:
        return Evidence("calling number", True, f"Both recorded the caller {display(d)}.")
    text = f"{row['u_carrier']} recorded the caller {display(u)}, {row['d_carrier']} {display(d)}."
    return Evidence("calling number", False, text)


def _outcome(row: Row) -> Evidence | None:
    weight = row["w_outcome"]
    if weight == 0:
        return None
    d, u = row["d_outcome"].replace("_", " "), row["u_outcome"].replace("_", " ")
    if weight > 0:
        return Evidence("outcome", True, f"Both say how it ended: {d}.")
    return Evidence("outcome", False, f"{row['d_carrier']} says {d}, {row['u_carrier']} says {u}.")


def _orig_id(row: Row) -> Evidence | None:
    if row["w_orig_id"] == 0:
        return None
    same = row["w_orig_id"] > 0
    return Evidence("orig_id", same, "The SHAKEN origid is the same." if same else "The SHAKEN origids differ.")


def _seconds(value: float) -> str:
    if abs(value) < 0.05:
        return "at the same moment as"
    return f"{abs(value):.1f} s {'after' if value > 0 else 'before'}"
