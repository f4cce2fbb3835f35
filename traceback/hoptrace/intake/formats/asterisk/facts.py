"""The facts of Asterisk calls, as RAW_CALLS has them, by columns."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk.calls import Paired
from hoptrace.intake.formats.asterisk.durations import Talk, durations, talk_of
from hoptrace.intake.formats.asterisk.names import SYMBOLIC
from hoptrace.intake.formats.asterisk.telephones import Telephones
from hoptrace.intake.formats.asterisk.times import in_utc, precision
from hoptrace.intake.formats.asterisk.trunks import neighbours, shapes, target
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.outcomes import SHORT_TALK
from hoptrace.model.statements import RAW_CALLS, TIME, StartBasis

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
_OWN_CALLED = ("in_called_number", "first_called_number")


class Facts(NamedTuple):
    """`calls` (RAW_CALLS); `members`: the number `at` of each row, and its `call`, null where that has no number.

    `lasted`: how long they lasted, and which of the written durations are odd.
    """

    calls: pl.DataFrame
    members: pl.DataFrame
    lasted: Talk


def facts_of(
    cdrs: pl.DataFrame, paired: Paired, telephones: Telephones, clock: LocalClock | None, minutes: bool, file: int
) -> Facts:
    """The facts of a file's calls; `minutes`: all its times stand on the full minute."""
    told = _sides(cdrs, paired.calls)
    told = _with_called(told.hstack(told.select(_prepared()).get_columns()), cdrs, paired.members)
    if told["called"].null_count():
        told = told.filter(pl.col("called").is_not_null())
    talk = durations(told["out_duration"]).alias("talk")
    number = pl.int_range(told.height, dtype=pl.Int64, eager=True).alias("call")
    told = told.hstack([number, talk, cdrs["row"][told["told"]]])
    told = told.hstack(in_utc(told, clock).get_columns())
    lasted = talk_of(told)
    parts = [neighbours(told["upstream_shape"], "upstream"), target(told, telephones), _said(told)]
    columns = [lasted.seconds.alias("seconds"), *(column for part in parts for column in part.get_columns())]
    calls = told.hstack(columns).select(_raw(minutes))
    of_file = pl.Series("file", [file], RAW_CALLS["file"]).new_from_index(0, calls.height)
    calls.insert_column(RAW_CALLS.names().index("file"), of_file)
    return Facts(calls, _of_calls(paired.members, told), lasted)


def _of_calls(members: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """`at` of each row and the number of its call, null where that is left out."""
    calls = np.full(members.height, -1)
    calls[told["told"].to_numpy()] = told["call"].to_numpy()
    found = pl.Series("call", calls)[members["told"]]
    if told.height < members.height and (found < 0).any():
        found = found.set(found < 0, None)
    return pl.DataFrame([members["at"], found])


def _sides(cdrs: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """The calls with the fields of the first, the incoming and the outgoing row of each."""
    told = [calls["told"], calls["cause"]]
    for (side, names), by in zip(_SIDES.items(), ("first", "incoming", "outgoing"), strict=True):
        fields = cdrs[list(names)][calls[by]]
        fields.columns = [f"{side}_{name}" for name in names]
        told += fields.get_columns()
    return pl.DataFrame(told)


@cache
def _prepared() -> list[pl.Expr]:
    """What follows from the fields of a call (`_sides`) alone."""
    answered = (pl.col("out_disposition").str.to_uppercase() == "ANSWERED").fill_null(value=False)
    return [
        pl.coalesce(_number(name) for name in _OWN_CALLED).alias("called"),
        answered.alias("answered"),
        pl.when(answered).then("out_answer").alias("answer"),
        *shapes(),
    ]


def _with_called(told: pl.DataFrame, cdrs: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """`called`: what the attempt's row has, unless that is a place in the dial plan and another row knows better."""
    if not told["called"].null_count():
        return told
    open_ = np.zeros(cdrs.height, dtype=np.bool_)
    open_[told.filter(pl.col("called").is_null())["told"].to_numpy()] = True
    rows = members.filter(pl.Series(open_)[members["told"]]).sort("told", "stage", "chain", "place")
    best: dict[int, tuple[str | None, str | None]] = {}
    for call, written in zip(rows["told"].to_list(), cdrs["called_number"][rows["at"]].to_list(), strict=True):
        number, other = best.get(call, (None, None))
        if number is None and written is not None:
            best[call] = (None if written in SYMBOLIC else written, other if other is not None else written)
    found = [best.get(call, (None, None)) for call in told["told"].to_list()]
    names = {"number": pl.String, "other": pl.String}
    best_of = pl.DataFrame(found, schema=names, orient="row")
    return told.with_columns(called=pl.coalesce("called", best_of["number"], *_OWN_CALLED, best_of["other"]))


def _number(name: str) -> pl.Expr:
    return pl.when(~pl.col(name).is_in(sorted(SYMBOLIC))).then(pl.col(name))


@cache
def _raw(minutes: bool) -> list[pl.Expr]:
    """RAW_CALLS out of what was found, but for the file."""
    talk = pl.col("seconds")
    spoken = pl.when(talk == 0.0).then(SHORT_TALK).otherwise(talk)
    numbered = pl.concat_str("in_uniqueid", pl.lit("/"), "in_sequence")
    told = {
        "call": pl.col("call"),
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
    return [told[name].cast(dtype).alias(name) for name, dtype in RAW_CALLS.items() if name != "file"]


def _said(told: pl.DataFrame) -> pl.DataFrame:
    """The cause that a disposition stands for, else the word itself."""
    return of_each(told["out_disposition"], lambda text: (_CAUSES.get(text.upper(), text),), {"said": pl.String})
