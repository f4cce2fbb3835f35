"""Terms: what sentences are told by, as expressions over a frame of many rows and row by row for few.

To plan an expression takes Polars as long as Python takes for hundreds of rows. A term is written once and gives both;
what is not known is null in the one and None in the other, by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

Row = Mapping[str, Any]
"""A row of a frame by the names of its columns."""


@dataclass(frozen=True, eq=False)
class Term:
    """A value of each row: its expression, and what gives it of one row."""

    expr: pl.Expr
    of: Callable[[Row], Any]

    def __eq__(self, other: object) -> Term:  # type: ignore[override]
        return _with(self, other, lambda one, two: one == two, lambda one, two: one == two)

    def __ne__(self, other: object) -> Term:  # type: ignore[override]
        return _with(self, other, lambda one, two: one != two, lambda one, two: one != two)

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: object) -> Term:
        return _with(self, other, lambda one, two: one < two, lambda one, two: one < two)

    def __gt__(self, other: object) -> Term:
        return _with(self, other, lambda one, two: one > two, lambda one, two: one > two)

    def __ge__(self, other: object) -> Term:
        return _with(self, other, lambda one, two: one >= two, lambda one, two: one >= two)

    def __sub__(self, other: Term) -> Term:
        return _with(self, other, lambda one, two: one - two, lambda one, two: one - two)

    def __and__(self, other: Term) -> Term:
        one, two = self.of, other.of

        def both(row: Row) -> bool | None:
            """As Polars has it: false where either is, unknown where the other is not told."""
            if (first := one(row)) is False or (second := two(row)) is False:
                return False
            return None if first is None or second is None else True

        return Term(self.expr & other.expr, both)

    def __or__(self, other: Term) -> Term:
        return ~(~self & ~other)

    def __invert__(self) -> Term:
        of = self.of
        return Term(~self.expr, lambda row: None if (told := of(row)) is None else not told)

    def __abs__(self) -> Term:
        of = self.of
        return Term(self.expr.abs(), lambda row: None if (told := of(row)) is None else abs(told))

    def is_null(self) -> Term:
        """Whether it is not known."""
        of = self.of
        return Term(self.expr.is_null(), lambda row: of(row) is None)

    def is_not_null(self) -> Term:
        """Whether it is known."""
        of = self.of
        return Term(self.expr.is_not_null(), lambda row: of(row) is not None)

    def is_in(self, some: Collection[str]) -> Term:
        """Whether it is one of some texts."""
        of = self.of
        return Term(self.expr.is_in(list(some)), lambda row: None if (told := of(row)) is None else told in some)

    def same(self, other: Term) -> Term:
        """Whether both are equal, or neither is known."""
        one, two = self.of, other.of
        return Term(self.expr.eq_missing(other.expr), lambda row: one(row) == two(row))

    def otherwise(self, other: Term | str) -> Term:
        """What it is, and where that is not known another one."""
        one, (expr, two) = self.of, _parts(other)
        return Term(pl.coalesce(self.expr, expr), lambda row: two(row) if (told := one(row)) is None else told)

    def replaced(self, text: str, other: str) -> Term:
        """A text with another one in place of each of some part."""
        of = self.of
        return Term(
            self.expr.str.replace_all(text, other, literal=True),
            lambda row: None if (told := of(row)) is None else told.replace(text, other),
        )

    def where(self, condition: Term) -> Term:
        """What it is where a condition holds, elsewhere nothing."""
        of, holds = self.of, condition.of
        return Term(pl.when(condition.expr).then(self.expr), lambda row: of(row) if holds(row) else None)

    def around(self, before: str, after: str) -> Term:
        """A text or whole number between two texts."""
        of = self.of
        return Term(
            pl.concat_str(pl.lit(before), self.expr.cast(pl.String), pl.lit(after)),
            lambda row: None if (told := of(row)) is None else f"{before}{told}{after}",
        )


def column(name: str) -> Term:
    """What a column says."""
    return Term(pl.col(name), lambda row: row[name])


def always(told: Any) -> Term:
    """The same in all rows."""
    return Term(pl.lit(told), lambda _row: told)


def _parts(term: object) -> tuple[Any, Callable[[Row], Any]]:
    return (term.expr, term.of) if isinstance(term, Term) else (pl.lit(term), lambda _row: term)


def _with(
    term: Term, other: object, exprs: Callable[[pl.Expr, pl.Expr], pl.Expr], values: Callable[[Any, Any], Any]
) -> Term:
    one, (expr, two) = term.of, _parts(other)

    def told(row: Row) -> Any:
        """The value for a row, None where either side is not told."""
        first, second = one(row), two(row)
        return None if first is None or second is None else values(first, second)

    return Term(exprs(term.expr, expr), told)
