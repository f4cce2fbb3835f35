"""Legs of FreeSWITCH calls: their ids, times, numbers, addresses and end, out of the table of what was written.

The names are those of FreeSWITCH's channel variables and caller profiles.
"""

from __future__ import annotations

import polars as pl

from hoptrace.intake.formats.freeswitch_causes import WAYS_TO_END, with_release_codes
from hoptrace.intake.formats.freeswitch_peers import bridged, dialled, downstream, upstream
from hoptrace.intake.formats.freeswitch_table import LegTable
from hoptrace.intake.formats.freeswitch_times import begun, cannot_be, duration, reached, tick
from hoptrace.intake.formats.freeswitch_variables import NAMING

NO_START, NO_CALLED = "start time not understood", "no called number"

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_CALLED = ("sip_req_user", "sip_to_user", "flow_called", "destination_number")
_CALLING = ("flow_calling", "sip_from_user", "caller_id_number")
_REDIRECTING = ("sip_h_Diversion", "sip_redirected_by", "flow_rdnis")
_IDENTITY = ("sip_h_Identity", "sip_identity", "sip_h_identity")
_ORIGIN = ("has_origin", "origin_calling", "origin_called", "origin_address")


def legs_of(table: LegTable) -> pl.DataFrame:
    """The legs of a table, a row each; `reasons` has why one is no call, `odd` whether its duration cannot be.

    Times are microseconds since 1970, `duration` seconds of talk, `later` by how many seconds it may have begun later.
    """
    times = table.legs.lazy().with_columns(
        start=begun(), tick=tick(), answer=reached("answer", "answered_time"), end=reached("end", "hangup_time")
    )
    timed = times.with_columns(dialled=dialled(), duration=duration(), odd=cannot_be()).with_columns(
        _not_before("answer"), _not_before("end")
    )
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
    no_start, no_called = pl.col("start").is_null(), pl.col("called").is_null()
    reasoned = facts.with_columns(
        reasons=pl.concat_list(_reason(no_start, NO_START), _reason(no_called, NO_CALLED)).list.drop_nulls(),
        usable=~no_start & ~no_called,
    )
    return with_release_codes(reasoned.collect())


def named_by(table: LegTable, legs: pl.DataFrame) -> pl.DataFrame:
    """Which other legs each leg names, by their uuids: `leg`, `other`, and whether it is `outbound`."""
    written = [
        table.legs.select("leg", other=pl.col(name).str.extract_all(_UUID)).drop_nulls().explode("other")
        for name in NAMING
        if table.legs[name].null_count() < table.legs.height
    ]
    named = pl.concat([table.named, *written]).drop_nulls().join(legs.select("leg", "uuid", "outbound"), on="leg")
    return named.filter(pl.col("other").ne_missing(pl.col("uuid"))).select("leg", "other", "outbound")


def _not_before(name: str) -> pl.Expr:
    return pl.when(pl.col(name) >= pl.col("start")).then(name).alias(name)


def _reason(is_so: pl.Expr, text: str) -> pl.Expr:
    return pl.when(is_so).then(pl.lit(text))


def _is_outbound() -> pl.Expr:
    direction, said = pl.col("direction"), pl.col("direction").is_in(["inbound", "outbound"]).fill_null(value=False)
    made_for_another = pl.col("has_origin").fill_null(value=False) | pl.col("originating_leg_uuid").is_not_null()
    return pl.when(said).then(direction == "outbound").otherwise(made_for_another)
