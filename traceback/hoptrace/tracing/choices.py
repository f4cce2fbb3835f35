"""Choices: texts by cases, as expressions for many rows and row by row for few.

Polars works out every branch of a `when` for every row. Of thousands of pairs nearly all are told by the same few
sentences, so what cannot occur in a frame is left out before. For a few rows planning the branches takes longest, so
that only the conditions are worked out by Polars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from hoptrace.tracing.json_columns import Piece, joined

MANY = 256
"""Rows of a frame from which it is worth while to look at what occurs in it."""

Text = Sequence[Piece]
Case = tuple[pl.Expr, Text]
"""A condition, and the text where it holds."""

_Cells = tuple[int, list[str | int]]
"""A case as the places of its condition and of its pieces, but for those that are the same in all rows."""


@dataclass(frozen=True)
class Choice:
    """The text of the first case whose condition holds; null where none does."""

    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Chosen:
    """What a choice comes to in a frame: pieces of text, none where no case occurs; `always`: some case holds."""

    pieces: Text
    always: bool

    @cached_property
    def expr(self) -> pl.Expr:
        """The text as one expression."""
        return joined(self.pieces) if self.pieces else pl.lit(None, pl.String)


def choice(*cases: Case, otherwise: Text | None = None) -> Choice:
    """A choice of these cases, with a text where none of them holds if there is one."""
    return Choice(cases if otherwise is None else (*cases, (pl.lit(value=True), otherwise)))


def said(sentence: str, *told: pl.Expr | str) -> Text:
    """A sentence with `{}` for each of some columns or expressions."""
    parts = sentence.split("{}")
    columns = [pl.col(each) if isinstance(each, str) else each for each in told]
    between = [piece for each in zip(parts[1:], columns, strict=True) for piece in reversed(each)]
    return [piece for piece in (parts[0], *between) if not isinstance(piece, str) or piece]


class Choices:
    """Several choices that are told of the same frames."""

    def __init__(self, *each: Choice) -> None:
        self._each = each

    def texts(self, frame: pl.DataFrame) -> list[pl.Expr | pl.Series]:
        """The choices as expressions over this frame, or of a few rows as columns."""
        if frame.height < MANY:
            return [pl.Series(told, dtype=pl.String) for told in self.spoken(frame)]
        return [each.expr for each in chosen(frame, self._each)]

    def lists(self, frame: pl.DataFrame) -> list[list[str | None]]:
        """The text of each choice in each row."""
        if frame.height < MANY:
            return self.spoken(frame)
        told = (text.expr.alias(str(at)) for at, text in enumerate(chosen(frame, self._each)))
        return [column.to_list() for column in frame.select(told)]

    def spoken(self, frame: pl.DataFrame) -> list[list[str | None]]:
        """The text of each choice in each row: null where a piece of it is, or where none of its cases holds."""
        asked, choices = self._asked
        cells = [column.to_list() for column in frame.select(asked.exprs)]
        return [[_text(cases, cells, row) for row in range(frame.height)] for cases in choices]

    @cached_property
    def _asked(self) -> tuple[_Asked, list[list[_Cells]]]:
        """What texts are put together of, and for each choice where its cases find theirs."""
        asked = _Asked([], {})
        return asked, [[asked.cells(*case) for case in one.cases] for one in self._each]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The expressions that texts are put together of, each named by its place; a column is asked for once."""

    exprs: list[pl.Expr]
    columns: dict[str, int]

    def cells(self, condition: pl.Expr, text: Text) -> _Cells:
        """The places of what a case is told by."""
        return self._place(condition), [piece if isinstance(piece, str) else self._cell(piece) for piece in text]

    def _cell(self, piece: pl.Expr) -> int:
        if not piece.meta.is_column():
            return self._place(piece)
        name = piece.meta.output_name()
        return self.columns[name] if name in self.columns else self.columns.setdefault(name, self._place(piece))

    def _place(self, expr: pl.Expr) -> int:
        self.exprs.append(expr.alias(str(len(self.exprs))))
        return len(self.exprs) - 1


def _text(cases: Sequence[_Cells], cells: Sequence[Sequence[Any]], row: int) -> str | None:
    for condition, pieces in cases:
        if cells[condition][row]:
            told = [piece if isinstance(piece, str) else cells[piece][row] for piece in pieces]
            return None if None in told else "".join(told)
    return None


def chosen(frame: pl.DataFrame, choices: Sequence[Choice]) -> list[Chosen]:
    """What the choices come to in this frame."""
    holds = [condition.fill_null(value=False) for one in choices for condition, _ in one.cases]
    named = [
        told
        for place, one in enumerate(holds)
        for told in (one.any().alias(f"any {place}"), one.all().alias(f"all {place}"))
    ]
    told = frame.select(named).row(0)
    occurs = iter(zip(told[::2], told[1::2], strict=True))
    return [_occurring(one.cases, [next(occurs) for _ in one.cases]) for one in choices]


def _occurring(cases: Sequence[Case], occurs: Sequence[tuple[bool, bool]]) -> Chosen:
    """The cases that occur, up to one that all rows are of."""
    found: list[Case] = []
    for case, (some, every) in zip(cases, occurs, strict=True):
        if every:
            return _chosen([*found, (pl.lit(value=True), case[1])], always=True)
        if some:
            found.append(case)
    return _chosen(found, always=False)


def _chosen(cases: Sequence[Case], always: bool) -> Chosen:
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
