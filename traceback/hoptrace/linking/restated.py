"""Statements made again more fully: what a growing file, or that of the next day, adds to what was submitted before.

A file that was still being written tells of calls that go on, and its last line may be cut. When the whole file comes,
those rows are said again with more in them. Nothing that was submitted is changed, so that the lake then has both; only
the fuller one counts when calls are traced. Nor does a row count twice to which an export gave another record id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

_SAME = ("carrier", "start_time", "called")
_MOST_ALIKE = 50
"""So many statements of one carrier, moment and number are redials and no file that was submitted twice."""

_RECORD = ("carrier", "called", "record_id")
_WRITTEN_APART = timedelta(seconds=1)
"""Two back ends, or both nodes of a cluster, write one record; each rounds its times for itself."""

_ONE_RECORD = (
    *("calling_number", "call_id", "egress_call_id", "release_code"),
    *("upstream", "downstream", "upstream_trunk", "downstream_trunk"),
)
"""In these two writings of one record agree, as far as both have them: attempts over several routes share one id."""

_LEGS_APART = timedelta(minutes=1)
"""Record ids are counters that begin again: the legs of one call are nearer than this."""

_EQUAL = (
    *("calling_number", "called_number", "egress_calling_number", "egress_called_number", "redirecting_number"),
    *("answer_time", "end_time", "duration", "call_id", "egress_call_id", "attestation", "orig_id", "signer"),
    *("upstream", "customer", "downstream", "upstream_trunk", "downstream_trunk"),
)
_BEGUN = ("release_code", "record_id")
"""Of these the beginning may have been written only: a line is cut anywhere."""


_NUMBERED_ANEW = [*_SAME, *_EQUAL, "identity", "release_code", "outcome"]
"""Rows that agree in all of these differ in their record ids at most: an export numbered a row that stands in it twice,
or that another export has, anew."""

_MINUTE = 60_000_000
"""Microseconds. In a whole minute two calls may well be written alike, but not in a second, with the same duration."""


def without_restated(statements: pl.DataFrame) -> pl.DataFrame:
    """The statements (STATEMENTS) but those that another batch of the same carrier says again and more fully.

    A statement is said more fully where the other has all that it says, at the same moment, and something beside; or
    where it is of one leg of a call, and the other is of both legs. Of one record that was written twice, with its
    times rounded otherwise, one counts. So does one of those that differ in their record ids alone.
    """
    # Most statements have nobody beside them, and one trace has no milliseconds to spare: nothing here runs a query.
    ids = statements["record_id"]
    twice = _said_twice(statements, _SAME)
    beside = twice.any()
    alike = statements.filter(twice) if beside else statements
    looked = [_begun(alike)] if beside else []
    if ids.null_count() < ids.len():
        known = ids == ids  # noqa: PLR0124  # null is not
        again = _said_twice(statements, _RECORD) & known
        looked += [_written_twice(statements.filter(again))] if again.any() else []
        looked += [_one_leg(statements)] if "/" in "".join(filter(None, ids.to_list())) else []
    if any(less.height for less in looked):
        less = pl.concat(looked).unique()
        statements, alike = (_without(rows, less) for rows in (statements, alike))
    return _without(statements, _numbered_anew(alike)) if beside else statements


def _without(statements: pl.DataFrame, some: pl.DataFrame) -> pl.DataFrame:
    """The statements but some, of which `batch` and `row` are told."""
    return statements.join(some, on=["batch", "row"], how="anti", maintain_order="left") if some.height else statements


def _said_twice(statements: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Which statements have another one beside them that says the same in these columns."""
    return statements[list(names)].is_duplicated()


def _begun(twice: pl.DataFrame) -> pl.DataFrame:
    """`batch` and `row` of those, of statements `twice` by _SAME, that another has all of, and more."""
    keys = list(_SAME)
    alike = twice.filter(pl.len().over(keys) <= _MOST_ALIKE)
    both = alike.join(alike, on=keys, suffix="_full").filter(pl.col("batch") != pl.col("batch_full"))
    return both.filter(_says_no_other(), _says_less()).select("batch", "row")


def _written_twice(again: pl.DataFrame) -> pl.DataFrame:
    """`batch` and `row` of those, of statements `again` by _RECORD, that another batch has, as full or fuller."""
    keys = list(_RECORD)
    full = pl.sum_horizontal(pl.col(name).is_not_null() for name in (*_EQUAL, *_BEGUN))
    alike = again.filter(pl.len().over(keys) <= _MOST_ALIKE).with_columns(full=full)
    both = alike.join(alike, on=keys, suffix="_full").filter(pl.col("batch") != pl.col("batch_full"))
    near = (pl.col("start_time") - pl.col("start_time_full")).abs() <= _WRITTEN_APART
    agree = [(pl.col(name) == pl.col(f"{name}_full")).fill_null(value=True) for name in _ONE_RECORD]
    first = pl.col("batch_full") < pl.col("batch")
    less = (pl.col("full") < pl.col("full_full")) | ((pl.col("full") == pl.col("full_full")) & first)
    return both.filter(near, less, *agree, pl.col("outcome") == pl.col("outcome_full")).select("batch", "row")


def _numbered_anew(alike: pl.DataFrame) -> pl.DataFrame:
    """Those of statements `alike` by _SAME that another one equals in all but the record id: `batch`, `row` and more.

    Only where that can be one call: a time to the minute does not tell, unless a Call-ID does.
    """
    if not _said_twice(alike, _NUMBERED_ANEW).any():
        return alike.clear()
    sure = (pl.col("start_time").dt.epoch("us") % _MINUTE != 0) | pl.col("call_id").is_not_null()
    ordered = alike.filter(sure).sort("record_id", "batch", "row")
    return ordered.filter(~pl.struct(_NUMBERED_ANEW).is_first_distinct())


def _one_leg(statements: pl.DataFrame) -> pl.DataFrame:
    """`batch` and `row` of those whose record is one of the two of which another is made, around the same moment."""
    whole = statements.filter(_of_legs())
    legs = whole.with_columns(record_id=pl.col("record_id").str.split("/")).explode("record_id")
    both = statements.join(legs, on=["carrier", "called", "record_id"], suffix="_full")
    near = (pl.col("start_time") - pl.col("start_time_full")).abs() <= _LEGS_APART
    sides = [
        pl.col(name).is_null() | pl.col(name).eq_missing(pl.col(f"{name}_full"))
        for name in ("upstream_trunk", "downstream_trunk", "upstream", "downstream")
    ]
    return both.filter(pl.col("batch") != pl.col("batch_full"), near, *sides).select("batch", "row")


def _of_legs() -> pl.Expr:
    return pl.col("record_id").str.contains("/", literal=True).fill_null(value=False)


def _says_no_other() -> pl.Expr:
    """Whatever it says, the other says too."""
    equal = [pl.col(name).is_null() | pl.col(name).eq(pl.col(f"{name}_full")) for name in _EQUAL]
    begun = [pl.col(name).is_null() | pl.col(f"{name}_full").str.starts_with(pl.col(name)) for name in _BEGUN]
    outcome = (pl.col("outcome") == pl.col("outcome_full")) | (pl.col("outcome") == "unknown")
    return pl.all_horizontal(*equal, *begun, outcome).fill_null(value=False)


def _says_less() -> pl.Expr:
    missing = [pl.col(name).is_null() & pl.col(f"{name}_full").is_not_null() for name in (*_EQUAL, *_BEGUN)]
    shorter = [pl.col(name).str.len_bytes() < pl.col(f"{name}_full").str.len_bytes() for name in _BEGUN]
    return pl.any_horizontal(*missing, *(each.fill_null(value=False) for each in shorter))
