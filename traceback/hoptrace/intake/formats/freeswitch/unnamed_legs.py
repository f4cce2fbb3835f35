"""Outgoing FreeSWITCH legs that name no other leg, and that none names: for which incoming leg they were made.

mod_cdr_csv writes `bleg_uuid` and `bridge_uuid` of legs that were bridged. Of a call that was refused, or rang without
media until the caller gave up, neither leg names the other unless the template has `originating_leg_uuid`.
"""

from __future__ import annotations

import polars as pl

_FEWEST, _MOST = 7, 9
"""So many last digits are the same in all spellings of a number."""

_LATER = 2_000_000
"""Microseconds by which the leg that a switch made may end after the one that gave up, to the second."""


def with_unnamed(legs: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """`named` (see `legs.named_by`) with what times and numbers tell of outgoing legs that name nobody.

    Such a leg was made for the one incoming leg with both its numbers that lasted while it did. Where several did, it
    stays alone: to choose would be to guess who handed the call over.
    """
    told = ~pl.col("leg").is_in(named["leg"].implode()) & ~pl.col("uuid").is_in(named["other"].implode())
    alone = legs.filter("outbound", ~pl.col("has_origin").fill_null(value=False), told.fill_null(value=False))
    if alone.is_empty():
        return named
    sides = ("leg", "uuid", "start", "end", *(_same(name) for name in ("called", "calling")))
    incoming = legs.filter(~pl.col("outbound"), pl.col("uuid").is_not_null()).select(sides)
    pairs = alone.select(sides).join(incoming, on=["called", "calling"], suffix="_in")
    during = pl.col("start").is_between("start_in", "end_in") & (pl.col("end") <= pl.col("end_in") + _LATER)
    sure = pairs.filter(during).filter(pl.len().over("leg") == 1)
    return pl.concat([named, sure.select("leg", other="uuid_in", outbound=pl.lit(value=True))])


def _same(name: str) -> pl.Expr:
    """What is the same in all spellings of a number, else the word that stands for it."""
    digits = pl.col(name).str.replace_all(r"\D", "")
    return pl.when(digits.str.len_chars() >= _FEWEST).then(digits.str.tail(_MOST)).otherwise(name).alias(name)
