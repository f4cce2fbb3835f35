"""Handoffs in sentences: what the two statements of a pair say about each other, for all quoted pairs of a batch.

Sentences are put together by expressions (`hoptrace.tracing.handoff_lines`) over the pairs frame (`d_*`, `u_*`, `kind`,
`scale`, `w_*`), as fast for a million handoffs as for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from hoptrace.linking.beginnings import any_masked, caller_fits
from hoptrace.model.numbers import displays
from hoptrace.model.verdicts import Evidence
from hoptrace.tracing.choices import Choice, Choices, choice, chosen, said
from hoptrace.tracing.decimals import tenths
from hoptrace.tracing.handoff_lines import NUMBERS, D, U, lines_of_pairs, name, parts_of_time, shown
from hoptrace.tracing.json_columns import Piece, joined

OF_A_HANDOFF = (
    *("kind", "scale", "meetings", "alike"),
    *("w_time", "w_answer", "w_call_id", "w_duration", "w_outcome", "w_orig_id"),
    *("d_carrier", "d_upstream", "d_customer", "d_called", "d_calling", "d_setup", "d_final", "d_answer", "d_duration"),
    *("d_tick", "d_outcome", "d_cid", "u_carrier", "u_downstream", "u_called", "u_sent", "u_calling", "u_sent_calling"),
    *("u_setup", "u_final", "u_answer", "u_duration", "u_tick", "u_outcome", "u_cid", "u_sent_cid"),
)
"""The columns of the pairs frame that sentences are made of."""


@dataclass(frozen=True, slots=True)
class Told:
    """One pair in words: its lines of `evidence`, most telling first, and the sentence of the `conflict` it may be."""

    evidence: tuple[Evidence, ...]
    conflict: str


def in_words(pairs: pl.DataFrame) -> dict[int, Told]:
    """The scored pairs (`hoptrace.linking.scoring.score`) in words, by `row`."""
    if pairs.is_empty():
        return {}
    lines, known = lines_of_pairs(), rounded_pairs(pairs)
    frame = with_numbers(known, map(shown, NUMBERS))
    conflicts, *details = _told().lists(frame)
    agreeing = [column.to_list() for column in frame.select(_agreeing())]
    told = [_lines(line.about, agrees, detail) for line, agrees, detail in zip(lines, agreeing, details, strict=True)]
    rows = zip(frame["row"].to_list(), conflicts, *told, strict=True)
    return {row: Told(tuple(line for line in heard if line is not None), conflict) for row, conflict, *heard in rows}


def pieces_in_json(known: pl.DataFrame) -> list[Piece]:
    """The evidence of pairs in pieces of JSON, as `Told.evidence` is written; `known` as `rounded_pairs` gives them.

    No name in them may hold what JSON escapes. The first line is told of every pair. They ask for `with_numbers`.
    """
    lines = lines_of_pairs()
    begun = chosen(known, [_begun(line.about, line.agrees) for line in lines])
    told: list[Piece] = []
    for begin, text in zip(begun, chosen(known, [line.detail for line in lines]), strict=True):
        line: list[Piece] = ["," if told else "", *begin.pieces, *text.pieces, '"}']
        if text.always:
            told += line
        elif text.pieces:
            told.append(joined(line).fill_null(""))
    return told


@cache
def has_orig_id() -> pl.Expr:
    """Whether the evidence of a pair tells of origids."""
    return (pl.col("w_orig_id") != 0).fill_null(value=False)


def _begun(about: str, agrees: pl.Expr) -> Choice:
    """How a line begins as JSON, up to its sentence."""
    ways = [[f'{{"about":"{about}","agrees":{told},"detail":"'] for told in ("true", "false", "null")]
    return choice((agrees, ways[0]), (agrees.is_not_null(), ways[1]), otherwise=ways[2])


def _lines(about: str, agrees: Sequence[bool | None], detail: Sequence[str | None]) -> list[Evidence | None]:
    """What is said of each pair about one thing; those that hear the same share the line, as most do."""
    known: dict[tuple[bool | None, str], Evidence] = {}

    def line(agree: bool | None, text: str) -> Evidence:
        return known.get((agree, text)) or known.setdefault((agree, text), Evidence(about, agree, text))

    return [None if text is None else line(agree, text) for agree, text in zip(agrees, detail, strict=True)]


def rounded_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with `moment`, the difference of like times (s), and what lines quote as text.

    `t_*`: seconds, to a tenth; `what`, `since`, `cut`: parts of the line of times. `fits`: whether a masked caller may
    be the other side's.
    """
    arrival = pl.col("d_setup") - pl.col("u_setup")
    moment = pl.coalesce(arrival, pl.col("d_final") - pl.col("u_final"))
    known = pairs.with_columns(
        moment=moment,
        apart=moment.abs(),
        arrived=arrival.is_not_null(),
        answers=(pl.col("d_answer") - pl.col("u_answer")).abs(),
        fits=caller_fits() if any_masked(pairs) else pl.lit(None, pl.Boolean),
    )
    timed = known.hstack(
        [tenths(known[told]).alias(f"t_{told}") for told in ("apart", "scale", "answers", "d_duration", "u_duration")]
    )
    parts = zip(parts_of_time(), _parts().texts(timed), strict=True)
    return timed.with_columns(text.alias(name) for name, text in parts)


def with_numbers(known: pl.DataFrame, told: Iterable[Piece]) -> pl.DataFrame:
    """The pairs with `n_*`, the numbers that are quoted in what is `told` of them, as people write them."""
    asked = {root for piece in told if isinstance(piece, pl.Expr) for root in piece.meta.root_names()}
    shown = displays(known, [column for column in NUMBERS if f"n_{column}" in asked])
    return known.with_columns(**{f"n_{column}": text for column, text in shown.items()})


@cache
def _told() -> Choices:
    """The contradiction that a pair may be, and its lines."""
    return Choices(_conflict(), *(line.detail for line in lines_of_pairs()))


@cache
def _parts() -> Choices:
    return Choices(*parts_of_time().values())


@cache
def _agreeing() -> list[pl.Expr]:
    return [line.agrees.alias(f"agrees {at}") for at, line in enumerate(lines_of_pairs())]


def _conflict() -> Choice:
    """A contradiction in a sentence: who says what."""
    sentence = (
        "{} says that it got the call from {}; {} says that it handed a call to the same number at that moment to {}."
    )
    upper = U, name("u_downstream")
    own = pl.col("d_customer").is_not_null() & (pl.col("d_customer") != "")
    by_own = said(sentence.replace("from {}", "from its own customer {}"), D, "d_customer", *upper)
    return choice((own, by_own), otherwise=said(sentence, D, name("d_upstream"), *upper))
