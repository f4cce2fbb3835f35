"""How times are written, and in which zone."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, field_validator

from hoptrace.errors import UnknownTimezone
from hoptrace.intake.profiles.column_rules import ColumnRule, FieldRule
from hoptrace.intake.profiles.part import Part, Ref
from hoptrace.intake.zones import parse_zone

EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1, "epoch_ns": 0}
"""Words for epochs in UTC, and how many microseconds a whole one is (nanoseconds: less than one)."""

RFC3339 = "rfc3339"


class ClockColumn(Part):
    """A column that shows what UTC was as the row's start time was written: an epoch, or a version-1 UUID."""

    column: Ref
    means: Literal["epoch", "epoch_ms", "uuid1"] = "epoch"


class TimeRules(Part):
    """How times are written.

    `timezone`: IANA name or +HH:MM of zone-less times. `formats`: tried in this order; epoch, epoch_ms, epoch_us,
    epoch_ns, rfc3339, or strftime's signs (%.f for a fraction, %Z for a zone in letters). `zone`: the column that has
    the zone of a row, `zone_means` how. `zones`: abbreviation = IANA name or +HH:MM. `start_is`: what the start time
    is the time of. `clock`: a column by which the zone can be measured. `complete`: an answer time that is not written
    is worked out from the end and the duration; false where the duration is rounded.
    """

    timezone: str | None = None
    formats: tuple[str, ...] = (RFC3339,)
    zone: FieldRule | None = None
    zone_means: Literal["minutes_west", "minutes_east", "name"] = "name"
    zones: dict[str, str] = Field(default_factory=dict[str, str])
    start_is: Literal["received", "final"] = "received"
    clock: ClockColumn | None = None
    complete: bool = True

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str | None) -> str | None:
        if name is not None:
            _check_zone(name)
        return name

    @field_validator("zones")
    @classmethod
    def _are_zones(cls, zones: dict[str, str]) -> dict[str, str]:
        for name in zones.values():
            _check_zone(name)
        return zones

    @field_validator("formats")
    @classmethod
    def _can_be_read(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        if not formats:
            raise ValueError('give at least one, such as "%Y-%m-%d %H:%M:%S"')
        for each in formats:
            if each not in EPOCHS and each != RFC3339:
                _check_format(each)
        return formats

    @field_validator("zone")
    @classmethod
    def _is_no_span(cls, zone: FieldRule | None) -> FieldRule | None:
        if isinstance(zone, ColumnRule) and (zone.unit is not None or zone.after is not None):
            raise ValueError("a zone has neither unit nor after")
        return zone


def _check_zone(name: str) -> None:
    try:
        parse_zone(name)
    except UnknownTimezone as error:
        raise ValueError(str(error)) from error


def _check_format(text: str) -> None:
    """A format must read back what it writes, with a date and a time in it."""
    import polars as pl

    at = datetime(2026, 11, 24, 2, 3, 4)  # noqa: DTZ001
    plain = text.replace("%Z", "").strip()
    if "%" not in text:
        words = ", ".join([*EPOCHS, RFC3339])
        raise ValueError(f"{text!r} is not a time format; give {words}, or directives such as %Y-%m-%d %H:%M:%S")
    try:
        written = pl.Series([at]).dt.replace_time_zone("UTC").dt.strftime(plain)
        read = written.str.to_datetime(plain, time_unit="us")
    except pl.exceptions.PolarsError as error:
        what = str(error).splitlines()[0]
        raise ValueError(f"{text!r} cannot be read as a time: {what}") from error
    if read[0].replace(tzinfo=None, second=0) != at.replace(second=0):
        raise ValueError(f"{text!r} does not hold a whole date and time; join two columns if they are apart")
