"""Trunk names of records at hand that the directory explains otherwise now than when these came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from hoptrace.intake.trunks import TrunkTable
from hoptrace.linking.relisted import RELISTED

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

_TOLD = pl.Schema({"carrier": pl.String, "trunk": pl.String, "peer": pl.String, "placed": pl.Boolean})
"""What records say of a trunk: the neighbour that it stood for; `placed`: an own customer of theirs called over it."""


def relisted_now(workspace: Workspace) -> pl.DataFrame:
    """Trunk names in the records at hand (RELISTED) that stand for another neighbour now than when they came in."""
    told, unknown = _told(workspace), _unknown(workspace)
    directory = workspace.catalog.directory
    ids = [carrier.carrier_id for carrier in directory.carriers()]
    found = [RELISTED.to_frame()]
    for (carrier,), said in told.group_by("carrier", maintain_order=True):
        table = TrunkTable.of(directory.trunks(str(carrier)), ids, carrier=str(carrier))
        meant = _meant(table, said["trunk"].unique().sort()).with_columns(carrier=pl.lit(carrier, pl.String))
        found.append(_otherwise(meant.select(RELISTED.names()), said, unknown))
    return pl.concat(found).sort("carrier", "trunk", "rank")


def _told(workspace: Workspace) -> pl.DataFrame:
    """All that records say of trunks (_TOLD), each once."""
    sides = {
        "upstream_trunk": {"peer": "upstream", "placed": pl.col("placed") & pl.col("upstream").is_null()},
        "downstream_trunk": {"peer": "downstream", "placed": pl.lit(value=False)},
    }
    columns = ("carrier", "upstream", "downstream", "upstream_trunk", "downstream_trunk")
    said = workspace.lake.view().scan().select(*columns, placed=pl.col("customer").is_not_null())
    every = said.unique().collect(engine="streaming")
    told = [every.select("carrier", trunk=side, **names) for side, names in sides.items()]
    return pl.concat([_TOLD.to_frame(), *told]).drop_nulls("trunk").unique().sort(_TOLD.names())


def _unknown(workspace: Workspace) -> pl.DataFrame:
    """`carrier` and `trunk` of every name that no trunk fitted when it came in; others may be a carrier's own side."""
    receipts = [stored.receipt for stored in workspace.catalog.batches.list() if stored.withdrawn is None]
    rows = {(receipt.carrier, trunk) for receipt in receipts for trunk in receipt.unknown_trunks}
    return pl.DataFrame(sorted(rows), schema={"carrier": pl.String, "trunk": pl.String}, orient="row")


def _meant(table: TrunkTable, names: pl.Series) -> pl.DataFrame:
    """What each name can stand for: the closest match alone, where that does not depend on the time."""
    meaning = table.meaning(names, own_side=False)
    somebody = pl.col("peer").is_not_null() | pl.col("customer").is_not_null()
    rows = meaning.rows.rename({"text": "trunk"}).filter(somebody)
    return rows if meaning.always is None else rows.sort("trunk", "rank").unique("trunk", keep="first")


def _otherwise(meant: pl.DataFrame, said: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    """The meanings of names of which some record says something else."""
    on = ["carrier", "trunk"]
    nobody = said.filter(pl.col("peer").is_null() & ~pl.col("placed")).join(unknown, on=on, how="semi")
    another = said.filter(pl.col("peer").is_not_null()).join(meant, on=[*on, "peer"], how="anti")
    return meant.join(pl.concat([nobody, another]), on=on, how="semi", maintain_order="left")
