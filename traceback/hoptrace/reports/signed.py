"""Which signature each record of the traced calls tells: looked up in the lake, since results keep the level alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.errors import NotFound
from hoptrace.reports.plain import plain
from hoptrace.reports.traced import Traced

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

AROUND = timedelta(days=1)
"""How far a record's own clock may stand from the reported time for its signature to be looked up."""


def with_signers(workspace: Workspace, traced: Traced) -> Traced:
    """The same with `signer` on every hop: the service provider code that its first record tells, null where none.

    Records that were removed from the lake, or never were in this one, tell none. The lake is only read where a result
    tells a level of attestation: signers do not sign without one.
    """
    attested = pl.col("batch").is_not_null() & pl.col("attestation").is_not_null()
    cited = traced.hops.filter(attested).select("batch", "row").unique()
    found = _looked_up(workspace, traced, cited)
    return traced.replace(traced.calls, traced.hops.join(found, on=["batch", "row"], how="left", maintain_order="left"))


def _looked_up(workspace: Workspace, traced: Traced, cited: pl.DataFrame) -> pl.DataFrame:
    schema = {"batch": pl.String, "row": pl.Int64, "signer": pl.String}
    first, last = traced.calls["at"].min(), traced.calls["at"].max()
    if cited.is_empty() or first is None or last is None:
        return pl.DataFrame(schema=schema)
    try:
        lake = workspace.lake.view(None, workspace.catalog.batches.after).scan(first - AROUND, last + AROUND)  # pyright: ignore[reportOperatorIssue, reportArgumentType]
    except NotFound:
        return pl.DataFrame(schema=schema)
    signed = lake.filter(pl.col("signer").is_not_null()).select("batch", "row", "signer")
    rows = signed.join(cited.lazy(), on=["batch", "row"], how="semi")
    found = rows.unique(["batch", "row"], keep="any").collect(engine="streaming")
    codes = {code: plain(code) for code in found["signer"].unique()}
    return found.with_columns(signer=pl.col("signer").replace_strict(codes, default=None, return_dtype=pl.String))
