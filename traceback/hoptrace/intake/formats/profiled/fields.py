"""From a row's columns to its fields: which column counts, and what is done with its text; all by expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from hoptrace.intake.formats.profiled.plan import Kind, Plan
from hoptrace.intake.profile import Profile
from hoptrace.intake.profiles.column_rules import ColumnRule
from hoptrace.intake.profiles.soundness import READABLE

FIELDS = tuple(sorted(READABLE))
"""The fields that a frame has after `fields_of`, all of them text."""

ZONE, CLOCK, LEG, DIRECTION, KEY = "zone", "clock", "leg", "direction", "key"
_NOTHING = pl.lit(None, pl.String)
_NEVER = (
    *("0", "-", "NULL", "null", "None", "\\N", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z"),
    *("0001-01-01 00:00:00", "0001-01-01 00:00:00 +0000 UTC"),
)
"""What stands in files of every kind where a call was never answered, or has not ended."""


def cleaned(frame: pl.DataFrame, plan: Plan, profile: Profile, *, tidy: bool) -> pl.DataFrame:
    """The columns that are looked at, stripped, with null where nothing is known.

    With `tidy` no field has anything to be stripped of, and empty ones are null already.
    """
    present = sorted(plan.used & set(frame.columns))
    if not tidy:
        frame = frame.with_columns(pl.col(name).str.strip_chars() for name in present)
    words = [word for word in profile.file.null if word] if tidy else ["", *profile.file.null]
    if words:
        frame = frame.with_columns(pl.when(~pl.col(name).is_in(words)).then(pl.col(name)) for name in present)
    missing = sorted(plan.used - set(present))
    return frame.with_columns(_NOTHING.alias(name) for name in missing)


def fields_of(frame: pl.DataFrame, kind: Kind, plan: Plan) -> pl.DataFrame:
    """Cleaned columns as `row`, the fields, and `zone`, `clock`, `leg`, `direction`, `key` (what a row is known by)."""
    fields = {name: _text(*kind.fields[name]) if name in kind.fields else _NOTHING for name in FIELDS}
    for name in ("answer_time", "end_time"):
        # A span of 0 after another time is a time.
        if name in kind.fields and kind.fields[name][0].after is None:
            fields[name] = pl.when(~fields[name].is_in(_NEVER)).then(fields[name])
    zone = _NOTHING if plan.zone is None else _text(*plan.zone)
    beside = {CLOCK: plan.clock, LEG: plan.leg_id, DIRECTION: plan.direction}
    chosen = frame.select(
        "row",
        **fields,
        **{ZONE: zone},
        **{name: _NOTHING if column is None else pl.col(column) for name, column in beside.items()},
    )
    told = [name for name in FIELDS if name in kind.fields]
    beside_told = [name for name, column in beside.items() if column is not None]
    whole = chosen.select(*told, *beside_told).hash_rows().alias(KEY)
    if not plan.dedupe:
        return chosen.with_columns(whole)
    named = frame.select(plan.dedupe)
    # Rows in which the key is empty have nothing else in common.
    keyless = named.select(pl.all_horizontal(pl.all().is_null())).to_series()
    return chosen.with_columns(whole.zip_with(keyless, named.hash_rows()).alias(KEY))


def _text(rule: ColumnRule, columns: Sequence[str]) -> pl.Expr:
    if rule.value is not None:
        text: pl.Expr = pl.lit(rule.value)
    elif rule.join is not None:
        text = pl.concat_str(*columns, separator=rule.join, ignore_nulls=True)
    else:
        text = pl.coalesce(*columns)
    if rule.split is not None and rule.part is not None:
        text = text.str.split(rule.split).list.get(rule.part - 1, null_on_oob=True).str.strip_chars()
    if rule.regex is not None:
        text = text.str.extract(rule.regex, min(re.compile(rule.regex).groups, 1))
    if rule.split is not None or rule.regex is not None or rule.join is not None:
        text = pl.when(text != "").then(text)
    if rule.null:
        text = pl.when(~text.is_in(list(rule.null))).then(text)
    if rule.map:
        text = text.replace_strict(list(rule.map), list(rule.map.values()), default=text, return_dtype=pl.String)
        text = pl.when(text != "").then(text)
    if rule.when is not None:
        text = pl.when(pl.col(str(rule.when.column)).is_in(list(rule.when.is_))).then(text)
    return text
