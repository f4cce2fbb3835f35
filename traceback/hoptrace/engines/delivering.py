"""What a trunk says of calls without a named downstream: an own customer got them, or nobody knows where they went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from hoptrace.intake.trunks import TrunkTable

if TYPE_CHECKING:
    from hoptrace.catalog.catalog import Catalog

_PLACE = ("carrier", "start_time", "downstream_trunk")


def with_customers(catalog: Catalog, statements: pl.DataFrame) -> pl.DataFrame:
    """Statements with `delivered_to` and `unnamed` (see `hoptrace.tracing.forward.spoken.GIVEN`).

    The directory as it is now says which customer a trunk stands for. A trunk that it calls nobody's, and that was
    unknown when the batch came in, has no name; one that was known then is the carrier's own side, as its profile told.
    """
    open_ended = pl.col("downstream").is_null() & pl.col("downstream_trunk").is_not_null()
    on = ["batch", *_PLACE]
    places = statements.filter(open_ended).select(on).unique().sort(on)
    unknown = _unknown(catalog, places["batch"].unique().sort().to_list())
    trunks = _customers(catalog, places).join(unknown, on=["batch", "downstream_trunk"], how="left")
    told = statements.join(trunks, on=on, how="left", nulls_equal=True, maintain_order="left")
    unnamed = open_ended & pl.col("delivered_to").is_null() & pl.col("was_unknown")
    return told.with_columns(unnamed=unnamed.fill_null(value=False)).drop("was_unknown")


def _customers(catalog: Catalog, places: pl.DataFrame) -> pl.DataFrame:
    """`places` with `delivered_to`, where the directory calls the trunk a customer's."""
    ids = [carrier.carrier_id for carrier in catalog.directory.carriers()] if places.height else []
    parts = [places.clear().with_columns(delivered_to=pl.lit(None, pl.String))]
    for (carrier,), part in places.group_by("carrier", maintain_order=True):
        table = TrunkTable.of(catalog.directory.trunks(str(carrier)), ids)
        rows = part.with_row_index("call")
        found = table.resolve(rows.rename({"downstream_trunk": "downstream"}), "downstream", own_side=False)
        parts.append(part.with_columns(found["customer"].alias("delivered_to")))
    return pl.concat(parts)


def _unknown(catalog: Catalog, batches: list[str]) -> pl.DataFrame:
    """(`batch`, `downstream_trunk`, `was_unknown`): the trunks that the receipts of these batches call unknown."""
    rows = [
        (batch, trunk, True)
        for batch in batches
        for trunk in sorted(catalog.batches.show(batch).receipt.unknown_trunks)
    ]
    schema = {"batch": pl.String, "downstream_trunk": pl.String, "was_unknown": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")
