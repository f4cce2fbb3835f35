"""Call-IDs and callers of which two statements share the beginning only: a low weight, that nothing learned moves.

Switches cut Call-IDs or hang an ending of their own on them, and hide the last digits of callers. What is left agrees
with many others as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
import polars as pl

from hoptrace.linking.call_ids import same_stem
from hoptrace.model.arrays import Floats, Truths
from hoptrace.model.columns import Columns
from hoptrace.model.number_masks import MASKED_BELOW, fits_mask

ALIKE = 1.0
"""Weight of Call-IDs that begin alike."""

FITS, FITS_NOT = 0.7, -0.7
"""Weight of a caller that a masked one may be, and of one that it cannot be."""


def weigh_beginnings(pairs: pl.DataFrame, alike: Truths, weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """The weights of pairs' comparisons, with those of what is compared by its beginning alone.

    `alike`: which pairs have Call-IDs that begin alike.
    """
    told = {**weights, "call_id": np.where(alike, ALIKE, weights["call_id"])}
    if any_masked(pairs):
        masked = Columns(pairs.select(fits=caller_fits()))
        fits = np.where(masked.truths("fits"), FITS, FITS_NOT)
        told["calling"] = np.where(masked.known("fits"), fits, weights["calling"])
    return told


def ids_begin_alike(columns: Columns) -> Truths:
    """Whether the Call-IDs of a pair (`d_*`, `u_*`) differ, but not where they begin."""
    equal, alike = (
        compared(columns, "u_sent_cid", "d_cid") | compared(columns, "u_cid", "d_cid")
        for compared in (Columns.equal, same_stem)
    )
    return alike & ~equal


@cache
def caller_fits() -> pl.Expr:
    """Whether a masked caller may be that of the other side; null where none is masked, or the other is not known."""
    mine, sent, came = pl.col("d_calling"), pl.col("u_sent_calling"), pl.col("u_calling")
    return pl.coalesce(fits_mask(mine, sent), fits_mask(sent, mine), fits_mask(came, mine))


def any_masked(pairs: pl.DataFrame, columns: Iterable[str] = ("d_calling", "u_calling", "u_sent_calling")) -> bool:
    """Whether any key in some columns, those of pairs' callers, is a masked number's: what they tell takes long."""
    least = [pairs[name].min() for name in columns]
    return any(isinstance(key, int) and key < MASKED_BELOW for key in least)
