"""Which signature each record of the traced calls tells: looked up in the lake, since results keep the level alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.errors import NotFound
from hoptrace.reports.many.traced import Traced
from hoptrace.reports.wording.plain import plain

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

AROUND = timedelta(days=1)
"""How far a record's own clock may stand from the reported time for its signature to be looked up."""


def signers_of(workspace: Workspace, traced: Traced) -> pl.DataFrame:
    """Of each cited record (`batch`, `row`) that tells one, `signer`: a service provider code.

    Records that were removed from the lake, or never were in this one, tell none. The lake is only read where a result
    tells a level of attestation: signers do not sign without one.
    """
    attested = pl.col("batch").is_not_null() & pl.col("attestation").is_not_null()
    cited = traced.hops.filter(attested).select("batch", "row")
    first, last = traced.calls.select(first=pl.col("at").min(), last=pl.col("at").max()).collect().row(0)
    none = pl.DataFrame(schema={"batch": pl.String, "row": pl.Int64, "signer": pl.String})
    if first is None or cited.head(1).collect().is_empty():
        return none
    try:
        lake = workspace.lake.view(None, workspace.catalog.batches.after).scan(first - AROUND, last + AROUND)
    except NotFound:
        return none
    signed = lake.filter(pl.col("signer").is_not_null()).select("batch", "row", "signer")
    rows = signed.join(cited, on=["batch", "row"], how="semi")
    found = rows.unique(["batch", "row"], keep="any").collect(engine="streaming")
    codes = {code: plain(code) for code in found["signer"].unique()}
    return found.with_columns(signer=pl.col("signer").replace_strict(codes, default=None, return_dtype=pl.String))
