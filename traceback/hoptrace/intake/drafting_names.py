"""What the name of a column says that it holds, in English and four other languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoptrace.intake.drafting_columns import Column

_PEER = r"(?:trunk|gw|ip|gate|peer)"
_HINTS = {
    "start_time": r"start|setup|begin|origination|calldate|call_?date|invite|seiz|initiat|\btime\b|arriv",
    "answer_time": r"answer|connect(?!ion)|pickup",
    "end_time": r"end(?!point)|stop|disconnect|release|hang|complet|finish|clear",
    "duration": r"durat|billsec|bill_?sec|talk|hold_?time|usage|second|length|\bsecs?\b|minutes",
    "calling_number": r"calling|caller|\bsrc|source|\bani\b|\bfrom\b|\bcli\b|clid|a_?num|orig.*num|\bsrc_?num",
    "called_number": r"called|callee|\bdst|\bdest|dnis|\bto\b|dial|b_?num|\bcld\b|term.*num|\bdst_?num",
    "upstream": rf"upstream|ingress|trunk_?in|in_?trunk|inbound|orig.*{_PEER}|(?:src|source|caller).*{_PEER}|\bin_",
    "downstream": rf"downstream|egress|trunk_?out|out_?trunk|outbound|term.*{_PEER}|(?:dst|dest|callee).*{_PEER}",
    "call_id": r"sip.*id|call.?id|callid|leg.?id",
    "egress_call_id": r"(?:egress|out|term|b.?leg).*(?:call.?id|sip.*id)",
    "release_code": r"cause|release.*code(?!c)|sip_?code|code(?!c)|response|status|disposition|reason|result",
    "record_id": r"record.?id|\bid\b|uniqueid|uuid|sequence|flow|cdr.?id",
}  # fmt: skip
_HINTS_ELSEWHERE = {
    "start_time": r"d[ée]but|beginn|inicio|inizio",
    "duration": r"dur[ée]e|dauer|duraci[óo]n|durata",
    "calling_number": r"appelant|anrufer|\bvon\b|origen|chiamante",
    "called_number": r"appel[ée]|angerufen|\bnach\b|destino|chiamato",
    "upstream": r"leitung.*ein|eingang|entrante?\b|entr[ée]e|entrada|ingresso",
    "downstream": r"leitung.*aus|ausgang|sortante?\b|sortie|salida|saliente|uscita|uscente",
}
"""The same in French, German, Spanish and Italian."""

FIELDS = tuple(_HINTS)
"""The fields that a draft fills, in the order in which it names them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A column taken for a field, and why."""

    field: str
    column: Column
    why: str


def hinted(name: str, column: Column) -> bool:
    """Whether a column is named like the field `name`."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name).lower().replace("-", "_").replace(" ", "_")
    spaced = plain.replace("_", " ")
    hints = f"{_HINTS[name]}|{_HINTS_ELSEWHERE[name]}" if name in _HINTS_ELSEWHERE else _HINTS[name]
    return bool(column.name) and (re.search(hints, plain) or re.search(hints, spaced)) is not None


def example(column: Column) -> str:
    """The first cell that says something, at most 40 characters of it."""
    return next((cell for cell in column.cells if cell and cell not in column.never), "")[:40]
