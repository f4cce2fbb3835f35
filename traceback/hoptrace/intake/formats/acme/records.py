"""What rows of an Oracle / Acme Packet SBC's local CDR say, by columns: times in UTC, numbers, neighbours, the end."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.errors import ProfileInvalid
from hoptrace.intake.formats.acme.layout import COLUMNS, column_named
from hoptrace.intake.formats.acme.lines import NOTHING
from hoptrace.intake.formats.clocks.columns import ClockColumns
from hoptrace.intake.ledger import NO_CALLED
from hoptrace.intake.profile import Profile
from hoptrace.model.arrays import Floats, Truths
from hoptrace.model.number_text import undress

SAID = pl.Schema({"row": pl.Int64, "kind": pl.Int64, **dict.fromkeys(COLUMNS, pl.String), "verdicts": pl.String})
"""What a row says, by column, null where it says nothing; `row` its place among all rows of the group, `kind` its code.

`verdicts`: those of the verifier that name a level, wherever in the row they stand.
"""

RECORDS = pl.Schema(
    {
        **dict.fromkeys(("row", "kind"), pl.Int64),
        **dict.fromkeys(("session", "call_id", "egress_call_id", "generic"), pl.String),
        **{"setup": pl.Int64, "tick": pl.Int32, "connect": pl.Int64, "disconnect": pl.Int64, "duration": pl.Float64},
        **dict.fromkeys(("calling", "called", "final_number", "diversion", "upstream", "downstream"), pl.String),
        **dict.fromkeys(("release", "attestation", "sequence"), pl.String),
    }
)
"""Rows that are part of a call: times in microseconds since 1970, UTC, numbers and ids as written.

`duration` in seconds, null where nothing says it.
"""

_MISSING = {"setup": "setup time not understood", "called": NO_CALLED}
"""What no call can be without, and what a row is rejected for."""

_PORT = r"^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]+)\]):\d{1,5}$"
_PASSED = "TN-Validation-Passed-"
_HAS_PASSED = pl.col("text").str.contains(_PASSED, literal=True).arg_true()
_VERSTAT = re.compile(_PASSED + r"([ABC])\b")
_PERHAPS = _PASSED + r"[ABC](?:[^T]|$)"
"""A level and what stands behind it; a letter T may be the first of the next verdict, and then this level is none."""
_NUMBERED = r"^(?:[^@]*[^0-9.@])?\+?[1-9][0-9]{7,}"
_SIP = re.compile(r"[1-6]\d\d")
_Q850 = re.compile(r"\d{1,3}")
# Nearly all have a number, and that is quickly seen.
_NUMBER = pl.col("calling").str.contains(_NUMBERED).fill_null(value=False)
_DOUBTFUL = (~_NUMBER & pl.col("asserted").is_not_null()).arg_true()
_CALLED = pl.coalesce("called", "final_number").alias("called")
_LONGEST = 7 * 86_400
FAILED = r"^[3456]..$"
"""A SIP status of a call that nobody took."""

_NO_SECONDS = r"^0+(?:\.0*)?$"
_UPSTREAM = ("in_trunk", "in_address", "in_realm")
_DOWNSTREAM = ("out_trunk", "out_address", "out_realm")


class Read(NamedTuple):
    """`records` (RECORDS) of rows; of the others row and reasons.

    Of each record whether its session time is `milliseconds`, and else whether it is `contradicting` the others.
    """

    records: pl.DataFrame
    rejected: list[tuple[int, str]]
    milliseconds: Truths
    contradicting: Truths


@dataclass(frozen=True, slots=True)
class Peers:
    """Which columns name the neighbours, best first: a trunk group, the address, the realm, or as the profile says."""

    upstream: tuple[str, ...] = _UPSTREAM
    downstream: tuple[str, ...] = _DOWNSTREAM

    @classmethod
    def of(cls, profile: Profile) -> Peers:
        """As [fields] of the profile says; raises ProfileInvalid for an attribute that is not known."""
        sides: list[tuple[str, ...]] = []
        for side, usual in (("upstream", _UPSTREAM), ("downstream", _DOWNSTREAM)):
            named = profile.columns_of(side)
            columns = [column_named(name) for name in named]
            if None in columns:
                raise ProfileInvalid(
                    f"{profile.name}: fields.{side}: {named[columns.index(None)]} is no known attribute."
                )
            sides.append(tuple(column for column in columns if column) or usual)
        return cls(*sides)


def verdicts_in(texts: pl.Series) -> pl.Series:
    """The verdicts of whole rows that name a level, such as TN-Validation-Passed-B; null where there is none."""
    nothing = pl.Series("verdicts", [None], pl.String).new_from_index(0, texts.len())
    some = texts.to_frame("text").select(_HAS_PASSED).to_series()
    if some.is_empty():
        return nothing
    return nothing.scatter(some, texts[some].str.extract_all(_PERHAPS).list.join(" "))


def read_records(said: pl.DataFrame, times: ClockColumns, peers: Peers) -> Read:
    """What is read of rows (SAID) in the order in which their times count; raises TimezoneMissing."""
    place = 3 * pl.int_range(said.height, eager=True)
    stamps = times.read(said["setup"], said["zone"], None, place)
    told = said.with_columns(
        stamps["at"].alias("setup"),
        stamps["tick"],
        place.alias("place"),
        _peer(peers.upstream).alias("upstream"),
        _peer(peers.downstream).alias("downstream"),
        _CALLED,
    )
    reasons: list[tuple[int, str]] = []
    if told["setup"].null_count() or told["called"].null_count():
        sound = told["setup"].is_not_null() & told["called"].is_not_null()
        reasons = _reasons(told.filter(~sound))
        told = told.filter(sound)
    released = _releases(told)
    later = _later_times(told, times, released)
    duration, milliseconds, apart = _durations(told["session_time"].to_list(), later["connect"], later["disconnect"])
    beside = {"duration": duration, "calling": _calling(told), "release": released, "attestation": _attestations(told)}
    records = told.with_columns(**later, **beside).select(RECORDS.names())
    return Read(records, reasons, milliseconds, apart & ~milliseconds)


def _later_times(told: pl.DataFrame, times: ClockColumns, released: pl.Series) -> dict[str, pl.Series]:
    """When calls were answered (`connect`) and ended (`disconnect`); no further times are read after these."""
    later = {
        name: times.read(told[name], told["zone"], told["setup"], told["place"] + behind)["at"]
        for behind, name in enumerate(("connect", "disconnect"), start=1)
    }
    times.settle()
    return later | {"connect": _answers(told, later, released)}


def _reasons(told: pl.DataFrame) -> list[tuple[int, str]]:
    missing = [told.filter(pl.col(name).is_null()).select("row", why=pl.lit(why)) for name, why in _MISSING.items()]
    return pl.concat(missing).rows()


def _answers(told: pl.DataFrame, later: Mapping[str, pl.Series], released: pl.Series) -> pl.Series:
    """The answer times but for calls that failed without a second of conversation: there they repeat the setup time."""
    failed = released.str.contains(FAILED).fill_null(value=False)
    silent = told["session_time"].str.contains(_NO_SECONDS) | (later["connect"] == told["setup"])
    none = pl.Series([None], dtype=later["connect"].dtype).new_from_index(0, told.height)
    return none.zip_with(failed & silent.fill_null(value=False), later["connect"])


def _calling(told: pl.DataFrame) -> pl.Series:
    """The From header; where it says nothing or withholds the number, the P-Asserted-Identity that came with it."""
    calling, asserted = told["calling"], told["asserted"]
    if asserted.null_count() == told.height:
        return calling
    rows: list[int] = told.select(_DOUBTFUL).to_series().to_list()
    written = [undress(calling[row] or "") for row in rows]
    other = [row for row, each in zip(rows, written, strict=True) if each.withheld or each.missing]
    return calling.scatter(other, asserted[other]) if other else calling


@cache
def _peer(columns: tuple[str, ...]) -> pl.Expr:
    bare = (pl.col(column).str.replace(_PORT, "$1$2") for column in columns)
    return pl.coalesce(pl.when(~text.is_in(NOTHING)).then(text) for text in bare)


def _releases(told: pl.DataFrame) -> pl.Series:
    """SIP-Status, else h323-disconnect-cause; of both there are few."""
    pairs = list(zip(told["sip_status"].to_list(), told["cause"].to_list(), strict=True))
    codes = {pair: _release(*pair) for pair in set(pairs)}
    return pl.Series("release", [codes[pair] for pair in pairs], pl.String)


def _release(status: str | None, cause: str | None) -> str | None:
    if status is not None and _SIP.fullmatch(status):
        return status
    if cause is not None and _Q850.fullmatch(cause) and 0 < int(cause) < 128:
        return str(int(cause))
    return None


def _attestations(told: pl.DataFrame) -> pl.Series:
    """What the verifier read from the Identity header: its own column, or a verdict such as TN-Validation-Passed-B."""
    if told["verdicts"].null_count() == told["attestation"].null_count() == told.height:
        return told["attestation"]
    pairs = list(zip(told["attestation"].to_list(), told["verdicts"].to_list(), strict=True))
    levels = {pair: _level(*pair) for pair in set(pairs)}
    return pl.Series("attestation", [levels[pair] for pair in pairs], pl.String)


def _level(written: str | None, verdicts: str | None) -> str | None:
    if written is not None and written.upper() in ("A", "B", "C"):
        return written.upper()
    found = set[str](_VERSTAT.findall(verdicts or ""))
    return found.pop() if len(found) == 1 else None


def _durations(
    texts: Sequence[str | None], connect: pl.Series, disconnect: pl.Series
) -> tuple[pl.Series, Truths, Truths]:
    """Seconds of conversation: end minus answer; Acct-Session-Time, in seconds or milliseconds, where they are not.

    And which session times are milliseconds of the same, and which are anything but the same seconds.
    """
    numbers = {text: _number(text) for text in set(texts)}
    told = np.array([numbers[text] for text in texts], np.float64)
    # Divided by NumPy: Polars multiplies by the inverse instead, which gives 366.09999999999997 for 366.1.
    spans: Floats = (disconnect - connect).to_numpy() / 1e6
    spans[spans < 0] = np.nan
    apart = np.abs(told - spans) > 2
    milliseconds = apart & (np.abs(told / 1000 - spans) <= 1)
    least = np.where(np.isnan(connect.to_numpy()), told >= 0, told > 0) & (told < _LONGEST)
    seconds = np.where(np.isnan(spans), np.where(least, told, np.nan), spans)
    return pl.Series("duration", seconds, nan_to_null=True), milliseconds, apart


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
