"""Legs of FreeSWITCH calls: their ids, times, numbers, addresses and end, out of the table of what was written.

The names are those of FreeSWITCH's channel variables and caller profiles.
"""

from __future__ import annotations

import polars as pl

from hoptrace.intake.formats.freeswitch.causes import WAYS_TO_END, with_release_codes
from hoptrace.intake.formats.freeswitch.peers import bridged, dialled, downstream, upstream
from hoptrace.intake.formats.freeswitch.table import LegTable
from hoptrace.intake.formats.freeswitch.times import with_times
from hoptrace.intake.formats.freeswitch.variables import NAMING
from hoptrace.intake.ledger import NO_CALLED, NO_START

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_CALLED = ("sip_req_user", "sip_to_user", "flow_called", "destination_number")
_CALLING = ("flow_calling", "sip_from_user", "caller_id_number")
_REDIRECTING = ("sip_h_Diversion", "sip_redirected_by", "flow_rdnis")
_IDENTITY = ("sip_h_Identity", "sip_identity", "sip_h_identity")
_ORIGIN = ("has_origin", "origin_calling", "origin_called", "origin_address")


def legs_of(table: LegTable) -> pl.DataFrame:
    """The legs of a table, a row each; `odd` says whether its duration cannot be.

    Times are microseconds since 1970, `duration` seconds of talk, `later` by how many seconds it may have begun later.
    """
    timed = with_times(table.legs).with_columns(dialled=dialled())
    facts = timed.select(
        "leg",
        "start",
        "tick",
        "later",
        "answer",
        "end",
        "duration",
        "odd",
        *WAYS_TO_END,
        *_ORIGIN,
        "dialled",
        uuid=pl.coalesce("uuid", "flow_uuid"),
        outbound=_is_outbound(),
        calling=pl.coalesce(*_CALLING),
        called=pl.coalesce(*_CALLED),
        redirecting=pl.coalesce(*_REDIRECTING),
        call_id="sip_call_id",
        identity=pl.coalesce(*_IDENTITY),
        upstream=upstream(),
        downstream=downstream(),
        bridged=bridged(),
    )
    return with_release_codes(facts)


def not_usable(legs: pl.DataFrame) -> pl.DataFrame:
    """`file` and `row` of those legs that are no calls, and the `reasons`."""
    reasons = {"start": NO_START, "called": NO_CALLED}
    why = [pl.when(pl.col(name).is_null()).then(pl.lit(reason)) for name, reason in reasons.items()]
    without = legs.filter(pl.any_horizontal(pl.col(*reasons).is_null()))
    return without.select("file", "row", reasons=pl.concat_list(why).list.drop_nulls())


def named_by(table: LegTable, legs: pl.DataFrame) -> pl.DataFrame:
    """Which other legs each leg names, by their uuids: `leg`, `other`, and whether it is `outbound`."""
    told = table.legs.unpivot(NAMING, index="leg").drop_nulls()
    written = told.select("leg", other=pl.col("value").str.extract_all(_UUID)).explode("other", empty_as_null=False)
    named = pl.concat([table.named, written]).join(legs.select("leg", "uuid", "outbound"), on="leg")
    return named.filter(pl.col("other").ne_missing(pl.col("uuid"))).select("leg", "other", "outbound")


def _is_outbound() -> pl.Expr:
    direction, said = pl.col("direction"), pl.col("direction").is_in(["inbound", "outbound"]).fill_null(value=False)
    made_for_another = pl.col("has_origin").fill_null(value=False) | pl.col("originating_leg_uuid").is_not_null()
    return pl.when(said).then(direction == "outbound").otherwise(made_for_another)
