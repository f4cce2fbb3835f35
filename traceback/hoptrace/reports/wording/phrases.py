"""The phrasebook: the sentences of a result, known again so that they can be said in another language.

A result holds its evidence in English sentences, and must: it is replayed to the byte. A report in another language
finds the pattern of each sentence in `PHRASES`, translates the pattern, and puts the sentence's own words back in. A
sentence that fits no pattern stays as it is; a test holds all sentences of traced networks against the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from hoptrace.reports.wording.language import ENGLISH, Language, message
from hoptrace.reports.wording.phrases_of_signing import SIGNING_PHRASES, SIGNING_WORDS
from hoptrace.reports.wording.phrases_of_trails import TRAIL_PHRASES, TRAIL_WORDS

LONGEST = 1_000
"""Longer sentences, which hold endless names, are not looked for: a pattern could be tried on them in too many ways."""

SPOKEN = frozenset(
    {
        "when",
        "what",
        "cut",
        "unit",
        "source",
        "outcome",
        "ended",
        "ending",
        "why",
        "who",
        "whose",
        "begin",
        "faults",
        "span",
    }
)
"""Names in patterns whose values are phrases themselves."""

SHAPES = {
    "when": r"at the same moment as|[0-9.,]+ s (?:after|before)",
    "what": r"arrival time|time of the final answer",
}
"""Values of which it is known how they look; others are whatever stands there."""

_SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")
_ASIDE = re.compile(r"\(([^()]+)\)")
_PLACE = re.compile(r"\{(\w+)\}")

SUBJECTS = {
    "answer time": message("Answer time"),
    "attestation": message("Attestation"),
    "call_id": message("Call id"),
    "called number": message("Called number"),
    "calling number": message("Calling number"),
    "duration": message("Duration"),
    "identity": message("Identity"),
    "naming": message("Naming"),
    "orig_id": message("Orig id"),
    "outcome": message("Outcome"),
    "path": message("Path"),
    "repeated hour": message("Repeated hour"),
    "signer": message("Signer"),
    "terminating carrier": message("Terminating carrier"),
    "time": message("Time"),
}


def subject(about: str, voice: Language) -> str:
    """What was compared, as the beginning of a line: "call_id" is "Call id"."""
    if about in SUBJECTS:
        return voice.say(SUBJECTS[about])
    words = about.replace("_", " ")
    return words[:1].upper() + words[1:]


def translated(sentence: str, voice: Language) -> str:
    """A sentence of a result in the language of the report; as it is where no pattern fits it."""
    if voice.code == ENGLISH:
        return sentence
    found = _fitting(sentence, PHRASES)
    if found is None:
        return sentence
    pattern, values = found
    return voice.say(pattern, **{name: _value(name, value, voice) for name, value in values.items()})


def pattern_of(sentence: str) -> str | None:
    """The pattern that a sentence was made by, None where none fits."""
    found = _fitting(sentence, PHRASES)
    return None if found is None else found[0]


def _value(name: str, value: str, voice: Language) -> str:
    if name == "ways":
        return _ASIDE.sub(lambda found: f"({_spoken(found[1], voice)})", value)
    if name not in SPOKEN:
        return value
    if name == "faults":
        return " ".join(_spoken(part, voice) for part in _SENTENCES.split(value))
    return _spoken(value, voice)


def _spoken(value: str, voice: Language) -> str:
    found = _fitting(value, (*WORDS, *PHRASES))
    if found is None:
        return value
    pattern, values = found
    return voice.say(pattern, **{inner: _value(inner, text, voice) for inner, text in values.items()})


def _fitting(sentence: str, patterns: tuple[str, ...]) -> tuple[str, dict[str, str]] | None:
    if len(sentence) > LONGEST:
        return None
    for pattern in patterns:
        found = _compiled(pattern).fullmatch(sentence)
        if found is not None:
            return pattern, found.groupdict()
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_pieces(pattern)), re.DOTALL)


def _pieces(pattern: str) -> Iterator[str]:
    seen: set[str] = set()
    at = 0
    for place in _PLACE.finditer(pattern):
        yield re.escape(pattern[at : place.start()])
        name = place[1]
        yield f"(?P={name})" if name in seen else f"(?P<{name}>{SHAPES.get(name, '.+?')})"
        seen.add(name)
        at = place.end()
    yield re.escape(pattern[at:])


PHRASES = (*TRAIL_PHRASES, *SIGNING_PHRASES)
WORDS = (*TRAIL_WORDS, *SIGNING_WORDS)
