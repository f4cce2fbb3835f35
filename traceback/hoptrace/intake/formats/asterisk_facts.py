"""The facts of Asterisk calls, as RAW_CALLS has them, by columns."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk_calls import Paired
from hoptrace.intake.formats.asterisk_names import SYMBOLIC, dial_target, trunk_of, without_port
from hoptrace.intake.formats.asterisk_times import durations, in_utc, precision
from hoptrace.intake.local_clock import LocalClock
from hoptrace.model.statements import RAW_CALLS, TIME, StartBasis

_SHORTEST_CALL = 0.5
"""An answered call of `billsec` 0 lasted less than a second; a duration of 0 would say that it was not answered."""

_CAUSES = {"ANSWERED": "16", "BUSY": "17", "NO ANSWER": "19", "NOANSWER": "19", "CONGESTION": "34"}
_OF_INCOMING = (
    "egress_calling_number",
    "redirecting_number",
    "customer",
    "call_id",
    "egress_call_id",
    "attestation",
    "orig_id",
    "signer",
)
_FIRST = ("row", "start", "zoned", "epoch", "start_time", "calling_number", "called_number")
_INCOMING = (
    *_OF_INCOMING,
    "calling_number",
    "called_number",
    "upstream",
    "record_id",
    "uniqueid",
    "sequence",
    "channel",
)
_OUTGOING = (
    *("answer", "end", "zoned", "duration", "disposition", "egress_called_number", "release_code"),
    *("downstream", "lastdata", "lastapp"),
)
_SIDES = {"first": _FIRST, "in": _INCOMING, "out": _OUTGOING}
_SUFFIX = "-[0-9a-fA-F]{8}$"
_NUMBER_AT_PEER = r"^([A-Za-z][A-Za-z0-9_]*/)(\+?[0-9]+)(@[^,|&/]*)(?:[,|].*)?$"
_PEER_BEFORE_NUMBER = r"^([A-Za-z][A-Za-z0-9_]*/[^,|&/]*/)(\+?[0-9]+)(?:[,|].*)?$"
_APART = "\0"


class Facts(NamedTuple):
    """`calls` (RAW_CALLS); `members`: the number `at` of each row, and its `call`, null where that has no number.

    `bad_durations`: how many durations of answered calls cannot be.
    """

    calls: pl.DataFrame
    members: pl.DataFrame
    bad_durations: int


def facts_of(cdrs: pl.DataFrame, paired: Paired, clock: LocalClock | None, minutes: bool, file: int) -> Facts:
    """The facts of a file's calls; `minutes`: all its times stand on the full minute."""
    told = _with_called(_sides(cdrs, paired.calls), cdrs, paired.members)
    if told["called"].null_count():
        told = told.filter(pl.col("called").is_not_null())
    talk = durations(told["out_duration"])
    disposition = pl.col("out_disposition")
    told = told.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("call"),
        talk=talk,
        answered=(disposition.str.to_uppercase() == "ANSWERED").fill_null(value=False),
        row=cdrs["row"].gather(told["told"]),
    ).with_columns(answer=pl.when("answered").then("out_answer"))
    bad = told.select(
        (pl.col("answered") & pl.col("talk").is_null() & pl.col("out_duration").is_not_null()).sum()
    ).item()
    parts = [told, in_utc(told, clock), _neighbours(told["in_upstream"], "upstream"), _target(told), _said(told)]
    calls = pl.concat(parts, how="horizontal").select(_raw(minutes, file))
    members = paired.members.join(told.select("told", "call"), on="told", how="left", maintain_order="left")
    return Facts(calls, members, bad)


def _sides(cdrs: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """The calls with the fields of the first, the incoming and the outgoing row of each."""
    first, incoming, outgoing = (
        cdrs.select(pl.col(names).gather(calls[by]).name.prefix(f"{side}_"))
        for (side, names), by in zip(_SIDES.items(), ("first", "incoming", "outgoing"), strict=True)
    )
    return pl.concat([calls.select("told", "cause"), first, incoming, outgoing], how="horizontal")


def _with_called(told: pl.DataFrame, cdrs: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """`called`: what the attempt's row has, unless that is a place in the dial plan and another row knows better."""
    own = ("in_called_number", "first_called_number")
    told = told.with_columns(called=pl.coalesce(_number(name) for name in own))
    if not told["called"].null_count():
        return told
    open_ = told.filter(pl.col("called").is_null()).select("told")
    rows = members.join(open_, on="told", how="semi").sort("told", "stage", "chain", "place")
    written = rows.select("told", written=cdrs["called_number"].gather(rows["at"])).with_columns(
        number=_number("written")
    )
    best = written.group_by("told").agg(pl.col("number", "written").drop_nulls().first())
    named = told.join(best, on="told", how="left", maintain_order="left")
    return named.with_columns(called=pl.coalesce("called", "number", *own, "written")).drop("number", "written")


def _number(name: str) -> pl.Expr:
    return pl.when(~pl.col(name).is_in(sorted(SYMBOLIC))).then(pl.col(name))


def _raw(minutes: bool, file: int) -> list[pl.Expr]:
    """RAW_CALLS out of what was found."""
    talk = pl.col("talk")
    spoken = pl.when(talk == 0.0).then(_SHORTEST_CALL).otherwise(talk)
    numbered = pl.concat_str("in_uniqueid", pl.lit("/"), "in_sequence")
    told = {
        "call": pl.col("call"),
        "file": pl.lit(file),
        "row": pl.col("row"),
        **{f"{name}_time": pl.col(f"utc_{name}").cast(TIME) for name in ("start", "answer", "end")},
        "start_basis": pl.lit(str(StartBasis.RECEIVED)),
        "duration": pl.when("answered").then(spoken).otherwise(0.0),
        "precision": precision("first_start_time", minutes),
        "may_be_later": pl.col("later"),
        "calling_number": pl.coalesce("in_calling_number", "first_calling_number"),
        "called_number": pl.col("called"),
        "egress_called_number": pl.coalesce("out_egress_called_number", "number"),
        **{name: pl.col(f"in_{name}") for name in _OF_INCOMING},
        "identity": pl.lit(None),
        "release_code": pl.coalesce("out_release_code", "cause", "said"),
        # Without a uniqueid only the channel tells two redials of one second apart: they are no repeated row.
        "record_id": pl.coalesce("in_record_id", numbered, "in_uniqueid", "in_channel"),
        "upstream": pl.col("upstream"),
        "downstream": pl.col("trunk"),
    }
    return [told[name].cast(dtype).alias(name) for name, dtype in RAW_CALLS.items()]


def _neighbours(written: pl.Series, name: str) -> pl.DataFrame:
    """The trunks' names from channel names, or from a column that names the trunk itself."""
    # Channels differ by their suffix alone, of which it only counts that it is there.
    column = pl.col(written.name)
    shape = pl.when(column.str.contains("/", literal=True)).then(column.str.replace(_SUFFIX, "-00000000"))
    return of_each(written.to_frame().select(shape.otherwise(column)).to_series(), _neighbour, {name: pl.String})


def _neighbour(written: str) -> tuple[str | None]:
    return (trunk_of(written) if "/" in written else without_port(written),)


def _target(told: pl.DataFrame) -> pl.DataFrame:
    """`trunk` and `number` that each call went out to."""
    own = _neighbours(told["out_downstream"], "own")["own"]
    data, dial = pl.col("out_lastdata"), (pl.col("out_lastapp").str.to_lowercase() == "dial").fill_null(value=False)
    local = pl.col("out_downstream").str.contains("(?i)^local/").fill_null(value=False)
    # A number says nothing about how its dial string is to be read.
    shape = data.str.replace(_NUMBER_AT_PEER, "${1}0${3}").str.replace(_PEER_BEFORE_NUMBER, "${1}0").fill_null("")
    asked = told.select(
        own,
        dial=dial,
        local=local,
        written=pl.coalesce(data.str.extract(_NUMBER_AT_PEER, 2), data.str.extract(_PEER_BEFORE_NUMBER, 2)),
        asked=pl.when(dial & ~local).then(pl.concat_str(shape, pl.lit(_APART) + own, ignore_nulls=True)),
    )
    answers = of_each(asked["asked"], _dialled, {"trunk": pl.String, "number": pl.String})
    return pl.concat([asked, answers], how="horizontal").select(
        trunk=pl.when(pl.col("dial")).then("trunk").otherwise("own"),
        number=pl.when(pl.col("number").is_not_null()).then(pl.coalesce("written", "number")),
    )


def _dialled(asked: str) -> tuple[str | None, str | None]:
    lastdata, apart, trunk = asked.partition(_APART)
    target = dial_target(lastdata, trunk if apart else None)
    return target.trunk, target.number


def _said(told: pl.DataFrame) -> pl.DataFrame:
    """The cause that a disposition stands for, else the word itself."""
    return of_each(told["out_disposition"], lambda text: (_CAUSES.get(text.upper(), text),), {"said": pl.String})
