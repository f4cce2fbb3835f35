"""Stored results read into the frames of `hoptrace.reports.many.traced`, a part at a time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.many.parts import Frames, Parts, written
from hoptrace.reports.many.traced import CALLS, HOPS, OF_RECORDS, SUPPORTS, Traced
from hoptrace.reports.wording.language import Saying
from hoptrace.reports.wording.plain import harmful_characters, plain

if TYPE_CHECKING:
    from hoptrace.engines.rested_on import RestedOn

AT_ONCE = 5_000
"""Results unpacked together: bounds what of the JSON is in memory."""

IN_A_PART = 25_000
"""Calls that are in memory as frames together."""

Place = tuple[str, int | str]
"""Where a result stands: in what, and which of it (a line's number, a call's reference); words are made when needed."""

Line = tuple[Place, str | bytes]
"""Where a result stands, and its JSON."""


def read_traced(
    lines: Iterable[Line], source: Saying, *, records: bool = True, withdrawn: RestedOn | None = None
) -> Traced:
    """Read results; of two of one call the later one counts, as in the catalog. Without `records` without OF_RECORDS.

    `withdrawn` tells which of them rest on batches that count no more. Raises InputRefused naming the line that holds
    no result of a trace, StorageFailed where parts cannot be kept.
    """
    refs = list[pl.DataFrame]()
    frames = _frames(lines, withdrawn, records=records)
    return _newest(written(_noted(frames, refs)), pl.concat(refs), source)


def _frames(lines: Iterable[Line], withdrawn: RestedOn | None, *, records: bool) -> Iterator[Frames]:
    """Results in parts; one at least."""
    schema = HOPS if records else pl.Schema({name: kind for name, kind in HOPS.items() if name not in OF_RECORDS})
    some = list[Frames]()
    gathered = _Gathered(0, withdrawn, records=records)
    for where, text in lines:
        gathered.add(where, _result(where, text))
        if gathered.at % AT_ONCE == 0:
            some.append(gathered.frames(schema))
            gathered = _Gathered(gathered.at, withdrawn, records=records)
        if gathered.at % IN_A_PART == 0:
            yield _together(some)
            some = []
    yield _together([*some, gathered.frames(schema)])


def _together(some: list[Frames]) -> Frames:
    return pl.concat([calls for calls, _ in some]), _supported(pl.concat([hops for _, hops in some]))


REF = {"low": pl.col("call_ref").hash(1), "high": pl.col("call_ref").hash(2)}
"""A reference as 128 bits: a million of them, whatever their length, are held in a few megabytes."""


def _noted(frames: Iterable[Frames], refs: list[pl.DataFrame]) -> Iterator[Frames]:
    """The same frames; `refs` gets which call has which reference and whether it has a time."""
    for calls, hops in frames:
        refs.append(calls.select("call", undated=pl.col("at").is_null(), **REF))
        yield calls, hops


def _newest(parts: Parts, refs: pl.DataFrame, source: Saying) -> Traced:
    # Nearly always no call is told twice, and half of each hash shows it.
    newest = refs if refs["low"].n_unique() == refs.height else refs.unique(["low", "high"], keep="last")
    replaced, undated = refs.height - newest.height, int(newest["undated"].sum())
    if replaced:
        older = refs.join(newest, on="call", how="anti")["call"]
        parts = parts.only(~pl.col("call").is_in(older.implode()))
    return Traced(parts, source, replaced, undated)


def _result(where: Place, text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _odd_json(where, text)


def _words(place: Place) -> str:
    what, which = place
    return f"{what} {which:,}," if isinstance(which, int) else f"{what} {which!r}"


def _odd_json(where: Place, text: str | bytes) -> Any:
    """What only the lenient reader takes: text that is no Unicode, such as half a surrogate pair."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise InputRefused(f"{_words(where)} is not JSON: {error}. Correct the file; no report was written.") from error
    return json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


class _Gathered:
    """A row a call, and the hops as columns that grow call by call: rows would have to be turned, which is slow."""

    def __init__(self, first: int, withdrawn: RestedOn | None, *, records: bool) -> None:
        self.at = first
        self.withdrawn = withdrawn
        self.records = records
        self.calls: list[tuple[Any, ...]] = []
        self.hops: dict[str, list[Any]] = {name: [] for name in HOPS if records or name not in OF_RECORDS}

    def add(self, where: Place, told: Any) -> None:
        """Take a result in; raises InputRefused where it is none."""
        try:
            self.calls.append((*_call(self.at, told), self._rests_on_withdrawn(told)))
            self._add_hops(told["hops"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputRefused(
                f"{_words(where)} holds no result of a trace ({type(error).__name__}: {error}). Give a file that "
                "hoptrace trace --calls wrote. No report was written."
            ) from error
        self.at += 1

    def frames(self, schema: pl.Schema) -> Frames:
        """The calls so far, and their hops, whose columns `schema` names."""
        calls = _frame(zip(*self.calls, strict=True), CALLS) if self.calls else CALLS.to_frame()
        return calls, _frame(self.hops.values(), schema)

    def _rests_on_withdrawn(self, told: dict[str, Any]) -> bool:
        return self.withdrawn is not None and bool(self.withdrawn.batches(told))

    def _add_hops(self, path: list[dict[str, Any]]) -> None:
        hops = self.hops
        given = [hop["records"] for hop in path]
        hops["call"] += [self.at] * len(path)
        hops["position"] += range(1, len(path) + 1)
        hops["carrier"] += [hop["carrier"] for hop in path]
        hops["records"] += map(len, given)
        hops["support"] += [hop.get("support") for hop in path]
        if self.records:
            hops["batch"] += [records[0]["batch"] if records else None for records in given]
            hops["row"] += [records[0]["row"] if records else None for records in given]
            for name in ("calling", "called", "attestation"):
                hops[name] += [hop[name] for hop in path]


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


def _supported(hops: pl.DataFrame) -> pl.DataFrame:
    """Where a result does not tell who tells of a handoff, as `hoptrace.reports.roles.support_of` judges it."""
    upper, lower = pl.col("records") > 0, pl.col("records").shift(1) > 0
    judged = (
        pl.when(pl.col("position") == 1)
        .then(pl.lit(None))
        .when(upper & lower)
        .then(pl.lit(Support.BOTH.value))
        .when(upper | lower)
        .then(pl.lit(Support.NAMED.value))
        .otherwise(pl.lit(Support.INFERRED.value))
    )
    return hops.with_columns(support=pl.coalesce("support", judged.cast(SUPPORTS)))


def _frame(columns: Iterable[Sequence[Any]], schema: pl.Schema) -> pl.DataFrame:
    named = zip(schema.items(), columns, strict=True)
    return _plain(pl.DataFrame([pl.Series(name, column, kind) for (name, kind), column in named]))


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
