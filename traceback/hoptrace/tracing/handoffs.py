"""Handoffs in sentences: what the two statements of a pair say about each other, for all quoted pairs of a batch.

Sentences are put together by expressions (`hoptrace.tracing.handoff_lines`) over the pairs frame (`d_*`, `u_*`, `kind`,
`scale`, `w_*`), as fast for a million handoffs as for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from hoptrace.linking.beginnings import any_masked, caller_fits, ids_begin_alike
from hoptrace.model.numbers import display_expr
from hoptrace.model.verdicts import Evidence
from hoptrace.tracing.handoff_lines import NUMBERS, D, U, lines_of_pairs, name


@dataclass(frozen=True, slots=True)
class Told:
    """One pair in words: its lines of `evidence`, most telling first, and the sentence of the `conflict` it may be."""

    evidence: tuple[Evidence, ...]
    conflict: str


def in_words(pairs: pl.DataFrame) -> dict[int, Told]:
    """The scored pairs (`hoptrace.linking.scoring.score`) in words, by `row`."""
    if pairs.is_empty():
        return {}
    lines = lines_of_pairs()
    columns = [expr for line in lines for expr in (line.agrees, line.detail)]
    named = [expr.alias(str(place)) for place, expr in enumerate(columns)]
    frame = _rounded(pairs).select("row", _conflict().alias("conflict"), *named)
    told = [_lines(line.about, frame[str(2 * at)], frame[str(2 * at + 1)]) for at, line in enumerate(lines)]
    rows = zip(frame["row"].to_list(), frame["conflict"].to_list(), *told, strict=True)
    return {row: Told(tuple(line for line in said if line is not None), conflict) for row, conflict, *said in rows}


def in_json(pairs: pl.DataFrame) -> pl.DataFrame:
    """The evidence of scored pairs as JSON, as `Told.evidence` is written; columns `row` and `evidence` (text).

    No name in them may hold what JSON escapes.
    """
    told = [_line_in_json(line.about, line.agrees, line.detail) for line in lines_of_pairs()]
    return _rounded(pairs).select("row", evidence=pl.concat_str(told, separator=",", ignore_nulls=True))


def _line_in_json(about: str, agrees: pl.Expr, detail: pl.Expr) -> pl.Expr:
    """One line as JSON, null where it is left out."""
    said = pl.when(agrees).then(pl.lit("true")).when(agrees.is_null()).then(pl.lit("null")).otherwise(pl.lit("false"))
    return pl.concat_str(pl.lit(f'{{"about":"{about}","agrees":'), said, pl.lit(',"detail":"'), detail, pl.lit('"}'))


def _lines(about: str, agrees: pl.Series, detail: pl.Series) -> list[Evidence | None]:
    """What is said of each pair about one thing; those that hear the same share the line, as most do."""
    known: dict[tuple[bool | None, str], Evidence] = {}
    said = zip(agrees.to_list(), detail.to_list(), strict=True)
    return [None if key[1] is None else known.get(key) or known.setdefault(key, Evidence(about, *key)) for key in said]


def _rounded(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with `moment`, the difference of like times (s), and what lines quote as text.

    `t_*`: seconds, to a tenth; `n_*`: numbers. `fits`: whether a masked caller may be the other side's; `alike`:
    whether Call-IDs begin alike.
    """
    arrival = pl.col("d_setup") - pl.col("u_setup")
    known = pairs.with_columns(
        moment=pl.coalesce(arrival, pl.col("d_final") - pl.col("u_final")),
        arrived=arrival.is_not_null(),
        answers=(pl.col("d_answer") - pl.col("u_answer")).abs(),
        fits=caller_fits() if any_masked(pairs) else pl.lit(None, pl.Boolean),
        alike=ids_begin_alike(),
        **_shown(masked=any_masked(pairs, NUMBERS)),
    ).with_columns(apart=pl.col("moment").abs())
    return known.with_columns(
        pl.Series(f"t_{told}", [None if each is None else f"{each:.1f}" for each in known[told]], pl.String)
        for told in ("apart", "scale", "answers", "d_duration", "u_duration")
    )


@cache
def _shown(*, masked: bool) -> dict[str, pl.Expr]:
    return {f"n_{column}": display_expr(column, masked=masked) for column in NUMBERS}


@cache
def _conflict() -> pl.Expr:
    """A contradiction in a sentence: who says what."""
    own = pl.col("d_customer").is_not_null() & (pl.col("d_customer") != "")
    source = pl.when(own).then(pl.format("its own customer {}", "d_customer")).otherwise(name("d_upstream"))
    return pl.format(
        "{} says that it got the call from {}; {} says that it handed a call to the same number at that moment to {}.",
        D,
        source,
        U,
        name("u_downstream"),
    )
