"""Choices: texts by cases as expressions, of which a frame evaluates only the cases that it has.

Polars works out every branch of a `when` for every row. Of thousands of pairs nearly all are told by the same few
sentences, so what cannot occur in a frame is left out before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

MANY = 256
"""Rows of a frame from which it is worth while to look at what occurs in it."""

Case = tuple[pl.Expr, pl.Expr]
"""A condition, and the text where it holds."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The text of the first case whose condition holds; null where none does."""

    cases: tuple[Case, ...]


def choice(*cases: Case, otherwise: pl.Expr | None = None) -> Choice:
    """A choice of these cases, with a text where none of them holds if there is one."""
    return Choice(cases if otherwise is None else (*cases, (pl.lit(value=True), otherwise)))


def texts(frame: pl.DataFrame, choices: Sequence[Choice]) -> list[pl.Expr]:
    """The choices as expressions over this frame."""
    if frame.height < MANY:
        return [_chain(one.cases) for one in choices]
    holds = [condition.fill_null(value=False) for one in choices for condition, _ in one.cases]
    named = [
        told
        for place, one in enumerate(holds)
        for told in (one.any().alias(f"any {place}"), one.all().alias(f"all {place}"))
    ]
    told = frame.select(named).row(0)
    occurs = iter(zip(told[::2], told[1::2], strict=True))
    return [_chain(_occurring(one.cases, [next(occurs) for _ in one.cases])) for one in choices]


def _occurring(cases: Sequence[Case], occurs: Sequence[tuple[bool, bool]]) -> Sequence[Case]:
    """The cases that occur, up to one that all rows are of."""
    found: list[Case] = []
    for case, (some, every) in zip(cases, occurs, strict=True):
        if every:
            return [*found, (pl.lit(value=True), case[1])]
        if some:
            found.append(case)
    return found


def _chain(cases: Sequence[Case]) -> pl.Expr:
    if not cases:
        return pl.lit(None, pl.String)
    (condition, text), *rest = cases
    if condition.meta.eq(pl.lit(value=True)):
        return text
    chain = pl.when(condition).then(text)
    for condition, text in rest:
        if condition.meta.eq(pl.lit(value=True)):
            return chain.otherwise(text)
        chain = chain.when(condition).then(text)
    return chain.otherwise(None)
