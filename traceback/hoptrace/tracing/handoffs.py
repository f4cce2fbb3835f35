"""Handoffs in sentences: what the two statements of a pair say about each other, for all quoted pairs of a batch.

Sentences are put together of terms (`hoptrace.tracing.handoff_lines`) of the pairs frame (`d_*`, `u_*`, `kind`,
`scale`, `w_*`): by columns for the handoffs of plain calls, row by row for those of all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from hoptrace.linking.beginnings import any_masked, caller_fits
from hoptrace.model.numbers import display, displays
from hoptrace.model.verdicts import Evidence
from hoptrace.tracing.choices import Choice, choice, chosen, said
from hoptrace.tracing.decimals import tenths
from hoptrace.tracing.handoff_lines import NUMBERS, D, U, lines_of_pairs, name, parts_of_time, shown
from hoptrace.tracing.json_columns import Piece, joined
from hoptrace.tracing.terms import Term, column

OF_A_HANDOFF = (
    *("kind", "scale", "meetings", "alike", "d_oid", "u_oid"),
    *("w_time", "w_answer", "w_call_id", "w_duration", "w_outcome", "w_orig_id"),
    *("d_carrier", "d_upstream", "d_customer", "d_called", "d_calling", "d_setup", "d_final", "d_answer", "d_duration"),
    *("d_tick", "d_outcome", "d_cid", "u_carrier", "u_downstream", "u_called", "u_sent", "u_calling", "u_sent_calling"),
    *("u_setup", "u_final", "u_answer", "u_duration", "u_tick", "u_outcome", "u_cid", "u_sent_cid"),
)
"""The columns of the pairs frame that sentences are made of."""

FEW = 64
"""Pairs up to which each is told by itself."""

TO_A_TENTH = ("apart", "scale", "answers", "d_duration", "u_duration")
"""Seconds that lines quote to a tenth."""


@dataclass(frozen=True, slots=True)
class Told:
    """One pair in words: its lines of `evidence`, most telling first, and the sentence of the `conflict` it may be."""

    evidence: tuple[Evidence, ...]
    conflict: str


def in_words(pairs: pl.DataFrame) -> dict[int, Told]:
    """The scored pairs (`hoptrace.linking.scoring.score`) in words, by `row`."""
    if pairs.is_empty():
        return {}
    return _of_few(pairs) if pairs.height <= FEW else _of_many(pairs)


def _of_many(pairs: pl.DataFrame) -> dict[int, Told]:
    lines, known = lines_of_pairs(), rounded_pairs(pairs)
    frame = with_numbers(known, (shown(number).expr for number in NUMBERS))
    details = [_conflict(), *(line.detail for line in lines)]
    texts = (text.expr.alias(f"detail {at}") for at, text in enumerate(chosen(frame, details)))
    agrees = (line.agrees.expr.alias(f"agrees {at}") for at, line in enumerate(lines))
    conflicts, *columns = (column.to_list() for column in frame.select(*texts, *agrees))
    told = zip(lines, columns[: len(lines)], columns[len(lines) :], strict=True)
    heard = zip(*(_lines(line.about, agree, detail) for line, detail, agree in told), strict=True)
    rows = zip(frame["row"].to_list(), conflicts, heard, strict=True)
    return {row: Told(tuple(line for line in each if line is not None), conflict) for row, conflict, each in rows}


def _lines(about: str, agrees: Sequence[bool | None], detail: Sequence[str | None]) -> list[Evidence | None]:
    """What is said of each pair about one thing; those that hear the same share the line, as most do."""
    known: dict[tuple[bool | None, str], Evidence] = {}

    def line(agree: bool | None, text: str) -> Evidence:
        """The line that says this, made when it is first said."""
        return known.get((agree, text)) or known.setdefault((agree, text), Evidence(about, agree, text))

    return [None if text is None else line(agree, text) for agree, text in zip(agrees, detail, strict=True)]


def _of_few(pairs: pl.DataFrame) -> dict[int, Told]:
    """The same row by row: to plan the expressions takes as long as FEW pairs."""
    fits = pairs.select(fits=caller_fits()).to_series().to_list() if any_masked(pairs) else [None] * pairs.height
    columns = [column.to_list() for column in pairs]
    named = (dict(zip(pairs.columns, row, strict=True)) for row in zip(*columns, strict=True))
    return {row["row"]: _told(row, may_fit) for row, may_fit in zip(named, fits, strict=True)}


def _told(row: dict[str, Any], fits: bool | None) -> Told:
    """One pair in words, of which a row gives OF_A_HANDOFF; it becomes a row of `rounded_pairs` with its numbers."""
    row |= {"fits": fits} | {f"n_{number}": display(row[number]) for number in NUMBERS}
    row |= {measure: term.of(row) for measure, term in _measures().items()}
    row |= {f"t_{told}": None if row[told] is None else f"{row[told]:.1f}" for told in TO_A_TENTH}
    row |= {part: text.of(row) for part, text in parts_of_time().items()}
    heard = ((line, line.detail.of(row)) for line in lines_of_pairs())
    lines = tuple(Evidence(line.about, line.agrees.of(row), text) for line, text in heard if text is not None)
    return Told(lines, _conflict().of(row) or "")  # it has a case for every pair


def pieces_in_json(known: pl.DataFrame) -> list[Piece]:
    """The evidence of pairs in pieces of JSON, as `Told.evidence` is written; `known` as `rounded_pairs` gives them.

    No name in them may hold what JSON escapes. The first line is told of every pair. They ask for `with_numbers`.
    """
    lines = lines_of_pairs()
    found = chosen(known, [*(_begun(line.about, line.agrees) for line in lines), *(line.detail for line in lines)])
    told: list[Piece] = []
    for begin, text in zip(found[: len(lines)], found[len(lines) :], strict=True):
        line: list[Piece] = ["," if told else "", *begin.pieces, *text.pieces, '"}']
        if text.always:
            told += line
        elif text.pieces:
            told.append(joined(line).fill_null(""))
    return told


@cache
def has_orig_id() -> pl.Expr:
    """Whether the evidence of a pair tells of origids."""
    known = pl.col("d_oid").is_not_null() & pl.col("u_oid").is_not_null()
    return ((pl.col("w_orig_id") != 0) & known).fill_null(value=False)


def _begun(about: str, agrees: Term) -> Choice:
    """How a line begins as JSON, up to its sentence."""
    ways = [[f'{{"about":"{about}","agrees":{told},"detail":"'] for told in ("true", "false", "null")]
    return choice((agrees, ways[0]), (agrees.is_not_null(), ways[1]), otherwise=ways[2])


def rounded_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with `moment`, the difference of like times (s), and what lines quote as text.

    `t_*`: seconds, to a tenth; `what`, `since`, `cut`: parts of the line of times. `fits`: whether a masked caller may
    be the other side's.
    """
    known = pairs.with_columns(
        fits=caller_fits() if any_masked(pairs) else pl.lit(None, pl.Boolean),
        **{name: measure.expr for name, measure in _measures().items()},
    )
    timed = known.hstack([tenths(known[told]).alias(f"t_{told}") for told in TO_A_TENTH])
    parts = parts_of_time()
    texts = zip(parts, chosen(timed, list(parts.values())), strict=True)
    return timed.with_columns(text.expr.alias(name) for name, text in texts)


@cache
def _measures() -> dict[str, Term]:
    """What lines compare of a pair's times."""
    arrival = column("d_setup") - column("u_setup")
    moment = arrival.otherwise(column("d_final") - column("u_final"))
    answers = abs(column("d_answer") - column("u_answer"))
    return {"moment": moment, "apart": abs(moment), "arrived": arrival.is_not_null(), "answers": answers}


def with_numbers(known: pl.DataFrame, told: Iterable[Piece]) -> pl.DataFrame:
    """The pairs with `n_*`, the numbers that are quoted in what is `told` of them, as people write them."""
    asked = {root for piece in told if isinstance(piece, pl.Expr) for root in piece.meta.root_names()}
    shown = displays(known, [column for column in NUMBERS if f"n_{column}" in asked])
    return known.with_columns(**{f"n_{column}": text for column, text in shown.items()})


@cache
def _conflict() -> Choice:
    """A contradiction in a sentence: who says what."""
    sentence = (
        "{} says that it got the call from {}; {} says that it handed a call to the same number at that moment to {}."
    )
    upper = U, name("u_downstream")
    own = column("d_customer").is_not_null() & (column("d_customer") != "")
    by_own = said(sentence.replace("from {}", "from its own customer {}"), D, "d_customer", *upper)
    return choice((own, by_own), otherwise=said(sentence, D, name("d_upstream"), *upper))
