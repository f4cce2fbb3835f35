"""What a canonical row must be: times with a zone, a called number, a duration that is one; all by expressions."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import polars as pl

from hoptrace.intake.formats.canonical.columns import COLUMNS, Columns, field_column
from hoptrace.intake.formats.canonical.times import with_time
from hoptrace.model.statements import RAW_CALLS, StartBasis

NOTHING = ("NULL", "\\N")
"""What databases write into an export where a column holds nothing."""

LONGEST_FIELD = 10_000
MINUTE = 60_000_000
HOW_TO_WRITE_A_TIME = "write it as 2026-11-24T02:03:04Z or with +HH:MM"
LONGEST_DURATION = 1e9
_EARLIEST, _LATEST = "2000", "2100"
_SURELY_FROM, _SURELY_TO = datetime(2000, 1, 3, tzinfo=UTC), datetime(2100, 12, 28, tzinfo=UTC)
_ATTESTATIONS = ("A", "B", "C")
_SOUND = 2
_DIGIT = r"\d"
_NANP = "+1"


def fields(frame: pl.DataFrame, columns: Columns, *, tidy: bool = False) -> pl.DataFrame:
    """The file's string columns as the canonical ones: stripped, nothing as null, the first that says something counts.

    With `tidy` no field has anything to be stripped of, and those that say nothing are null already.
    """
    used = sorted({field_column(name) for names in columns.sources.values() for name in names})
    if not tidy:
        frame = frame.with_columns(pl.col(name).str.strip_chars() for name in used)
        frame = frame.with_columns(pl.when(~pl.col(name).is_in(["", *NOTHING])).then(pl.col(name)) for name in used)
    nothing = pl.lit(None, pl.String)
    chosen = {
        column: pl.coalesce(*map(field_column, columns.sources[column])) if column in columns.sources else nothing
        for column in COLUMNS
    }
    return frame.select("row", **chosen)


def judged(frame: pl.DataFrame, longest: int | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`fields` with times, duration and precision worked out: sound rows, and faulty ones with all their `reasons`.

    `longest`: no field has more bytes, where that is known.
    """
    frame = with_time(with_time(frame, "start_time"), "answer_time")
    frame = frame.with_columns(duration_read=pl.col("duration").cast(pl.Float64, strict=False))
    attested = _are_attestations(frame["attestation"])
    if not attested:
        frame = frame.with_columns(pl.col("attestation").str.to_uppercase())
        attested = _are_attestations(frame["attestation"])
    if attested and _is_sound(frame, are_short=longest is not None and longest <= LONGEST_FIELD):
        return frame, _without_faults(frame)
    faults = _faults(frame)
    found = frame.select(fault.any().alias(text) for fault, text in faults).row(0)
    if not any(found):
        return frame, _without_faults(frame)
    any_fault = pl.any_horizontal(*(fault.fill_null(value=False) for fault, _ in faults))
    reasons = pl.concat_list([pl.when(fault).then(pl.lit(text)) for fault, text in faults]).list.drop_nulls()
    faulty = frame.select(any_fault.alias("faulty"))["faulty"]
    return frame.filter(~faulty), frame.filter(faulty).with_columns(reasons=reasons)


def as_calls(good: pl.DataFrame, file: int, minutes: bool) -> pl.DataFrame:
    """Sound rows as RAW_CALLS; `minutes`: the file's times were cut to the minute."""
    return good.select(_as_calls(file, minutes))


@cache
def _as_calls(file: int, minutes: bool) -> list[pl.Expr]:
    precision = pl.lit(MINUTE) if minutes else pl.col("start_time_tick")
    made = {
        "call": pl.int_range(pl.len(), dtype=pl.Int64),
        "file": pl.lit(file, pl.Int32),
        "start_time": pl.col("start_time_read"),
        "start_basis": pl.lit(str(StartBasis.RECEIVED)),
        "answer_time": pl.col("answer_time_read"),
        "end_time": pl.col("answer_time_read") + pl.duration(microseconds=pl.col("duration_read") * 1e6),
        "duration": pl.col("duration_read"),
        "precision": precision.cast(pl.Int32),
        "may_be_later": pl.lit(None, pl.Int32),
    }
    return [made.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in RAW_CALLS.items()]


def _without_faults(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.clear().with_columns(reasons=pl.lit(None, pl.List(pl.String)))


def _is_sound(frame: pl.DataFrame, *, are_short: bool) -> bool:
    """Whether no row can break a rule, as mostly: told from counts and bounds, which is quicker than every rule.

    `are_short`: all fields are known to be.
    """
    # The dearest one last, and only where the others hold.
    return all(frame.select(_bounds_hold(are_short)).row(0)) and _has_digits(frame["called_number"])


@cache
def _bounds_hold(are_short: bool) -> pl.Expr:
    duration, start, answer = pl.col("duration_read"), pl.col("start_time_read"), pl.col("answer_time_read")
    shapes = [pl.col(f"{name}_shape").min().fill_null(_SOUND) == _SOUND for name in ("start_time", "answer_time")]
    called, both = pl.col("called_number"), pl.col("upstream").is_not_null() & pl.col("customer").is_not_null()
    holds = [
        pl.col("start_time").null_count() == 0,
        called.null_count() == 0,
        *shapes,
        # A day inside of the bounds, which are of times as they are written, in any zone.
        *(time.min().fill_null(_SURELY_FROM) >= _SURELY_FROM for time in (start, answer)),
        *(time.max().fill_null(_SURELY_FROM) <= _SURELY_TO for time in (start, answer)),
        ~(answer < start).any(),
        duration.null_count() == pl.col("duration").null_count(),
        duration.is_finite().all(),
        duration.min().fill_null(0) >= 0,
        duration.max().fill_null(0) <= LONGEST_DURATION,
        ~both.any(),
    ]
    if not are_short:
        holds.append(pl.max_horizontal(pl.col(COLUMNS).str.len_bytes().max().fill_null(0)) <= LONGEST_FIELD)
    return pl.all_horizontal(holds)


def _are_attestations(texts: pl.Series) -> bool:
    """Each is A, B or C where there is one; to compare thrice is quicker than to look for what there is."""
    a, b, c = (texts == level for level in _ATTESTATIONS)
    return texts.null_count() == texts.len() or (a | b | c).all()


def _has_digits(numbers: pl.Series) -> bool:
    """Every number has some digit; where all begin with the same one they are not gone through."""
    return numbers.str.starts_with(_NANP).all() or numbers.str.contains(_DIGIT).all()


def _faults(frame: pl.DataFrame) -> list[tuple[pl.Expr, str]]:
    """Every rule as (broken, reason in words), in the order in which reasons are told."""
    longest = frame.select(pl.col(COLUMNS).str.len_bytes().max().fill_null(0)).row(0, named=True)
    long = [name for name, length in longest.items() if length > LONGEST_FIELD]
    duration, start, answer = pl.col("duration_read"), pl.col("start_time_read"), pl.col("answer_time_read")
    number = duration.is_not_null() & duration.is_finite()
    return [
        (pl.col("start_time").is_null(), "start_time is missing"),
        *_time_faults("start_time"),
        *_time_faults("answer_time"),
        (answer < start, "answer_time is before start_time"),
        (pl.col("duration").is_not_null() & ~number, "duration is not a number of seconds"),
        (number & (duration < 0), "duration is negative"),
        (number & (duration > LONGEST_DURATION), "duration is longer than 30 years"),
        (pl.col("called_number").is_null(), "called_number is missing"),
        # A name without a digit may be a PBX's target in a switch's own file; in this format it is a slip.
        (~pl.col("called_number").str.contains(_DIGIT), "called_number is no telephone number"),
        (~pl.col("attestation").is_in(_ATTESTATIONS), "attestation is not A, B or C"),
        (
            pl.col("upstream").is_not_null() & pl.col("customer").is_not_null(),
            "upstream and customer are both given: a call comes from one of them",
        ),
        (
            pl.any_horizontal(pl.lit(value=False), *(pl.col(name).str.len_chars() > LONGEST_FIELD for name in long)),
            f"a field is longer than {LONGEST_FIELD:,} characters",
        ),
    ]


def _time_faults(name: str) -> list[tuple[pl.Expr, str]]:
    shape, year = pl.col(f"{name}_shape"), pl.col(name).str.slice(0, 4)
    return [
        (shape == 0, f"{name} is not a time: {HOW_TO_WRITE_A_TIME}"),
        (shape == 1, f"{name} has no zone: {HOW_TO_WRITE_A_TIME}"),
        ((shape == 2) & ((year < _EARLIEST) | (year > _LATEST)), f"{name} is not between the years 2000 and 2100"),
    ]
