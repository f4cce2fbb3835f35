"""The codes in tables as words: what `say` is asked for where a page shows a code."""

from __future__ import annotations

from hoptrace.reports.wording.language import Language, message

WORDS = (
    message("both sides"),
    message("own record"),
    message("named"),
    message("inferred"),
    message("recorded"),
    message("off path"),
    message("trail end"),
    message("upstream"),
    message("downstream"),
    message("nothing"),
    message("at other times"),
    message("no records submitted"),
    message("no records of the period"),
    message("records without these calls"),
    message("untrue upstream"),
    message("claimed customers"),
    message("made up handoffs"),
    message("traced calls"),
    message("completed share"),
    message("mean carriers"),
    message("median carriers"),
    message("carriers identified"),
    message("new carriers"),
    message("without record"),
    message("originating carriers"),
    message("entry carriers"),
    message("campaigns"),
)
"""Words of codes that no other table names; roles and verdicts are with the ladder and the figures."""


def code_text(code: str, voice: Language) -> str:
    """A code as words: `point_of_entry` is "point of entry" in English."""
    return voice.say(code.replace("_", " "))
