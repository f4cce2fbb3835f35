"""Columns of times that begin with the clock (`times`), read at once: clocks by their bytes, each day once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.formats.clocks.times import ClockTimes, Day, is_day, looks_like_time
from hoptrace.intake.formats.clocks.usual import NO_TIME, WIDTH, since_midnight, usual_clocks
from hoptrace.intake.zones import Reading, at_offset, to_utc
from hoptrace.model.arrays import Bytes, Int64s, Truths

STAMPS = pl.Schema({"at": pl.Int64, "tick": pl.Int32})
"""Microseconds since 1970 in UTC, and how many one tick of the written form lasts; null where a text is no time."""

_BESIDE = {"own": pl.String, "local": pl.Int64, "zone": pl.String, "after": pl.Int64, "place": pl.Int64}
_IF_READ = pl.when(pl.col("at") >= 0).then(pl.all())
_HOUR = 3_600_000_000
_MICROSECOND = timedelta(microseconds=1)
_EPOCH, _LOCAL_EPOCH = datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1)  # noqa: DTZ001


class _Note(NamedTuple):
    """A zone word was asked for at a local time: of the `place`th time of the file."""

    place: int
    word: str
    local: datetime


@dataclass(slots=True)
class ClockColumns:
    """Reads columns of times as `times` reads single ones, and leaves in it what receipts want to know."""

    times: ClockTimes
    _notes: list[_Note] = field(default_factory=list[_Note])

    def read(self, texts: pl.Series, zones: pl.Series, after: pl.Series | None, places: pl.Series) -> pl.DataFrame:
        """STAMPS of texts; `zones` are of the rows, for times that have none themselves.

        `after`: microseconds of a time of the same call before which this one does not lie. `places`: in which order
        the times count (Int64). Raises TimezoneMissing where a time has no zone and none is known.
        """
        at, ticks = self._read(texts.to_list(), {"zone": zones, "after": after, "place": places})
        stamps = pl.DataFrame({"at": at, "tick": ticks}, STAMPS)
        return stamps if (at >= 0).all() else stamps.select(_IF_READ)

    def settle(self) -> None:
        """Ask for the noted words in the order of their times: what was settled first and last is told in receipts."""
        for note in sorted(self._notes):
            self.times.words.offset(note.word, note.local)
        self._notes.clear()

    def _read(self, texts: list[str | None], beside: dict[str, pl.Series | None]) -> tuple[Int64s, Int64s]:
        clocks = usual_clocks(texts)
        for row in np.flatnonzero(clocks.since == NO_TIME).tolist():
            clock, _, rest = (texts[row] or "").partition(" ")
            told = self.times.clock(clock)
            if told is not None:
                clocks.since[row], clocks.ticks[row], clocks.rests[row] = told[0] // _MICROSECOND, told[1], rest
        days, which = self._days(clocks.rests)
        midnights = np.array([NO_TIME if day is None else _micros(day.midnight, _LOCAL_EPOCH) for day in days])
        utc = np.array([NO_TIME if day is None or day.utc is None else micros_of(day.utc) for day in days])
        known = (clocks.since != NO_TIME) & (midnights[which] != NO_TIME)
        at = np.where(known & (utc[which] != NO_TIME), utc[which] + clocks.since, NO_TIME)
        open_ = known & (utc[which] == NO_TIME)
        if open_.any():
            own = pl.Series([None if day is None else day.zone for day in days], dtype=pl.String)
            local = midnights[which] + clocks.since
            told = pl.DataFrame({"own": own[which], "local": local, **beside}, _BESIDE).filter(open_)
            at[open_] = self._utc(told)
        return at, clocks.ticks

    def _days(self, rests: list[str]) -> tuple[list[Day | None], Int64s]:
        """The days behind the clocks, each once, and which of them each clock has."""
        codes = dict[str, int]()
        which = np.array([codes.setdefault(rest, len(codes)) for rest in rests], np.int64)
        return [self.times.day(rest) for rest in codes], which

    def _utc(self, told: pl.DataFrame) -> Int64s:
        """Local times of which the word beside them does not tell everything: `own`, `zone`, `after`, `local`, `place`.

        Within an hour nearly all are equally far ahead of UTC, which its first and last time show.
        """
        at = np.full(told.height, NO_TIME, np.int64)
        numbered = told.with_columns(
            row=pl.int_range(pl.len()),
            own=pl.col("own").is_not_null(),
            word=pl.coalesce("own", "zone"),
            hour=pl.col("local") // _HOUR,
        )
        for (word, own, _), rows in numbered.group_by("word", "own", "hour", maintain_order=True):
            asked = None if word is None else str(word), bool(own)
            local: Int64s = rows["local"].to_numpy()
            first, last = (self._ahead(*asked, _local(int(each))) for each in (local.min(), local.max()))
            ahead = first if first == last else None
            alike = ahead is not None
            at[rows["row"].to_numpy()] = (
                self._one_by_one(*asked, rows) if ahead is None else local - ahead // _MICROSECOND
            )
            if word is not None and self.times.words.constant(str(word)) is None:
                noted = rows[[0, -1]] if alike else rows
                self._notes += [
                    _Note(place, str(word), _local(each)) for place, each in noted.select("place", "local").iter_rows()
                ]
        return at

    def _ahead(self, word: str | None, own: bool, local: datetime) -> timedelta | None:
        """How far a local time is ahead of UTC; None where it came twice, never, or nothing tells."""
        offset = self.times.words.meaning(word, local)[0] if word else None
        if offset is not None or own:
            return offset
        utc, reading = to_utc(local, self.times.local_clock().resolved.tz)
        return local - utc.replace(tzinfo=None) if reading is Reading.PLAIN else None

    def _one_by_one(self, word: str | None, own: bool, rows: pl.DataFrame) -> list[int]:
        told: Iterable[tuple[int, int | None]] = rows.select("local", "after").iter_rows()
        found = [self._moment(word, own, _local(local), after) for local, after in told]
        return [NO_TIME if moment is None else micros_of(moment) for moment in found]

    def _moment(self, word: str | None, own: bool, local: datetime, after: int | None) -> datetime | None:
        offset = self.times.words.meaning(word, local)[0] if word else None
        if offset is not None:
            return at_offset(local, offset)
        begun = None if after is None else moment_of(after)
        return None if own else self.times.local_clock().to_utc(local, after=begun)


def look_like_times(data: bytes, begin: Int64s, end: Int64s) -> Truths:
    """`looks_like_time` of the UTF-8 texts between two places each, white space around them left out."""
    like = np.zeros(len(begin), bool)
    usual = np.flatnonzero(end - begin > WIDTH)
    letters: Bytes = np.frombuffer(data, np.uint8)
    usual = usual[since_midnight(letters[begin[usual, None] + np.arange(WIDTH)]) != NO_TIME]
    rests = [data[at:behind] for at, behind in zip((begin[usual] + WIDTH).tolist(), end[usual].tolist(), strict=True)]
    days = {rest: is_day(rest.decode().rstrip()) for rest in set(rests)}
    like[usual] = [days[rest] for rest in rests]
    for row in np.flatnonzero(~like).tolist():
        like[row] = looks_like_time(data[begin[row] : end[row]].decode().strip())
    return like


def moment_of(micros: int) -> datetime:
    """Microseconds since 1970 as a time in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def micros_of(moment: datetime) -> int:
    """The same of a time in UTC."""
    return _micros(moment, _EPOCH)


def _local(micros: int) -> datetime:
    return _LOCAL_EPOCH + timedelta(microseconds=micros)


def _micros(time: datetime, since: datetime) -> int:
    return (time - since) // _MICROSECOND
