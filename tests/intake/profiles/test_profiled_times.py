"""Times as switches write them: formats, units, zones, hours that a zone repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.formats.profiled.durations import seconds
from hoptrace.intake.formats.profiled.times import read_times
from hoptrace.intake.profiles.column_rules import Unit

FIELDS = '[fields]\nstart_time = "start"\ncalled_number = "called"\n'


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "form", "meant", "tick"),
    [
        ("1793606401", "epoch", utc(2026, 11, 2, 8, 0, 1), 1_000_000),
        ("1793606401.25", "epoch", utc(2026, 11, 2, 8, 0, 1, 250_000), 10_000),
        ("1793606401250", "epoch_ms", utc(2026, 11, 2, 8, 0, 1, 250_000), 1_000),
        ("1793606401250001", "epoch_us", utc(2026, 11, 2, 8, 0, 1, 250_001), 1),
        ("1793606401250001999", "epoch_ns", utc(2026, 11, 2, 8, 0, 1, 250_001), 1),
        ("2026-11-02T08:00:01.5Z", "rfc3339", utc(2026, 11, 2, 8, 0, 1, 500_000), 100_000),
        ("2026-11-02T08:00:01+05:30", "rfc3339", utc(2026, 11, 2, 2, 30, 1), 1_000_000),
        ("Mon Nov 02 08:00:01 2026", "%a %b %d %H:%M:%S %Y", utc(2026, 11, 2, 8, 0, 1), 1_000_000),
        ("02/11/2026 08:00", "%d/%m/%Y %H:%M", utc(2026, 11, 2, 8, 0), 60_000_000),
        ("2026-11-02 08:00:01 +0100 UTC", "%Y-%m-%d %H:%M:%S %z UTC", utc(2026, 11, 2, 7, 0, 1), 1_000_000),
        ("20261102080001", "%Y%m%d%H%M%S", utc(2026, 11, 2, 8, 0, 1), 1_000_000),
        ("2026-11-02 08:00:01.125", "%Y-%m-%d %H:%M:%S%.f", utc(2026, 11, 2, 8, 0, 1, 125_000), 1_000),
    ],
)
def test_spellings(taken, written: str, form: str, meant: datetime, tick: int) -> None:
    toml = f'[time]\nformats = ["{form}"]\ntimezone = "UTC"\n{FIELDS}'
    told = taken(f"start,called\n{written},+13125550187\n", toml)
    assert told.said(2, "start_time", "precision") == (meant, tick)


@pytest.mark.parametrize("written", ["0", "99", "17936064010000000", "yesterday", "2026-11-02"])
def test_what_is_no_time_is_rejected(taken, written: str) -> None:
    told = taken(f"start,called\n{written},+13125550187\n", f'[time]\nformats = ["epoch"]\n{FIELDS}')
    assert told.reasons() == {2: ["start time not understood"]}


def test_several_formats_are_tried_in_their_order(taken) -> None:
    toml = f'[time]\nformats = ["epoch", "%Y-%m-%d %H:%M:%S", "rfc3339"]\ntimezone = "America/Chicago"\n{FIELDS}'
    told = taken("start,called\n1793606401,1\n2026-11-02 02:00:01,2\n2026-11-02T08:00:01Z,3\n", toml)
    assert told.calls["start_time"].to_list() == [utc(2026, 11, 2, 8, 0, 1)] * 3


def test_local_times_without_a_zone_are_refused_with_the_ways_out(taken) -> None:
    with pytest.raises(TimezoneMissing, match="--timezone"):
        taken("start,called\n2026-11-02 02:00:01,1\n", f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\n{FIELDS}')


def test_a_zone_of_each_row_in_minutes_west_of_greenwich(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\nzone = "tz"\nzone_means = "minutes_west"\n{FIELDS}'
    told = taken(
        "start,called,tz\n2026-11-02 00:00:01,1,480\n2026-11-02 13:30:01,2,-330\n2026-11-02 13:30:01,2,x\n", toml
    )
    assert told.calls["start_time"].to_list() == [utc(2026, 11, 2, 8, 0, 1)] * 2
    assert told.reasons() == {4: ["start time not understood"]}


def test_a_zone_in_letters(taken) -> None:
    toml = f'[time]\nformats = ["%H:%M:%S%.f %Z %b %d %Y"]\nzones = {{ PST = "-08:00" }}\n{FIELDS}'
    told = taken(
        "start,called\n00:00:01.500 PST NOV 02 2026,1\n08:00:01 GMT NOV 02 2026,2\n08:00:01 XXT NOV 02 2026,3\n", toml
    )
    assert told.calls["start_time"].to_list() == [utc(2026, 11, 2, 8, 0, 1, 500_000), utc(2026, 11, 2, 8, 0, 1)]
    assert told.reasons() == {4: ["start time not understood"]}


def test_the_zone_is_measured_by_an_epoch_beside_the_local_time(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\nclock = {{ column = "epoch" }}\n{FIELDS}'
    told = taken("start,called,epoch\n2026-11-02 02:00:01,1,1793606401\n2026-11-02 02:00:09,2,1793606409\n", toml)
    assert told.said(2, "start_time") == (utc(2026, 11, 2, 8, 0, 1),)
    assert told.zones[0] == "-06:00 (measured from the epoch of 2 of 2 rows)"


def test_the_zone_is_measured_by_a_version_1_uuid(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\nclock = {{ column = "id", means = "uuid1" }}\n{FIELDS}'
    told = taken("start,called,id\n2026-11-02 03:00:00,1,66f79680-d693-11f1-8bfb-65b6c3cdac7d\n", toml)
    assert told.zones[0].startswith("-05:00 (measured from the id of 1 of 1 rows")


FALL = ["01:50:00", "01:59:00", "01:05:00", "01:06:00", "02:10:00"]


def test_hours_that_a_zone_repeats_are_settled_by_the_order_of_the_rows(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n{FIELDS}'
    told = taken("start,called\n" + "".join(f"2026-11-01 {at},{n}\n" for n, at in enumerate(FALL)), toml)
    assert [at.strftime("%H:%M") for at in told.calls["start_time"]] == ["06:50", "06:59", "07:05", "07:06", "08:10"]
    assert "as summer time ends, settled by the order of the rows: 4" in "".join(told.flags)


def test_the_rows_behind_a_block_tell_too(taken, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first, and a block ends within the repeated hour: only what stands behind it shows its second pass."""
    monkeypatch.setattr("hoptrace.intake.formats.text.opening.PIECE_BYTES", 64)
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n{FIELDS}'
    rows = [f"2026-11-01 {at},{n}\n" for n, at in enumerate(reversed(["00:30:00", *FALL, "02:40:00"]))]
    told = taken("start,called\n" + "".join(rows), toml)
    times = [at.strftime("%H:%M") for at in told.calls["start_time"]]
    assert times == ["08:40", "08:10", "07:06", "07:05", "06:59", "06:50", "05:30"]


def test_record_ids_settle_rows_sorted_by_the_written_time(taken) -> None:
    toml = '[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n'
    toml += '[fields]\nstart_time = "start"\ncalled_number = "called"\nrecord_id = "id"\n'
    rows = sorted(f"2026-11-01 {at},{n},{40 + n}\n" for n, at in enumerate(["00:30:00", *FALL]))
    told = taken("start,called,id\n" + "".join(rows), toml)
    by_id = dict(zip(told.calls["record_id"], told.calls["start_time"], strict=True))
    assert [by_id[str(40 + n)].strftime("%H:%M") for n in range(6)] == [
        *("05:30", "06:50", "06:59", "07:05", "07:06", "08:10")
    ]


def test_the_clock_column_settles_a_repeated_hour(taken) -> None:
    toml = '[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n'
    toml += f'clock = {{ column = "epoch" }}\n{FIELDS}'
    second = int(utc(2026, 11, 1, 7, 30).timestamp())
    told = taken(f"start,called,epoch\n2026-11-01 01:30:00,1,{second}\n", toml)
    assert told.said(2, "start_time") == (utc(2026, 11, 1, 7, 30),)


def test_a_zone_measured_on_one_side_of_a_change_is_right_on_the_other(taken) -> None:
    """Only an offset is known, from the first rows; the clock column tells which rows are of winter time."""
    toml = '[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\nclock = { column = "epoch" }\n'
    toml += '[fields]\nstart_time = "start"\nend_time = "end"\ncalled_number = "called"\n'
    moments = [utc(2026, 10, 31, 12), utc(2026, 10, 31, 13), utc(2026, 10, 31, 14), utc(2026, 11, 1, 7, 30)]
    chicago = ZoneInfo("America/Chicago")
    local = [f"{at.astimezone(chicago):%Y-%m-%d %H:%M}" for at in moments]
    shown = [f"{text}:00,{text}:09,1,{int(at.timestamp())}\n" for text, at in zip(local, moments, strict=True)]
    told = taken("start,end,called,epoch\n" + "".join(shown), toml)
    assert told.calls["start_time"].to_list() == moments
    assert (told.calls["end_time"] - told.calls["start_time"]).dt.total_seconds().to_list() == [9] * 4
    assert told.zones[0].startswith("-05:00 (measured from the epoch")


def test_a_zone_that_was_given_is_not_overruled_by_the_clock_column(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "+01:00"\nclock = {{ column = "epoch" }}\n{FIELDS}'
    moment = utc(2026, 7, 1, 12)
    told = taken(f"start,called,epoch\n{moment:%Y-%m-%d %H:%M:%S},1,{int(moment.timestamp())}\n", toml)
    assert told.said(2, "start_time") == (utc(2026, 7, 1, 11),)
    assert any("contradicts the file" in flag for flag in told.flags)


def test_an_id_of_an_earlier_leg_moves_no_row_by_an_hour(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\nclock = {{ column = "epoch" }}\n{FIELDS}'
    moments = [utc(2026, 7, 1, 12, minute) for minute in range(30)]
    epochs = [int(at.timestamp()) for at in moments]
    epochs[20] -= 3_570  # the channel began nearly an hour before
    rows = [f"{at:%Y-%m-%d %H:%M:%S},1,{epoch}\n" for at, epoch in zip(moments, epochs, strict=True)]
    assert taken("start,called,epoch\n" + "".join(rows), toml).calls["start_time"].to_list() == moments


def test_the_end_of_a_long_call_lies_in_the_second_pass(taken) -> None:
    toml = '[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n'
    toml += '[fields]\nstart_time = "start"\nend_time = "end"\nduration = "secs"\ncalled_number = "called"\n'
    told = taken("start,end,secs,called\n2026-11-01 01:10:00,2026-11-01 01:20:00,4195,1\n", toml)
    assert told.said(2, "start_time", "end_time", "duration") == (
        utc(2026, 11, 1, 6, 10),
        utc(2026, 11, 1, 7, 20),
        4195.0,
    )


def test_rows_that_name_their_zone_are_settled_in_it(taken) -> None:
    """Rows of two zones in one file: those of one are known instants for those of the other."""
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\nzone = "tz"\nzone_means = "name"\n{FIELDS}'
    rows = [("01:50:00", "America/Chicago"), ("07:02:00", "UTC"), ("01:05:00", "America/Chicago")]
    rows += [("07:10:00", "UTC"), ("01:20:00", "America/Chicago"), ("01:30:00", "America/Denver")]
    told = taken("start,called,tz\n" + "".join(f"2026-11-01 {at},{n},{tz}\n" for n, (at, tz) in enumerate(rows)), toml)
    times = [at.strftime("%H:%M") for at in told.calls["start_time"]]
    assert times == ["06:50", "07:02", "07:05", "07:10", "07:20", "07:30"]


def test_what_nothing_settles_is_read_as_the_first_and_told(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n{FIELDS}'
    told = taken("start,called\n2026-11-01 01:30:00,1\n", toml)
    assert told.said(2, "start_time") == (utc(2026, 11, 1, 6, 30),)
    assert "kept with both times, as the order of the rows allows both: 1" in "".join(told.flags)


def test_an_answer_in_the_repeated_hour_is_not_before_its_start(taken) -> None:
    toml = '[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n'
    toml += '[fields]\nstart_time = "start"\nanswer_time = "answer"\ncalled_number = "called"\n'
    told = taken("start,answer,called\n2026-11-01 01:59:58,2026-11-01 01:00:03,1\n", toml)
    assert told.said(2, "start_time", "answer_time") == (utc(2026, 11, 1, 6, 59, 58), utc(2026, 11, 1, 7, 0, 3))


def test_an_hour_that_a_zone_leaves_out_is_shifted_and_told(taken) -> None:
    toml = f'[time]\nformats = ["%Y-%m-%d %H:%M:%S"]\ntimezone = "America/Chicago"\n{FIELDS}'
    told = taken("start,called\n2026-03-08 02:30:00,1\n", toml)
    assert told.said(2, "start_time") == (utc(2026, 3, 8, 8, 30),)
    assert any("leaves out as summer time begins, shifted: 1" in flag for flag in told.flags)


@pytest.mark.parametrize(
    ("written", "unit", "meant"),
    [
        ("12.5", "s", 12.5),
        ("1500", "ms", 1.5),
        ("1500000", "us", 1.5),
        ("1500000000", "ns", 1.5),
        ("511", "10ms", 5.11),
        ("2", "min", 120.0),
        ("00:08:10", "h:m:s", 490.0),
        ("08:10", "h:m:s", 490.0),
        ("1h2m3.5s", "go", 3723.5),
        ("500ms", "go", 0.5),
        ("0s", "go", 0.0),
        ("10000000000", "go", 10.0),
        ("many", "go", None),
        ("", "go", None),
        ("1:2", "s", None),
    ],
)
def test_units_of_durations(written: str, unit: str, meant: float | None) -> None:
    told = (
        pl.DataFrame({"d": [written or None]}, schema={"d": pl.String}).select(seconds(pl.col("d"), Unit(unit))).item()
    )
    assert told == (None if meant is None else pytest.approx(meant))


def test_whole_seconds_in_smaller_units_stay_whole() -> None:
    whole = pl.DataFrame({"s": pl.int_range(0, 3_600, eager=True)})
    for unit, zeros in (("ms", "000"), ("us", "000000"), ("ns", "000000000"), ("go", "000000000"), ("10ms", "00")):
        told = whole.select(seconds(pl.col("s").cast(pl.String) + zeros, Unit(unit)))
        assert told.to_series().to_list() == whole["s"].to_list()


WHOLE = '[fields]\nstart_time = "s"\nanswer_time = "a"\nend_time = "e"\nduration = "d"\ncalled_number = "c"\n'


def spoken(taken, answer: str, end: str, duration: str) -> tuple[Any, ...]:
    minute = "2026-11-02T08:00:"
    cells = [f"{minute}{each}Z" if each else "" for each in ("01", answer, end)]
    told = taken(f"s,a,e,d,c\n{','.join(cells)},{duration},1\n", WHOLE)
    call = told.call(2)
    seconds_ = [None if call[name] is None else call[name].second for name in ("answer_time", "end_time")]
    return (*seconds_, call["duration"], told.flags)


def test_what_is_not_written_follows_from_the_rest(taken) -> None:
    assert spoken(taken, "05", "15", "") == (5, 15, 10.0, [])
    assert spoken(taken, "", "15", "10") == (5, 15, 10.0, [])
    assert spoken(taken, "05", "", "10") == (5, 15, 10.0, [])
    assert spoken(taken, "", "15", "") == (None, 15, 0.0, [])
    assert spoken(taken, "01", "", "0")[0] is None


def test_a_duration_that_the_times_contradict_gives_way_to_them(taken) -> None:
    *told, flags = spoken(taken, "05", "12", "305")
    assert told == [5, 12, 7.0]
    assert flags == ["durations that are not the time from answer to end, which was taken instead: 1"]


@pytest.mark.parametrize("duration", ["-5", "1e9"])
def test_durations_that_cannot_be_are_left_out_and_told(taken, duration: str) -> None:
    *told, flags = spoken(taken, "05", "15", duration)
    assert told == [5, 15, 10.0]
    assert flags == ["durations that cannot be, left out: 1"]


def test_times_before_the_start_are_left_out_and_told(taken) -> None:
    *told, flags = spoken(taken, "00", "00", "")
    assert told[0] is None
    assert flags == ["answer times before the start, left out: 1", "end times before the start, left out: 1"]


def test_ticks_after_the_start(taken) -> None:
    toml = '[fields]\nstart_time = "s"\ncalled_number = "c"\n'
    toml += 'answer_time = { column = "t", unit = "10ms", after = "start_time" }\n'
    told = taken("s,t,c\n2026-11-02T08:00:01Z,511,1\n2026-11-02T08:00:01Z,,1\n", toml)
    assert told.said(2, "answer_time") == (utc(2026, 11, 2, 8, 0, 6, 110_000),)
    assert told.said(3, "answer_time") == (None,)


def test_reading_keeps_the_order_of_texts_that_several_formats_share() -> None:
    texts = pl.Series(["x", "1793606401", None, "2026-11-02 08:00:01"])
    told = read_times(texts, ("%Y-%m-%d %H:%M:%S", "epoch"))
    assert told["read"].is_null().to_list() == [True, False, True, False]
    assert told["zoned"].to_list() == [False, True, False, False]
