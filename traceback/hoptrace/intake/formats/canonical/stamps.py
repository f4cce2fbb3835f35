"""Times of one shape, 2026-11-24T02:03:04.567Z with the same number of digits throughout, read by their places.

A block's times are laid side by side, so that all of their first bytes stand in a row, then all second ones: digits of
one byte each are looked at and added up many at once. What is no such time throughout is left to the expressions of
`times`.
"""
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyarrow has no type stubs.

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from hoptrace.model.arrays import Bytes, Int64s

_CLOCK = len("2026-11-24T02:03:04")
_DATE = len("2026-11-24")
_BETWEEN = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"}
_MOST_DIGITS = 9
_MICRO_DIGITS = 6
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND


def read_stamps(text: pl.Series, length: int) -> pl.Series | None:
    """Microseconds since 1970 (Int64, null where nothing is written); None unless all are such times of `length` bytes.

    A day that is none, an hour of 24 or a leap second is not read here.
    """
    digits = max(length - _CLOCK - 2, 0)
    stamps = _places(text, length)
    if stamps is None or digits > _MOST_DIGITS or (not digits and length != _CLOCK + 1):
        return None
    points = {_CLOCK: "."} if digits else {}
    marks = {**_BETWEEN, **points, length - 1: "Z"}
    if not all((stamps[at] == ord(mark)).all() for at, mark in marks.items()):
        return None
    days, clock = _days(stamps), _clock(stamps)
    fraction = _fraction(stamps[_CLOCK + 1 : _CLOCK + 1 + digits], stamps.shape[1])
    if days is None or clock is None or fraction is None:
        return None
    clock *= _SECOND
    clock += fraction
    clock += days * _DAY
    return _where_written(clock, text)


def _places(text: pl.Series, length: int) -> Bytes | None:
    """The bytes of the texts that are there, one row for each place; None where one has another length, or none is."""
    lengths = text.str.len_bytes()
    if lengths.null_count() == text.len() or lengths.min() != length or lengths.max() != length:
        return None
    array: Any = text.drop_nulls().rechunk().to_arrow()
    first = array.offset * length
    content = np.frombuffer(array.buffers()[2], dtype=np.uint8)[first : first + len(array) * length]
    return np.ascontiguousarray(content.reshape(-1, length).T)


def _digit(bytes_: Bytes) -> Bytes:
    """The value of each digit; more than 9 where there is none."""
    return bytes_ - np.uint8(ord("0"))


def _pair(stamps: Bytes, at: int, most: int) -> Bytes | None:
    """The value of each two digits; None where one is no number or more than that."""
    tens, ones = _digit(stamps[at]), _digit(stamps[at + 1])
    if tens.max() > 9 or ones.max() > 9:
        return None
    tens *= np.uint8(10)
    tens += ones
    return tens if tens.max() <= most else None


def _clock(stamps: Bytes) -> Int64s | None:
    """Seconds of the day; None where one is no time of it."""
    hour, minute, second = _pair(stamps, 11, 23), _pair(stamps, 14, 59), _pair(stamps, 17, 59)
    if hour is None or minute is None or second is None:
        return None
    total = hour.astype(np.int64)
    for part in (minute, second):
        total *= 60
        total += part
    return total


def _fraction(digits: Bytes, count: int) -> Int64s | None:
    """The digits behind the point as microseconds: further ones are cut."""
    values = [_digit(digit) for digit in digits]
    if any(value.max() > 9 for value in values):
        return None
    total = np.zeros(count, dtype=np.int64)
    for value in values[:_MICRO_DIGITS]:
        total *= 10
        total += value
    return total * 10 ** (_MICRO_DIGITS - min(len(values), _MICRO_DIGITS))


def _days(stamps: Bytes) -> Int64s | None:
    """Days since 1970, one for all where all are of one day; None where one is no day of the calendar."""
    if all((place == place[0]).all() for place in stamps[:_DATE]):
        stamps = stamps[:, :1]
    century, year, month, day = (_pair(stamps, at, most) for at, most in ((0, 99), (2, 99), (5, 12), (8, 31)))
    if century is None or year is None or month is None or day is None or not month.min() or not day.min():
        return None
    months = (century.astype(np.int64) * 100 + year - 1970) * 12 + month - 1
    first, beyond = (_first_day(each) for each in (months, months + 1))
    days = first + day - 1
    return days if bool((days < beyond).all()) else None


def _first_day(months: Int64s) -> Int64s:
    """Days since 1970 of the first day of months since 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _where_written(micros: Int64s, text: pl.Series) -> pl.Series:
    if len(micros) == text.len():
        return pl.Series(micros)
    written = text.is_not_null()
    placed = np.zeros(text.len(), dtype=np.int64)
    placed[written.to_numpy()] = micros
    return pl.select(pl.when(written).then(pl.Series(placed))).to_series()
