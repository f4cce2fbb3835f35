"""Where in a row a field stands, and what is done with the text before it counts."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import Field, field_validator, model_validator

from hoptrace.intake.profiles.part import Part, Position, Ref, refs


class Unit(StrEnum):
    """How a duration is written."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"
    TICKS = "10ms"
    MINUTES = "min"
    CLOCK = "h:m:s"
    GO = "go"
    """Go's words, such as 1h2m3.5s; a bare number is nanoseconds."""


class Condition(Part):
    """A field counts in those rows only whose `column` has one of the words in `is`."""

    column: Ref
    is_: tuple[str, ...] = Field(alias="is", min_length=1)


class ColumnRule(Part):
    r"""A field that is more than a column.

    `column`: the column, or several of which the first that is not empty counts; with `join` they are put together, as
    date and time in two columns. `split` and `part`: the part (from 1) between these characters. `regex`: what the
    first group finds. `null`: further words that mean nothing is known. `map`: written = meant. `value`: the same text
    in every row. `unit`: of a duration, or of a time that is written as a span `after` another field. `when`: only in
    rows where another column has these words.
    """

    column: Ref | tuple[Ref, ...] | None = None
    join: str | None = None
    split: str | None = Field(default=None, min_length=1)
    part: Position | None = None
    regex: str | None = None
    null: tuple[str, ...] = ()
    map: dict[str, str] = Field(default_factory=dict[str, str])
    value: str | None = None
    unit: Unit | None = None
    after: str | None = None
    when: Condition | None = None

    @field_validator("regex")
    @classmethod
    def _is_regex(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            _check_regex(pattern)
        return pattern

    @model_validator(mode="after")
    def _says_where(self) -> ColumnRule:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either column, where the field stands, or value, the same in every row")
        if (self.split is None) != (self.part is None):
            raise ValueError('split and part belong together, such as split = "@" and part = 1')
        return self

    @property
    def columns(self) -> tuple[Ref, ...]:
        """The columns that are looked at, `when`'s left out."""
        return refs(self.column)


FieldRule = Ref | tuple[Ref, ...] | ColumnRule
"""A field of `[fields]`: a column, several of which the first that is not empty counts, or a rule."""


def rule_of(field: FieldRule) -> ColumnRule:
    """A field as a rule."""
    return field if isinstance(field, ColumnRule) else ColumnRule(column=field)


def _check_regex(pattern: str) -> None:
    import polars as pl

    try:
        re.compile(pattern)
        pl.Series([""]).str.extract(pattern, 0)
    except (re.error, pl.exceptions.PolarsError) as error:
        what = str(error).splitlines()[0]
        raise ValueError(f"{pattern!r} is not a regular expression that can be used: {what}") from error
