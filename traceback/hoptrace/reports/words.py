"""The verdict in plain words: what the evidence says, and what it does not say."""

from __future__ import annotations

from dataclasses import dataclass

from hoptrace.model.verdicts import TraceResult, Verdict
from hoptrace.reports.model import VerdictWords
from hoptrace.reports.plain import isolated, plain, shorten

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


ONLY_CARRIED = "Carriers in the middle of the path only carried the call."

HEADINGS = {
    Verdict.ORIGINATOR_IDENTIFIED: "Originator identified",
    Verdict.POINT_OF_ENTRY_IDENTIFIED: "Point of entry identified",
    Verdict.NON_PARTICIPATING: "The trail ends at a carrier without records",
    Verdict.NO_RECORD: "The trail ends at a carrier that shows no record",
    Verdict.DISPUTED: "Disputed: the records contradict each other",
    Verdict.AMBIGUOUS: "Ambiguous: more than one call fits",
    Verdict.NOT_FOUND: "Not found: no record of this call",
}

NOT_SAID = {
    Verdict.ORIGINATOR_IDENTIFIED: (
        "It does not say that {last} or its customer knew what the call was for or broke a rule, or that the caller's "
        "number was theirs to show. "
    )
    + ONLY_CARRIED,
    Verdict.POINT_OF_ENTRY_IDENTIFIED: (
        "It does not say who placed the call. Neither {entry} nor the carrier abroad is said to have originated it: "
        "both may only have carried it."
    ),
    Verdict.NON_PARTICIPATING: (
        "It does not say that {last} placed the call or refused to answer. It may only have carried the call, and it "
        "may not have been asked yet. "
    )
    + ONLY_CARRIED,
    Verdict.NO_RECORD: (
        "It does not say that {last} placed the call or holds anything back. Its records may be incomplete, its clock "
        "may be far off, or the record that names it may be wrong."
    ),
    Verdict.DISPUTED: (
        "It does not say which carrier's record is wrong, or that any of them is wrong on purpose. No carrier on this "
        "page is said to have originated the call."
    ),
    Verdict.AMBIGUOUS: (
        "It does not say which of the trails is the right one. The path shown is as far as the evidence goes; no "
        "carrier on this page is said to have originated the call."
    ),
    Verdict.NOT_FOUND: (
        "It does not say that the call did not take place. Its records may not have been submitted yet, or its number "
        "or time may differ from what was reported."
    ),
}

HEADING_UNNAMED = "The trail ends at a record that names no upstream"
NOT_SAID_UNNAMED = (
    "It does not say that {last} placed the call: carriers that only carry calls have records like this one. "
    "The carrier can tell from the trunk on which the call came in."
)

SETTLED = frozenset({Verdict.ORIGINATOR_IDENTIFIED, Verdict.POINT_OF_ENTRY_IDENTIFIED})


def verdict_words(result: TraceResult, cast: Cast) -> VerdictWords:
    """The words of `result`'s verdict about the carriers in `cast`."""
    unnamed = result.verdict is Verdict.NO_RECORD and not cast.silent
    not_said = NOT_SAID_UNNAMED if unnamed else NOT_SAID[result.verdict]
    return VerdictWords(
        verdict=result.verdict,
        heading=HEADING_UNNAMED if unnamed else HEADINGS[result.verdict],
        says=_says(result, cast),
        # The names come in by replace and not by format: a carrier's name may hold braces.
        does_not_say=not_said.replace("{last}", cast.last).replace("{entry}", cast.entry),
        settled=result.verdict in SETTLED,
    )


def _says(result: TraceResult, cast: Cast) -> str:
    customer = isolated(shorten(plain(result.customer), NAME_LIMIT)) if result.customer else ""
    whose = f"its customer {customer}" if customer else "its own customer"
    sentences = {
        Verdict.ORIGINATOR_IDENTIFIED: f"{cast.last}'s own record says that {whose} placed this call.",
        Verdict.POINT_OF_ENTRY_IDENTIFIED: (
            f"The call came into the country through {cast.entry}: its record names a carrier abroad that has "
            "submitted no records."
        ),
        Verdict.NON_PARTICIPATING: (
            f"{_handed_over(cast)}, and {cast.last} has submitted no records that cover the time of the call."
        ),
        Verdict.NO_RECORD: _no_record(cast),
        Verdict.DISPUTED: (
            "Carriers' records of this call contradict each other about its way, and the evidence cannot settle it."
        ),
        Verdict.AMBIGUOUS: f"{_several(cast.trails)} fit the reported call about equally well.",
        Verdict.NOT_FOUND: "None of the records that carriers have submitted tells of this call.",
    }
    return sentences[result.verdict]


def _no_record(cast: Cast) -> str:
    # The trail also ends so where the last record names no upstream: there the carrier did give its record.
    if not cast.silent:
        return f"{cast.last} has a record of the call, but it does not say who handed the call to it."
    return f"{_handed_over(cast)}. {cast.last} has submitted records that cover the time, but none of this call."


def _handed_over(cast: Cast) -> str:
    if not cast.below:
        return f"{cast.last} is where the trail begins"
    return f"{cast.below}'s record says that it received the call from {cast.last}"


def _several(trails: int) -> str:
    return f"{trails} trails" if trails > 1 else "Two or more trails"
