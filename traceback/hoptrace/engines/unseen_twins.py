"""How likely a twin left no record, where reports tell how many calls to an end leave none.

The twins on file are not all there are, and those that lack are not spread evenly: an end whose carriers upstream keep
no records lacks nearly all of them.
"""

from __future__ import annotations

import polars as pl

from hoptrace.linking.trust.reported_ends import MOST_UNSEEN, ReportedEnds
from hoptrace.tracing.weighing import USUAL_HOPS

AT_MOST = 0.9
"""Share of all twins that are taken to leave no record at most."""


def with_unseen(asked: pl.DataFrame, ends: ReportedEnds) -> pl.DataFrame:
    """Calls that are asked about (ASKED) with `hiding`: unrecorded twins at the call's end for each that is on file, to
    all ends together. Null where too few reports tell it or none of ends like this one, and where the trail leads to no
    customer.

    A twin that counts is one whose own carrier keeps no records. So it leaves none more often than any call does.
    """
    if not ends.told:
        return asked.with_columns(hiding=pl.lit(None, pl.Float64))
    silent = pl.col("lost") ** (1 / USUAL_HOPS)
    unseen = pl.col("end").replace_strict(ends.unseen(), default=ends.elsewhere, return_dtype=pl.Float64)
    here, usual = (unseen / silent).clip(0, MOST_UNSEEN), (ends.usual / silent).clip(0, AT_MOST)
    return asked.with_columns(hiding=pl.when(pl.col("customer").is_not_null()).then(here / (1 - usual)))


def untied_to(ends: ReportedEnds) -> pl.Expr:
    """Whether no record ties a call's trail (ASKED) to the reported end, or to one that other reports name."""
    known = pl.col("end").is_in(sorted(ends.delivering)) if ends.told else pl.lit(value=True)
    return ~pl.coalesce("tied", known)
