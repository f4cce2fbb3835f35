"""The lines of a handoff's evidence, as terms of the pairs frame that `hoptrace.tracing.handoffs` prepares.

A line is what was compared (`about`), whether it agrees (null: it could not be compared) and a sentence (null: the line
is left out).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hoptrace.linking.kinds import CHANGED, Kind
from hoptrace.linking.levels import GIVEN_UP
from hoptrace.linking.scoring import LEAST_MEETINGS
from hoptrace.model.number_masks import MASKED_BELOW
from hoptrace.tracing.choices import Case, Choice, choice, said
from hoptrace.tracing.terms import Term, always, column

UNLIKELY = -1.0
"""Weight of a comparison below which it speaks against the handoff."""

SAME_MOMENT = 0.05
"""Seconds that are told as no difference."""

D, U = column("d_carrier"), column("u_carrier")
"""The two carriers: downstream and upstream."""


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison."""

    about: str
    agrees: Term
    detail: Choice


@cache
def lines_of_pairs() -> tuple[Line, ...]:
    """All lines, most telling first."""
    parts = (_naming, _called, _time, _call_id, _calling, _answer, _duration, _outcome, _orig_id)
    return tuple(part() for part in parts)


NUMBERS = ("d_called", "u_sent", "u_called", "d_calling", "u_sent_calling")
"""Columns of number keys that lines quote."""


def shown(number: str) -> Term:
    """One of NUMBERS as people write it, which the frame has beside the key where a line quotes it; several may."""
    return column(f"n_{number}")


def name(whose: str) -> Term:
    """A carrier or customer that a record names, or that it names nobody."""
    return column(whose).otherwise("nobody")


def _naming() -> Line:
    kind, between = column("kind"), column("d_upstream")
    bridged = kind.is_in([Kind.BRIDGED, Kind.FORWARDED])
    claimed = said(
        "{} says that it handed the call to {}; {} claims it for its own customer {}, which its neighbours' records "
        "contradict again and again.",
        *(U, D, D, name("d_customer")),
    )
    leap = said(
        "{} handed the call to {}, {} got it from {}; neither has submitted records, so this step rests on numbers and "
        "time alone.",
        *(U, name("u_downstream"), D, name("d_upstream")),
    )
    unlisted = said(
        "{} says that it got the call from {}, which has submitted no records; {} does not say whom it handed it to, "
        "so this step rests on numbers and time alone.",
        *(D, name("d_upstream"), U),
    )
    by_one = said(
        "{} says that it handed the call to {}, which has no record of it; {} does not say who gave it the call.",
        *(U, name("u_downstream"), D),
    )
    by_both = said(
        "{} says that it handed the call to {}, {} says that it got it from {}; {} has no record of it.",
        *(U, between, D, between, between),
    )
    # Both sides name the carrier between them, or only the upper one does and the lower one names nobody.
    unnamed = bridged & between.is_null()
    gap = kind == Kind.GAP
    leaps = (gap & column("u_downstream").is_null(), unlisted), (gap, leap)
    over = ((unnamed, by_one), (bridged, by_both), (kind == Kind.CONFLICT, claimed), *leaps)
    unknown = unnamed | gap
    return Line("naming", (kind != Kind.CONFLICT).where(~unknown), _named_by_neighbours(*over))


def _named_by_neighbours(*before: Case) -> Choice:
    """Neighbours that name each other, or one of which names the other."""
    down, up = column("d_upstream").same(U), column("u_downstream").same(D)
    return choice(
        *before,
        (
            down & up,
            said("{} says that it handed the call to {}, and {} says that it got it from {}.", U, D, D, U),
        ),
        (
            down,
            said("{} says that it got the call from {}; {} does not say whom it handed it to.", D, U, U),
        ),
        otherwise=said("{} says that it handed the call to {}; {} does not say who gave it the call.", U, D, D),
    )


def _called() -> Line:
    came, went, before = (shown(name) for name in ("d_called", "u_sent", "u_called"))
    changed = column("kind").is_in(CHANGED)
    same, forwarded = column("d_called") == column("u_sent"), column("u_sent") != column("u_called")
    meetings = column("meetings")
    met = meetings.around(" Calls to the one went in as calls to the other came out, ", " times.")
    again = met.where(meetings >= LEAST_MEETINGS).otherwise("")
    text = choice(
        (
            changed,
            said("{} recorded the call to {}, {} to {}: the number changed on the way.{}", U, before, D, came, again),
        ),
        (
            same & forwarded,
            said("{} forwarded the call for {} to {}, the number that {} recorded.", U, before, went, D),
        ),
        (same, said("Both recorded the called number {}.", came)),
        otherwise=said("{} got the call for {}, as {} did, but says that it sent it on to {}.", U, before, D, went),
    )
    return Line("called number", ~changed & same, text)


def _time() -> Line:
    likely = column("w_time") > UNLIKELY
    compared = said(
        "{}'s {} is {} {}'s, clock offsets applied; {} s either way is usual between them{}.",
        D,
        column("what"),
        column("since"),
        U,
        column("t_scale"),
        column("cut"),
    )
    loosely = ["One side stamps only the answer, so the times of arrival can only be compared loosely."]
    return Line("time", likely, choice((column("moment").is_not_null(), compared), otherwise=loosely))


@cache
def parts_of_time() -> dict[str, Choice]:
    """Columns that the line of times is put together from: `what` is compared, the time `since`, how it was `cut`."""
    moment, text = column("moment"), column("t_apart")
    d, u = column("d_tick") >= 1.0, column("u_tick") >= 1.0
    # That a time was cut to its second or minute explains what it differs by.
    minutes = (column("d_tick") >= 60) | (column("u_tick") >= 60)
    unit = always("minute").where(minutes).otherwise("second")
    return {
        "what": choice((column("arrived"), ["arrival time"]), otherwise=["time of the final answer"]),
        "since": choice(
            (abs(moment) < SAME_MOMENT, ["at the same moment as"]),
            (moment > 0, said("{} s after", text)),
            otherwise=said("{} s before", text),
        ),
        "cut": choice(
            (d & u, said(" ({} and {} cut times to the {})", D, U, unit)),
            (d, said(" ({} cuts times to the {})", D, unit)),
            (u, said(" ({} cuts times to the {})", U, unit)),
            otherwise=[""],
        ),
    }


def _call_id() -> Line:
    # That two Call-IDs differ may speak for a handoff of two carriers between which they always do.
    weight, alike = column("w_call_id"), column("alike")
    same = (column("u_sent_cid") == column("d_cid")) | (column("u_cid") == column("d_cid"))
    text = choice(
        (alike, ["Their Call-IDs begin alike: one was cut or got an ending of its own. Alone that says little."]),
        (same, ["Both recorded the same Call-ID."]),
        (weight < UNLIKELY, ["The Call-ID that the one sent is not the one that the other got."]),
        (weight != 0, ["Their Call-IDs differ, as they do wherever a carrier ends and restarts the call."]),
    )
    return Line("call_id", same.where(~alike & (same | (weight < UNLIKELY))), text)


def _calling() -> Line:
    d, u = column("d_calling"), column("u_sent_calling")
    below, above = shown("d_calling"), shown("u_sent_calling")
    masked = (d < MASKED_BELOW) | (u < MASKED_BELOW)
    withheld = ((d < 0) | (u < 0)) & ~masked
    same = column("fits").otherwise((d == u) | d.same(column("u_calling")))
    told = d.is_not_null() & u.is_not_null()
    text = choice(
        (
            told & masked,
            said(
                "{} recorded the caller {}, {} {}: of a masked number only the beginning is compared.",
                *(U, above, D, below),
            ),
        ),
        (told & withheld, ["The caller is withheld on one side."]),
        (told & same, said("Both recorded the caller {}.", below)),
        (told, said("{} recorded the caller {}, {} {}.", U, above, D, below)),
    )
    return Line("calling number", same.where(~withheld), text)


def _answer() -> Line:
    compared = column("answers").is_not_null() & column("arrived")
    text = choice((compared, said("The answer times are {} s apart.", column("t_answers"))))
    # Where clocks are known badly even the same moment weighs little; what is usual between two sides is no difference.
    agrees = (column("w_answer") > UNLIKELY) | ~(column("answers") > column("scale"))
    return Line("answer time", agrees, text)


def _duration() -> Line:
    both = (column("d_duration") > 0) & (column("u_duration") > 0)
    text = said("{} recorded {} s of conversation, {} {} s.", D, column("t_d_duration"), U, column("t_u_duration"))
    return Line("duration", column("w_duration") > UNLIKELY, choice((both, text)))


def _outcome() -> Line:
    known, sides = column("w_outcome") != 0, [column(f"{side}_outcome") for side in ("d", "u")]
    given_up = [side.is_in(GIVEN_UP) for side in sides]
    same = (sides[0] == sides[1]) | (given_up[0] & given_up[1])
    d, u = (side.replaced("_", " ") for side in sides)
    text = choice(
        (known & same, said("Both say how it ended: {}.", d)),
        (known, said("{} says {}, {} says {}.", D, d, U, u)),
    )
    return Line("outcome", same, text)


def _orig_id() -> Line:
    known, same = column("w_orig_id") != 0, column("d_oid") == column("u_oid")
    text = choice(
        (known & same, ["The SHAKEN origid is the same."]),
        (known & ~same, ["The SHAKEN origids differ."]),
    )
    return Line("orig_id", same, text)
