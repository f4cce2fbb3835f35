"""The verdict in plain words: what the evidence says, and what it does not say."""

from __future__ import annotations

from dataclasses import dataclass

from hoptrace.model.verdicts import TraceResult, Verdict
from hoptrace.reports.trace.model import VerdictWords
from hoptrace.reports.wording.language import Language, language, message
from hoptrace.reports.wording.plain import isolated, plain, shorten

NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Cast:
    """The names that the sentences speak of; each is a carrier's name, ready to print."""

    last: str
    """The furthest carrier known."""
    below: str
    """The carrier that `last` handed the call to."""
    entry: str
    trails: int
    """How many trails fit, where the verdict is `ambiguous`."""
    silent: bool
    """True where `last` has given no record of the call."""


ONLY_CARRIED = message("Carriers in the middle of the path only carried the call.")

HEADINGS = {
    Verdict.ORIGINATOR_IDENTIFIED: message("Originator identified"),
    Verdict.POINT_OF_ENTRY_IDENTIFIED: message("Point of entry identified"),
    Verdict.NON_PARTICIPATING: message("The trail ends at a carrier without records"),
    Verdict.NO_RECORD: message("The trail ends at a carrier that shows no record"),
    Verdict.DISPUTED: message("Disputed: the records contradict each other"),
    Verdict.AMBIGUOUS: message("Ambiguous: the records do not settle which call it was"),
    Verdict.NOT_FOUND: message("Not found: no record of this call"),
}

NOT_SAID = {
    Verdict.ORIGINATOR_IDENTIFIED: message(
        "It does not say that {last} or its customer knew what the call was for or broke a rule, or that the caller's "
        "number was theirs to show."
    ),
    Verdict.POINT_OF_ENTRY_IDENTIFIED: message(
        "It does not say who placed the call. Neither {entry} nor the carrier abroad is said to have originated it: "
        "both may only have carried it."
    ),
    Verdict.NON_PARTICIPATING: message(
        "It does not say that {last} placed the call or refused to answer. It may only have carried the call, and it "
        "may not have been asked yet."
    ),
    Verdict.NO_RECORD: message(
        "It does not say that {last} placed the call or holds anything back. Its records may be incomplete, its clock "
        "may be far off, or the record that names it may be wrong."
    ),
    Verdict.DISPUTED: message(
        "It does not say which carrier's record is wrong, or that any of them is wrong on purpose. No carrier on this "
        "page is said to have originated the call."
    ),
    Verdict.AMBIGUOUS: message(
        "It does not say which of the trails is the right one. The path shown is as far as the evidence goes; no "
        "carrier on this page is said to have originated the call."
    ),
    Verdict.NOT_FOUND: message(
        "It does not say that the call did not take place. Its records may not have been submitted yet, or its number "
        "or time may differ from what was reported."
    ),
}
SAID = {
    Verdict.POINT_OF_ENTRY_IDENTIFIED: message(
        "The call came into the country through {entry}: its record names a carrier abroad that has submitted no "
        "records."
    ),
    Verdict.DISPUTED: message(
        "Carriers' records of this call contradict each other about its way, and the evidence cannot settle it."
    ),
    Verdict.NOT_FOUND: message("None of the records that carriers have submitted tells of this call."),
}

CARRIED_TOO = frozenset({Verdict.ORIGINATOR_IDENTIFIED, Verdict.NON_PARTICIPATING})
"""Verdicts after which it is said of the carriers in the middle that they only carried the call."""

HEADING_UNNAMED = message("The trail ends at a record that names no upstream")
NOT_SAID_UNNAMED = message(
    "It does not say that {last} placed the call: carriers that only carry calls have records like this one. "
    "The carrier can tell from the trunk on which the call came in."
)

SETTLED = frozenset({Verdict.ORIGINATOR_IDENTIFIED, Verdict.POINT_OF_ENTRY_IDENTIFIED})


def verdict_words(result: TraceResult, cast: Cast, voice: Language | None = None) -> VerdictWords:
    """The words of `result`'s verdict about the carriers in `cast`."""
    voice = voice or language()
    unnamed = result.verdict is Verdict.NO_RECORD and not cast.silent
    not_said = [NOT_SAID_UNNAMED if unnamed else NOT_SAID[result.verdict]]
    not_said += [ONLY_CARRIED] if result.verdict in CARRIED_TOO else []
    return VerdictWords(
        verdict=result.verdict,
        heading=voice.say(HEADING_UNNAMED if unnamed else HEADINGS[result.verdict]),
        says=_says(result, cast, voice),
        does_not_say=" ".join(voice.say(text, last=cast.last, entry=cast.entry) for text in not_said),
        settled=result.verdict in SETTLED,
    )


def _says(result: TraceResult, cast: Cast, voice: Language) -> str:
    match result.verdict:
        case Verdict.ORIGINATOR_IDENTIFIED:
            return _placed(result, cast, voice)
        case Verdict.NON_PARTICIPATING:
            lacking = voice.say("{last} has submitted no records that cover the time of the call.", last=cast.last)
            return f"{_handed_over(cast, voice)} {lacking}"
        case Verdict.NO_RECORD:
            return _no_record(cast, voice)
        case Verdict.AMBIGUOUS:
            return _several(cast.trails, voice)
        case Verdict.POINT_OF_ENTRY_IDENTIFIED | Verdict.DISPUTED | Verdict.NOT_FOUND:
            return voice.say(SAID[result.verdict], entry=cast.entry)


def _several(trails: int, voice: Language) -> str:
    if trails < 2:
        return voice.say("What the records tell may be of another call than the reported one.")
    return voice.count(
        trails,
        "{number} trail may be the reported call; the records do not settle it.",
        "{number} trails may be the reported call; the records do not settle which.",
    )


def _placed(result: TraceResult, cast: Cast, voice: Language) -> str:
    if not result.customer:
        return voice.say("{last}'s own record says that its own customer placed this call.", last=cast.last)
    customer = isolated(shorten(plain(result.customer), NAME_LIMIT))
    text = message("{last}'s own record says that its customer {customer} placed this call.")
    return voice.say(text, last=cast.last, customer=customer)


def _no_record(cast: Cast, voice: Language) -> str:
    # The trail also ends so where the last record names no upstream: there the carrier did give its record.
    if not cast.silent:
        text = message("{last} has a record of the call, but it does not say who handed the call to it.")
        return voice.say(text, last=cast.last)
    text = message("{last} has submitted records that cover the time, but none of this call.")
    return f"{_handed_over(cast, voice)} {voice.say(text, last=cast.last)}"


def _handed_over(cast: Cast, voice: Language) -> str:
    if not cast.below:
        return voice.say("{last} is where the trail begins.", last=cast.last)
    text = message("{below}'s record says that it received the call from {last}.")
    return voice.say(text, below=cast.below, last=cast.last)
