"""Statements made again more fully: what a growing file, or that of the next day, adds to what was submitted before.

A file that was still being written tells of calls that go on, and its last line may be cut. When the whole file comes,
those rows are said again with more in them. Nothing that was submitted is changed, so that the lake then has both; only
the fuller one counts when calls are traced.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

_SAME = ("carrier", "start_time", "called")
_MOST_ALIKE = 50
"""So many statements of one carrier, moment and number are redials and no file that was submitted twice."""

_LEGS_APART = timedelta(minutes=1)
"""Record ids are counters that begin again: the legs of one call are nearer than this."""

_EQUAL = (
    *("calling_number", "called_number", "egress_calling_number", "egress_called_number", "redirecting_number"),
    *("answer_time", "end_time", "duration", "call_id", "egress_call_id", "attestation", "orig_id", "signer"),
    *("upstream", "customer", "downstream", "upstream_trunk", "downstream_trunk"),
)
_BEGUN = ("release_code", "record_id")
"""Of these the beginning may have been written only: a line is cut anywhere."""


def without_restated(statements: pl.DataFrame) -> pl.DataFrame:
    """The statements (STATEMENTS) but those that another batch of the same carrier says again and more fully.

    A statement is said more fully where the other has all that it says, at the same moment, and something beside; or
    where it is of one leg of a call, and the other is of both legs.
    """
    # Most statements have nobody beside them, and one trace has no milliseconds to spare.
    twice, of_legs = statements.select(
        twice=pl.struct(_SAME).is_duplicated().any(), of_legs=_of_legs().any(ignore_nulls=True)
    ).row(0)
    looked = [*([_begun(statements)] if twice else []), *([_one_leg(statements)] if of_legs else [])]
    if not looked:
        return statements
    less = pl.concat(looked).unique()
    return statements.join(less, on=["batch", "row"], how="anti", maintain_order="left") if less.height else statements


def _begun(statements: pl.DataFrame) -> pl.DataFrame:
    """`batch` and `row` of those that another has all of, and more."""
    keys = list(_SAME)
    alike = statements.filter(pl.struct(keys).is_duplicated())
    alike = alike.filter(pl.len().over(keys) <= _MOST_ALIKE)
    both = alike.join(alike, on=keys, suffix="_full").filter(pl.col("batch") != pl.col("batch_full"))
    return both.filter(_says_no_other(), _says_less()).select("batch", "row")


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
