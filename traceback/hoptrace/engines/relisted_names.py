"""Trunk names of records at hand: those that the directory explains otherwise now, and those of own customers."""

from __future__ import annotations

from collections.abc import Iterator
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
    found = [RELISTED.to_frame()]
    for carrier, table, names in _tables(workspace, told):
        said = told.filter(pl.col("carrier") == carrier)
        found.append(_otherwise(_meant(carrier, table, names), said, unknown))
    return pl.concat(found).sort("carrier", "trunk", "rank")


def customers_reached(workspace: Workspace, statements: pl.DataFrame) -> pl.DataFrame:
    """Trunk names (RELISTED) over which calls of these statements reached their carriers' own customers."""
    went = statements.lazy().filter(pl.col("downstream").is_null()).select("carrier", trunk="downstream_trunk")
    said = went.drop_nulls().unique().collect()
    rows = pl.concat([RELISTED.to_frame(), *(_meant(*each) for each in _tables(workspace, said))])
    return rows.filter(pl.col("customer").is_not_null()).sort("carrier", "trunk", "rank")


def _tables(workspace: Workspace, said: pl.DataFrame) -> Iterator[tuple[str, TrunkTable, pl.Series]]:
    """Of each carrier that said something of a `trunk`: what its trunks stand for now, and these names."""
    directory = workspace.catalog.directory
    ids = [carrier.carrier_id for carrier in directory.carriers()]
    for (carrier,), names in said.sort("carrier", "trunk").group_by("carrier", maintain_order=True):
        table = TrunkTable.of(directory.trunks(str(carrier)), ids, carrier=str(carrier))
        yield str(carrier), table, names["trunk"].unique().sort()


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


def _meant(carrier: str, table: TrunkTable, names: pl.Series) -> pl.DataFrame:
    """What each name of a carrier can stand for (RELISTED): the closest match alone, where the time does not matter."""
    meaning = table.meaning(names, own_side=False)
    somebody = pl.col("peer").is_not_null() | pl.col("customer").is_not_null()
    rows = meaning.rows.rename({"text": "trunk"}).filter(somebody)
    rows = rows.with_columns(carrier=pl.lit(carrier, pl.String)).select(RELISTED.names())
    return rows if meaning.always is None else rows.sort("trunk", "rank").unique("trunk", keep="first")


def _otherwise(meant: pl.DataFrame, said: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    """The meanings of names of which some record says something else."""
    on = ["carrier", "trunk"]
    nobody = said.filter(pl.col("peer").is_null() & ~pl.col("placed")).join(unknown, on=on, how="semi")
    another = said.filter(pl.col("peer").is_not_null()).join(meant, on=[*on, "peer"], how="anti")
    return meant.join(pl.concat([nobody, another]), on=on, how="semi", maintain_order="left")
