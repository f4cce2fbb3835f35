"""FreeSWITCH legs become calls: an incoming leg with each outgoing one, one call a route attempt."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from hoptrace.intake.formats.freeswitch.peers import with_dialled
from hoptrace.model.statements import RAW_CALLS, TIME, StartBasis

_PLACE = ("file", "row")
_IN_ORDER = ("start", *_PLACE)
_CAME_IN = ("start", "tick", "later", "calling", "called", "redirecting", "call_id", "upstream", "identity", "uuid")
_ENDED = ("answer", "end", "duration", "release_code")


class Calls(NamedTuple):
    """`calls` in the schema RAW_CALLS; `rows`: file, row and call of each row that went into one."""

    calls: pl.DataFrame
    rows: pl.DataFrame


def calls_of(legs: pl.DataFrame, named: pl.DataFrame) -> Calls:
    """Join legs (which have a `file` and a `row`) by the uuids that they name of each other."""
    owners = _owners(legs, named)
    told = legs.join(owners, on="leg", how="left", maintain_order="left")
    alone = told.filter(pl.col("owner").is_null() & ~pl.col("leg").is_in(owners["owner"].implode()))
    found = [_incoming_alone(alone.filter(~pl.col("outbound")))]
    if legs["outbound"].any():
        found.append(_outgoing_alone(alone.filter("outbound")))
    if owners.height > 0:
        found.append(_attempts(legs, told.filter(pl.col("owner").is_not_null())))
    calls = pl.concat(found, how="diagonal_relaxed").sort("first", "attempt", maintain_order=True)
    numbered = calls.with_columns(call=pl.int_range(pl.len(), dtype=pl.Int64))
    return Calls(_raw_calls(numbered), _rows(numbered))


def _owners(legs: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """For each outgoing leg (`leg`) the incoming leg that it belongs to (`owner`)."""
    if not legs["outbound"].any():
        return pl.DataFrame(schema={"leg": pl.Int64, "owner": pl.Int64})
    incoming = legs.filter(~pl.col("outbound"), pl.col("uuid").is_not_null())
    by_uuid = incoming.group_by("uuid").agg(owner=pl.col("leg").max())
    says = named.filter("outbound").join(by_uuid, left_on="other", right_on="uuid").group_by("leg")
    owners = says.agg(pl.col("owner").min())
    naming = named.filter(~pl.col("outbound")).group_by("other").agg(owner=pl.col("leg").max())
    others = legs.filter("outbound").join(owners, on="leg", how="anti")
    return pl.concat([owners, others.join(naming, left_on="uuid", right_on="other").select("leg", "owner")])


def _attempts(legs: pl.DataFrame, routed: pl.DataFrame) -> pl.DataFrame:
    """The attempts of incoming legs; an incoming row stands for the one that was answered or else tried last."""
    incoming = legs.select("leg", *_PLACE, *_CAME_IN, *_ENDED).rename({"leg": "owner"})
    routed = routed.sort("owner", *_IN_ORDER)
    chosen = routed.sort("owner", pl.col("answer").is_not_null(), *_IN_ORDER).group_by("owner", maintain_order=True)
    both = routed.join(incoming, on="owner", suffix="_in", maintain_order="left").with_columns(
        chosen=pl.col("leg").is_in(chosen.agg(pl.col("leg").last())["leg"].implode()),
        first="owner",
        attempt=pl.int_range(pl.len()).over("owner"),
    )
    by_incoming = pl.col("chosen") & pl.col("answer").is_not_null() & pl.col("answer_in").is_not_null()
    return both.with_columns(
        *[pl.col(f"{name}_in").alias(name) for name in _CAME_IN if name not in ("calling", "called", "uuid")],
        *[pl.when(by_incoming).then(f"{name}_in").otherwise(name).alias(name) for name in _ENDED],
        calling="calling_in",
        called="called_in",
        egress_calling="calling",
        egress_called="called",
        egress_call_id="call_id",
        record_id=pl.concat_str(pl.col("uuid_in").fill_null(""), pl.lit("/"), pl.col("uuid").fill_null("")),
    )


def _incoming_alone(alone: pl.DataFrame) -> pl.DataFrame:
    return with_dialled(alone).with_columns(
        first="leg",
        attempt=pl.lit(0, pl.Int64),
        record_id="uuid",
        downstream="dialled_peer",
        egress_calling=pl.lit(None, pl.String),
        egress_called="dialled_number",
    )


def _outgoing_alone(alone: pl.DataFrame) -> pl.DataFrame:
    """Outgoing legs whose incoming one is in no file; their documents may repeat the numbers that came in."""
    came_in = pl.col("origin_called").is_not_null()
    return alone.with_columns(
        first="leg",
        attempt=pl.lit(0, pl.Int64),
        record_id="uuid",
        egress_call_id="call_id",
        call_id=pl.lit(None, pl.String),
        redirecting=pl.lit(None, pl.String),
        upstream=pl.when(came_in).then("origin_address"),
        egress_calling=pl.when(came_in).then("calling"),
        egress_called=pl.when(came_in).then("called"),
        calling=pl.when(came_in).then("origin_calling").otherwise("calling"),
        called=pl.when(came_in).then("origin_called").otherwise("called"),
    )


def _raw_calls(calls: pl.DataFrame) -> pl.DataFrame:
    stood_for = {name: pl.when("chosen").then(f"{name}_in").otherwise(name) for name in _PLACE}
    times = {"start_time": "start", "answer_time": "answer", "end_time": "end"}
    numbers = ("calling", "called", "egress_calling", "egress_called", "redirecting")
    told = {
        **{name: pl.col(name) for name in calls.columns if name in RAW_CALLS},
        **(stood_for if "chosen" in calls.columns else {}),
        **{to: pl.col(name).cast(TIME) for to, name in times.items()},
        **{f"{name}_number": pl.col(name) for name in numbers},
        "start_basis": pl.lit(StartBasis.RECEIVED.value),
        "precision": pl.col("tick"),
        "may_be_later": pl.col("later"),
    }
    return calls.select(told.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in RAW_CALLS.items())


def _rows(calls: pl.DataFrame) -> pl.DataFrame:
    own = calls.select(*_PLACE, "call")
    if "chosen" not in calls.columns:
        return own
    stood_for = calls.filter("chosen").select(file="file_in", row="row_in", call="call")
    return pl.concat([own, stood_for])
