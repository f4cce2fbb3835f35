"""What a report says where results rest on records that were withdrawn since: nobody is to be named by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.model.receipts import WithdrawnBatch
from hoptrace.reports.trace.model_details import Withdrawn, WithdrawnLine
from hoptrace.reports.trace.words import NAME_LIMIT
from hoptrace.reports.wording.cards import Directory, carrier_card
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import isolated, plain, shorten

if TYPE_CHECKING:
    from hoptrace.reports.many.material import Material

RESTS_ON_WITHDRAWN = message(
    "Records that this result rests on were withdrawn after it was made: whom it names may have nothing to do with the "
    "call. Do not use it. Trace the call again."
)

MOST_NAMED = 12
"""Calls that a sentence names one by one."""


def withdrawn_part(
    batches: Sequence[WithdrawnBatch], carriers: Directory, again: str | None, voice: Language
) -> Withdrawn | None:
    """That the result rests on these batches, which were withdrawn since; None where there are none."""
    if not batches:
        return None
    lines = [
        WithdrawnLine(
            batch=plain(each.batch),
            carrier=carrier_card(each.carrier, carriers),
            at_utc=f"{each.at:%Y-%m-%d %H:%M:%S}",
            reason=plain(each.reason),
        )
        for each in batches
    ]
    return Withdrawn(says=voice.say(RESTS_ON_WITHDRAWN), again=again, batches=tuple(lines))


def withdrawn_words(known: Material) -> str | None:
    """Of how many results, and of which calls where the reader may know, that is so; None where it is of none."""
    calls = known.calls.filter("withdrawn")
    number, voice = calls.select(pl.len()).collect().item(), known.voice
    if not number:
        return None
    told = voice.count(
        number,
        "{number} of these results rests on records that were withdrawn after it was made: whom it names may have "
        "nothing to do with the call. Do not use it. Trace the call again and make this report anew.",
        "{number} of these results rest on records that were withdrawn after they were made: whom they name may have "
        "nothing to do with the calls. Do not use them. Trace the calls again and make this report anew.",
    )
    if not known.profile.sees_records:
        return told
    refs = calls.select(pl.col("call_ref").head(MOST_NAMED)).collect()["call_ref"]
    named = [isolated(shorten(ref, NAME_LIMIT)) for ref in refs] + (["…"] if number > MOST_NAMED else [])
    which = voice.say("Calls: {calls}", calls=", ".join(named))
    return f"{told} {which}"
