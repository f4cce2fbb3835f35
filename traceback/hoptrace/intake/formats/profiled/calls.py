"""Fields of rows become calls: times in UTC, seconds, codes of one scheme; what cannot be is told row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from hoptrace.intake.formats.canonical.checks import LONGEST_FIELD
from hoptrace.intake.formats.profiled.durations import LONGEST_SECONDS, seconds
from hoptrace.intake.formats.profiled.fields import CLOCK, FIELDS, ZONE
from hoptrace.intake.formats.profiled.plan import Kind
from hoptrace.intake.formats.profiled.resaved import Resaved
from hoptrace.intake.formats.profiled.times import read_times
from hoptrace.intake.formats.profiled.zones import Localiser, epochs_of
from hoptrace.intake.ledger import NO_START
from hoptrace.intake.profile import Profile
from hoptrace.intake.profiles.column_rules import Unit
from hoptrace.model.statements import TIME, StartBasis

TIMES = ("start_time", "answer_time", "end_time")
_ROUNDED = 2.0
"""Seconds that a duration may differ from its times because both were rounded."""
_PORT = r"^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$"
_BRACKETS = r"^\[([0-9a-fA-F:.]+)\](?::\d{1,5})?$"
_LONG_AGO = r"^(?:0000|0001)-|\b(?:1969|1970)\b"
"""How a switch writes the answer of a call that had none, where its clock counts from 1970 or from the year 1."""

_NOBODY = ("0.0.0.0", "::", "0")
_LEFT_OUT = {
    "odd_duration": "durations that cannot be, left out",
    "odd_span": "durations that are not the time from answer to end, which was taken instead",
    "odd_answer": "answer times before the start, left out",
    "odd_end": "end times before the start, left out",
    "odd_attestation": "attestations other than A, B and C, left out",
}


@dataclass(slots=True)
class Judge:
    """Reads the fields of one file's rows; keeps what its receipt should say."""

    profile: Profile
    localiser: Localiser
    resaved: Resaved
    left_out: dict[str, int] = field(default_factory=dict[str, int])

    def judged(self, fields: pl.DataFrame, kind: Kind) -> pl.DataFrame:
        """`fields_of` rows of one kind with the fields as RAW_CALLS has them, and `reasons`, empty for sound rows."""
        frame = self._with_times(fields, kind)
        frame = frame.with_columns(attestation_written=pl.col("attestation").is_not_null())
        frame = frame.with_columns(_duration(kind), *_addresses(frame), self._cause(), _attestation())
        frame = frame.with_columns(reasons=_reasons(frame))
        return self._consistent(frame, kind).with_columns(start_basis=pl.lit(self._basis()))

    def flags(self) -> list[str]:
        """What the receipt should say of this file."""
        odd = [f"{text}: {self.left_out[name]:,}" for name, text in _LEFT_OUT.items() if self.left_out.get(name)]
        return [*self.localiser.flags(), *self.resaved.flags(), *odd]

    def _basis(self) -> str:
        return str(StartBasis(self.profile.time.start_is))

    def _with_times(self, fields: pl.DataFrame, kind: Kind) -> pl.DataFrame:
        """`<time>_read` (UTC) of each time, `<time>_written` where one was written, `precision`, `may_be_later`."""
        rules = {name: kind.fields[name][0] for name in TIMES if name in kind.fields}
        spans = {name: rule for name, rule in rules.items() if rule.after is not None}
        frame = fields
        beside = fields["row"]
        for name in TIMES:
            if name in spans:
                continue
            text = fields[name]
            times = self.resaved.mended(text, read_times(text, self.profile.time.formats), name)
            if name == "end_time" and "duration" in kind.fields:
                beside = _after_talk(fields, kind, beside)
            epochs = self._epochs(fields) if name == "start_time" else None
            utc = self.localiser.utc(times, fields[ZONE], beside, epochs)
            frame = frame.with_columns(utc.alias(f"{name}_read"))
            if name == "start_time":
                beside = utc
                frame = frame.with_columns(times["tick"].alias("precision"), self._may_be_later(fields.height))
        for name, rule in spans.items():
            span = pl.duration(microseconds=seconds(pl.col(name), rule.unit or Unit.SECONDS) * 1e6)
            frame = frame.with_columns((pl.col(f"{rule.after}_read") + span).cast(TIME).alias(f"{name}_read"))
        return frame

    def _may_be_later(self, height: int) -> pl.Series:
        later = self.localiser.later
        told = pl.repeat(None, height, dtype=pl.Int32, eager=True) if later is None else later.cast(pl.Int32)
        return told.alias("may_be_later")

    def _epochs(self, fields: pl.DataFrame) -> pl.Series | None:
        """What the clock column says, where the profile has one."""
        clock = self.profile.time.clock
        if clock is None or fields[CLOCK].null_count() == fields.height:
            return None
        return pl.Series(epochs_of(fields[CLOCK], clock.means), dtype=pl.Float64)

    def _cause(self) -> pl.Expr:
        code, rules = pl.col("release_code"), self.profile.cause
        told = code
        if rules.scheme == "sip":
            told = pl.coalesce(code.str.extract(r"\b([1-6][0-9]{2})\b", 1), code)
        elif rules.scheme == "q850":
            told = pl.coalesce(code.str.extract(r"^0*([0-9]{1,3})$", 1), code)
        elif rules.scheme == "q850_hex":
            plain = code.str.strip_prefix("0x").str.to_integer(base=16, strict=False).cast(pl.String)
            told = pl.coalesce(plain, code)
        if rules.table:
            told = code.replace_strict(list(rules.table), list(rules.table.values()), default=told)
        return told.alias("release_code")

    def _consistent(self, frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
        """Times and duration that agree with each other; what contradicts is left out and counted."""
        start, answer, end = (pl.col(f"{name}_read") for name in TIMES)
        duration = pl.col("duration_read")
        odd = frame.select(
            odd_duration=~duration.is_between(0, LONGEST_SECONDS),
            odd_answer=answer < start,
            odd_end=end < start,
            odd_span=duration.is_between(0, LONGEST_SECONDS)
            & (answer >= start)
            & ((duration - (end - answer).dt.total_microseconds() / 1e6).abs() > _ROUNDED),
            odd_attestation=pl.col("attestation_written") & pl.col("attestation").is_null(),
        ).with_columns(pl.all().fill_null(value=False))
        for name, count in odd.sum().row(0, named=True).items():
            self.left_out[name] = self.left_out.get(name, 0) + count
        frame = frame.hstack(odd).with_columns(
            duration_read=pl.when(~pl.col("odd_duration") & ~pl.col("odd_span")).then(duration),
            answer_time_read=pl.when(~pl.col("odd_answer")).then(answer),
            end_time_read=pl.when(~pl.col("odd_end")).then(end),
        )
        return frame.with_columns(*_completed(kind, complete=self.profile.time.complete)).with_columns(_end())


def _after_talk(fields: pl.DataFrame, kind: Kind, started: pl.Series) -> pl.Series:
    """What an end cannot lie before: the start, and as much later as was spoken."""
    talk = seconds(pl.col("duration"), kind.fields["duration"][0].unit or Unit.SECONDS)
    spoken = pl.when(talk.is_between(_ROUNDED, LONGEST_SECONDS)).then(talk - _ROUNDED).otherwise(0.0)
    micros = (spoken * 1e6).cast(pl.Int64).fill_null(0)
    return fields.select((pl.lit(started) + pl.duration(microseconds=micros)).cast(TIME)).to_series()


def _duration(kind: Kind) -> pl.Expr:
    unit = kind.fields["duration"][0].unit if "duration" in kind.fields else None
    return seconds(pl.col("duration"), unit or Unit.SECONDS).alias("duration_read")


def _completed(kind: Kind, *, complete: bool) -> list[pl.Expr]:
    """The duration where only the times are written, and the answer where only duration and end are."""
    # Where a profile has a column for the answer, a call without one was not answered.
    asked = "answer_time" in kind.fields
    answer, end, duration = pl.col("answer_time_read"), pl.col("end_time_read"), pl.col("duration_read")
    talked = (end - answer).dt.total_microseconds() / 1e6
    silent = pl.when(answer.is_null() & asked).then(0.0)
    back = (end - pl.duration(microseconds=duration * 1e6)).cast(TIME)
    fits = (back >= pl.col("start_time_read")) & complete
    return [
        pl.coalesce(duration, talked, silent).alias("duration_read"),
        # Of calls that were not answered some switches repeat the start as the answer.
        pl.when((duration == 0) & (answer == pl.col("start_time_read")))
        .then(pl.lit(None, TIME))
        .otherwise(pl.coalesce(answer, pl.when((duration > 0) & fits).then(back)))
        .alias("answer_time_read"),
    ]


def _end() -> pl.Expr:
    spoken = (pl.col("answer_time_read") + pl.duration(microseconds=pl.col("duration_read") * 1e6)).cast(TIME)
    return pl.coalesce("end_time_read", spoken).alias("end_time_read")


def _addresses(frame: pl.DataFrame) -> list[pl.Expr]:
    """Neighbours without a port; an address that stands for nobody is none."""
    told: list[pl.Expr] = []
    for name in ("upstream", "downstream"):
        if frame[name].null_count() < frame.height:
            plain = pl.col(name).str.replace(_PORT, "${1}").str.replace(_BRACKETS, "${1}")
            told.append(pl.when(~plain.is_in(_NOBODY)).then(plain).alias(name))
    return told


def _attestation() -> pl.Expr:
    level = pl.col("attestation").str.to_uppercase()
    return pl.when(level.is_in(["A", "B", "C"])).then(level).alias("attestation")


def _not_understood(frame: pl.DataFrame, name: str) -> pl.Expr:
    """Where a time is written that is none; a day before there were such switches stands for never."""
    odd = pl.col(name).is_not_null() & pl.col(f"{name}_read").is_null()
    if name == "start_time" or not frame.select(odd.any()).item():
        return odd
    return odd & ~pl.col(name).str.contains(_LONG_AGO)


def _reasons(frame: pl.DataFrame) -> pl.Series:
    written = {name: _not_understood(frame, name) for name in TIMES}
    longest = frame.select(pl.col(FIELDS).str.len_bytes().max().fill_null(0)).row(0, named=True)
    long = [name for name, length in longest.items() if length > LONGEST_FIELD]
    faults = [
        (pl.col("start_time").is_null(), "start time is missing"),
        (written["start_time"], NO_START),
        (written["answer_time"], "answer time not understood"),
        (written["end_time"], "end time not understood"),
        (pl.col("duration").is_not_null() & pl.col("duration_read").is_null(), "duration not understood"),
        *(
            (pl.col(name).str.len_bytes() > LONGEST_FIELD, f"{name} is longer than {LONGEST_FIELD:,} bytes")
            for name in long
        ),
    ]
    found = frame.select(fault.any().alias(text) for fault, text in faults).row(0)
    broken = [pair for pair, holds in zip(faults, found, strict=True) if holds]
    if not broken:
        return pl.repeat([], frame.height, dtype=pl.List(pl.String), eager=True).alias("reasons")
    told = pl.concat_list([pl.when(fault).then(pl.lit(text)) for fault, text in broken]).list.drop_nulls()
    return frame.select(reasons=told)["reasons"]
