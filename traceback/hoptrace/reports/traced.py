"""Results of traces as two frames, one row a call and one row a carrier of its path; read as a stream."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.model.statements import TIME
from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.plain import harmful_characters, plain

AT_ONCE = 10_000
"""Results unpacked together: bounds what of the JSON is in memory."""

VERDICTS = pl.Enum([verdict.value for verdict in Verdict])
SUPPORTS = pl.Enum([support.value for support in Support])

CALLS = pl.Schema(
    {
        "call": pl.Int64,
        "call_ref": pl.String,
        "verdict": VERDICTS,
        "confidence": pl.Float64,
        "campaign": pl.String,
        "at": TIME,
        "calling": pl.String,
        "called": pl.String,
        "originating": pl.String,
        "customer": pl.String,
        "entry": pl.String,
        "ask": pl.String,
        "hops": pl.Int64,
        "conflicts": pl.Int64,
        "engine": pl.String,
        "lake_version": pl.Int64,
        "clock_version": pl.Int64,
        "settings_digest": pl.String,
    }
)
"""One row a traced call. `at`: as reported, null where the result does not tell; `ask`: the carrier to ask next."""

HOPS = pl.Schema(
    {
        "call": pl.Int64,
        "position": pl.Int64,
        "carrier": pl.String,
        "records": pl.Int64,
        "batch": pl.String,
        "row": pl.Int64,
        "calling": pl.String,
        "called": pl.String,
        "attestation": pl.String,
        "support": SUPPORTS,
    }
)
"""One row a carrier of a path. `position` 1 is the terminating carrier; `batch` and `row` are of the first record."""

Line = tuple[str, str | bytes]
"""Where a result stands, for a message, and its JSON."""


@dataclass(frozen=True, slots=True)
class Traced:
    """The results of many traces. `source` says what was read; `replaced` results were hidden by newer ones."""

    calls: pl.DataFrame
    hops: pl.DataFrame
    source: str
    replaced: int = 0

    def only(self, wanted: pl.Expr) -> Traced:
        """The same of the calls that fit an expression over `calls`."""
        calls = self.calls.filter(wanted)
        if calls.height == self.calls.height:
            return self
        return self.replace(calls, self.hops.join(calls.select("call"), on="call", how="semi", maintain_order="left"))

    def replace(self, calls: pl.DataFrame, hops: pl.DataFrame) -> Traced:
        """The same with other frames."""
        return Traced(calls, hops, self.source, self.replaced)


def read_traced(lines: Iterable[Line], source: str) -> Traced:
    """Read results; of two of one call the later one counts, as in the catalog.

    Raises InputRefused naming the line that holds no result of a trace.
    """
    calls, hops, first = [CALLS.to_frame()], [HOPS.to_frame()], 0
    stream = iter(lines)
    while part := list(islice(stream, AT_ONCE)):
        read = [_result(at, where, text) for at, (where, text) in enumerate(part, first)]
        calls.append(_frame([call for call, _ in read], CALLS))
        hops.append(_frame([hop for _, path in read for hop in path], HOPS))
        first += len(part)
    return _newest(pl.concat(calls), pl.concat(hops), source)


def _newest(calls: pl.DataFrame, hops: pl.DataFrame, source: str) -> Traced:
    newest = calls.unique("call_ref", keep="last", maintain_order=True)
    replaced = calls.height - newest.height
    if replaced:
        hops = hops.join(newest.select("call"), on="call", how="semi", maintain_order="left")
    return Traced(newest, hops, source, replaced)


def _result(at: int, where: str, text: str | bytes) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        told = _odd_json(where, text)
    try:
        return _call(at, told), list(_path(at, told["hops"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputRefused(
            f"{where} holds no result of a trace ({type(error).__name__}: {error}). Give a file that hoptrace trace "
            "--calls wrote. No report was written."
        ) from error


def _odd_json(where: str, text: str | bytes) -> Any:
    """What only the lenient reader takes: text that is no Unicode, such as half a surrogate pair."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise InputRefused(f"{where} is no JSON: {error}. Mend the file; no report was written.") from error
    return json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


def _call(at: int, told: dict[str, Any]) -> tuple[Any, ...]:
    call: dict[str, Any] = told.get("call") or {}
    ask: dict[str, Any] = told.get("next_request") or {}
    return (
        *(at, told["call_ref"], Verdict(told["verdict"]).value, _share(told["confidence"])),
        *(call.get("campaign") or None, _moment(call.get("start_time"))),
        *(call.get("calling_number"), call.get("called_number")),
        *(told["originating_carrier"], told["customer"], told["point_of_entry"], ask.get("carrier")),
        *(len(told["hops"]), len(told["conflicts"])),
        *(told["engine"], told["lake_version"], told.get("clock_version", 0), told["settings_digest"]),
    )


def _path(at: int, hops: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    lower: list[Any] = []
    for position, hop in enumerate(hops, 1):
        records = hop["records"]
        first: dict[str, Any] = records[0] if records else {}
        yield (
            *(at, position, hop["carrier"], len(records), first.get("batch"), first.get("row")),
            *(hop["calling"], hop["called"], hop["attestation"]),
            hop.get("support") or _support(records, lower, position),
        )
        lower = records


def _support(upper: list[Any], lower: list[Any], position: int) -> str | None:
    """As `hoptrace.reports.roles.support_of` judges a result that does not tell."""
    if position == 1:
        return None
    if upper and lower:
        return Support.BOTH.value
    return (Support.NAMED if upper or lower else Support.INFERRED).value


def _frame(rows: list[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    if not rows:
        return schema.to_frame()
    columns = zip(*rows, strict=True)
    series = [pl.Series(name, column, kind) for (name, kind), column in zip(schema.items(), columns, strict=True)]
    return _plain(pl.DataFrame(series))


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts without what could turn or break a page; nearly always there is nothing to do."""
    harmful = harmful_characters()
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    spoilt = [name for name in texts if frame[name].str.contains(harmful).any()]
    return frame.with_columns(pl.col(name).map_elements(plain, pl.String) for name in spoilt)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _share(value: float | None) -> float:
    # JSON has no NaN: a confidence that is no number is written as null.
    return min(1.0, max(0.0, value)) if value is not None and math.isfinite(value) else 0.0
