"""Call-IDs and callers of which two statements share the beginning only: a low weight, that nothing learned moves.

Switches cut Call-IDs or hang an ending of their own on them, and hide the last digits of callers. What is left agrees
with many others as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import polars as pl

from hoptrace.linking.call_ids import same_stem
from hoptrace.model.number_masks import MASKED_BELOW, fits_mask

ALIKE = 1.0
"""Weight of Call-IDs that begin alike."""

FITS, FITS_NOT = 0.7, -0.7
"""Weight of a caller that a masked one may be, and of one that it cannot be."""


def weigh_beginnings(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`d_*`, `u_*`, `w_call_id`, `w_calling`) with the weights of what is compared by its beginning alone."""
    told = pairs.with_columns(w_call_id=pl.when(ids_begin_alike()).then(ALIKE).otherwise("w_call_id"))
    if not any_masked(pairs):
        return told
    return told.with_columns(
        w_calling=pl.when(caller_fits()).then(FITS).when(~caller_fits()).then(FITS_NOT).otherwise("w_calling")
    )


@cache
def ids_begin_alike() -> pl.Expr:
    """Whether the Call-IDs of a pair differ, but not where they begin."""
    mine, sent, came = pl.col("d_cid"), pl.col("u_sent_cid"), pl.col("u_cid")
    equal, alike = (sent == mine) | (came == mine), same_stem(sent, mine) | same_stem(came, mine)
    return alike.fill_null(value=False) & ~equal.fill_null(value=False)


@cache
def caller_fits() -> pl.Expr:
    """Whether a masked caller may be that of the other side; null where none is masked, or the other is not known."""
    mine, sent, came = pl.col("d_calling"), pl.col("u_sent_calling"), pl.col("u_calling")
    return pl.coalesce(fits_mask(mine, sent), fits_mask(sent, mine), fits_mask(came, mine))


def any_masked(pairs: pl.DataFrame, columns: Iterable[str] = ("d_calling", "u_calling", "u_sent_calling")) -> bool:
    """Whether any key in some columns, those of pairs' callers, is a masked number's: what they tell takes long."""
    least = [pairs[name].min() for name in columns]
    return any(isinstance(key, int) and key < MASKED_BELOW for key in least)
