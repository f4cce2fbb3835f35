"""Choices: texts by cases, as expressions for many rows and row by row for few.

Polars works out every branch of a `when` for every row. Of thousands of pairs nearly all are told by the same few
sentences, so what cannot occur in a frame is left out before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from hoptrace.tracing.json_columns import Piece, joined
from hoptrace.tracing.terms import Row, Term, always, column

Text = Sequence[str | Term]
Case = tuple[Term, Text]
"""A condition, and the text where it holds."""


@dataclass(frozen=True)
class Choice:
    """The text of the first case whose condition holds; null where none does."""

    cases: tuple[Case, ...]

    def of(self, row: Row) -> str | None:
        """The text of a row: None where a piece of it is not known, or where no case holds."""
        for condition, text in self.cases:
            if condition.of(row):
                told = [piece if isinstance(piece, str) else piece.of(row) for piece in text]
                return None if None in told else "".join(told)
        return None


@dataclass(frozen=True)
class Chosen:
    """What a choice comes to in a frame: pieces of text, none where no case occurs; `always`: some case holds."""

    pieces: Sequence[Piece]
    always: bool

    @cached_property
    def expr(self) -> pl.Expr:
        """The text as one expression."""
        return joined(self.pieces) if self.pieces else pl.lit(None, pl.String)


def choice(*cases: Case, otherwise: Text | None = None) -> Choice:
    """A choice of these cases, with a text where none of them holds if there is one."""
    return Choice(cases if otherwise is None else (*cases, (always(told=True), otherwise)))


def said(sentence: str, *told: Term | str) -> Text:
    """A sentence with `{}` for each of some columns or terms."""
    parts = sentence.split("{}")
    terms = [column(each) if isinstance(each, str) else each for each in told]
    between = [piece for each in zip(parts[1:], terms, strict=True) for piece in reversed(each)]
    return [piece for piece in (parts[0], *between) if not isinstance(piece, str) or piece]


def chosen(frame: pl.DataFrame, choices: Sequence[Choice]) -> list[Chosen]:
    """What the choices come to in this frame."""
    holds = [condition.expr for one in choices for condition, _ in one.cases]
    # What is the same in all rows is no column, and would be counted once.
    amounts = [pl.when(each).then(pl.len()).otherwise(0) if each.meta.is_literal() else each.sum() for each in holds]
    told = iter(frame.select(amount.alias(str(place)) for place, amount in enumerate(amounts)).row(0))
    return [_occurring(one.cases, [next(told) for _ in one.cases], frame.height) for one in choices]


def _occurring(cases: Sequence[Case], amounts: Sequence[int], rows: int) -> Chosen:
    """The cases that occur, up to one that all rows are of; `amounts`: the rows of which each holds."""
    found: list[tuple[pl.Expr, list[Piece]]] = []
    for (condition, text), amount in zip(cases, amounts, strict=True):
        pieces = [piece if isinstance(piece, str) else piece.expr for piece in text]
        if amount == rows:
            return _chosen([*found, (pl.lit(value=True), pieces)], always=True)
        if amount:
            found.append((condition.expr, pieces))
    return _chosen(found, always=False)


def _chosen(cases: Sequence[tuple[pl.Expr, list[Piece]]], always: bool) -> Chosen:
    """A single case that always holds stays in its pieces."""
    if not cases:
        return Chosen([], always=False)
    (condition, text), *rest = cases
    if always and not rest:
        return Chosen(text, always)
    chain = pl.when(condition).then(joined(text))
    for condition, text in rest[:-1] if always else rest:
        chain = chain.when(condition).then(joined(text))
    return Chosen([chain.otherwise(joined(rest[-1][1]) if always else None)], always)
