"""Columns of times that begin with the clock (`clock_times`), read at once: clocks by their bytes, each day once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.formats.clock_times import ClockTimes, Day, is_day, looks_like_time
from hoptrace.intake.zones import Reading, at_offset, to_utc
from hoptrace.model.arrays import Bytes, Int64s, Truths

STAMPS = pl.Schema({"at": pl.Int64, "tick": pl.Int32})
"""Microseconds since 1970 in UTC, and how many one tick of the written form lasts; null where a text is no time."""

_USUAL = len("15:54:56.868 ")
_TICK = 1_000
_DIGITS, _COLONS, _POINT, _SPACE = [0, 1, 3, 4, 6, 7, 9, 10, 11], [2, 5], 8, 12
_WORTH, _WORTH_BEHIND = np.array([36_000, 3_600, 600, 60, 10, 1]), np.array([100_000, 10_000, 1_000])
_BESIDE = {"own": pl.String, "local": pl.Int64, "zone": pl.String, "after": pl.Int64, "place": pl.Int64}
_IF_READ = pl.when(pl.col("at") >= 0).then(pl.all())
_HOUR = 3_600_000_000
_NONE = -1
_MICROSECOND = timedelta(microseconds=1)
_EPOCH, _LOCAL_EPOCH = datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1)  # noqa: DTZ001


class _Clocks(NamedTuple):
    """Of each text: microseconds since midnight (`_NONE` where it begins with no clock), tick, what stands behind."""

    since: Int64s
    ticks: Int64s
    rests: list[str]


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
        clocks = _usual(texts)
        for row in np.flatnonzero(clocks.since == _NONE).tolist():
            clock, _, rest = (texts[row] or "").partition(" ")
            told = self.times.clock(clock)
            if told is not None:
                clocks.since[row], clocks.ticks[row], clocks.rests[row] = told[0] // _MICROSECOND, told[1], rest
        days, which = self._days(clocks.rests)
        midnights = np.array([_NONE if day is None else _micros(day.midnight, _LOCAL_EPOCH) for day in days])
        utc = np.array([_NONE if day is None or day.utc is None else micros_of(day.utc) for day in days])
        known = (clocks.since != _NONE) & (midnights[which] != _NONE)
        at = np.where(known & (utc[which] != _NONE), utc[which] + clocks.since, _NONE)
        open_ = known & (utc[which] == _NONE)
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
        at = np.full(told.height, _NONE, np.int64)
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
        return [_NONE if moment is None else micros_of(moment) for moment in found]

    def _moment(self, word: str | None, own: bool, local: datetime, after: int | None) -> datetime | None:
        offset = self.times.words.meaning(word, local)[0] if word else None
        if offset is not None:
            return at_offset(local, offset)
        begun = None if after is None else moment_of(after)
        return None if own else self.times.local_clock().to_utc(local, after=begun)


def look_like_times(data: bytes, begin: Int64s, end: Int64s) -> Truths:
    """`looks_like_time` of the UTF-8 texts between two places each, white space around them left out."""
    like = np.zeros(len(begin), bool)
    usual = np.flatnonzero(end - begin > _USUAL)
    letters: Bytes = np.frombuffer(data, np.uint8)
    usual = usual[_since_midnight(letters[begin[usual, None] + np.arange(_USUAL)]) != _NONE]
    rests = [data[at:behind] for at, behind in zip((begin[usual] + _USUAL).tolist(), end[usual].tolist(), strict=True)]
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


def _usual(texts: list[str | None]) -> _Clocks:
    """Clocks that are written 15:54:56.868, by their bytes; of all others `since` is not known yet."""
    written = [text or "" for text in texts]
    # Letters that are no ASCII count as one byte, and are no digits.
    heads = "".join([text[:_USUAL].ljust(_USUAL, "?") for text in written]).encode("ascii", "replace")
    since = _since_midnight(np.frombuffer(heads, np.uint8).reshape(-1, _USUAL))
    return _Clocks(since, np.full(len(written), _TICK), [text[_USUAL:] for text in written])


def _since_midnight(letters: Bytes) -> Int64s:
    """Microseconds since midnight of texts of 13 bytes each, `_NONE` of those that are no clock and a space."""
    digits = letters[:, _DIGITS] - np.uint8(ord("0"))
    sound = (digits <= 9).all(axis=1) & (letters[:, _COLONS] == ord(":")).all(axis=1)
    sound &= (letters[:, _POINT] == ord(".")) & (letters[:, _SPACE] == ord(" "))
    sound &= (digits[:, 0] * 10 + digits[:, 1] <= 23) & (digits[:, 2] <= 5) & (digits[:, 4] <= 5)
    numbers = digits.astype(np.int64)
    micros = numbers[:, :6] @ _WORTH * 1_000_000 + numbers[:, 6:] @ _WORTH_BEHIND
    return np.where(sound, micros, _NONE)


def _local(micros: int) -> datetime:
    return _LOCAL_EPOCH + timedelta(microseconds=micros)


def _micros(time: datetime, since: datetime) -> int:
    return (time - since) // _MICROSECOND
