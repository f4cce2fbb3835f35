"""Files of session border controllers and gateways with local times, around the hour that comes twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CHANGES = {
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Europe/London": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
}
"""When the second pass of the repeated hour begins."""
TALK = 50


def filled(width: int, columns: dict[int, str]) -> str:
    return ",".join(columns.get(place, "") for place in range(1, width + 1))


def h323(at: datetime, zone: str, form: str = "%b %d %Y") -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d} {local.strftime(form)}"


def acme(n: int, at: datetime, zone: str) -> str:
    clock = [h323(at + timedelta(seconds=s), zone).upper() for s in (0, 4, 4 + TALK)]
    columns = {1: "2", 4: f"SD-{n}", 5: f"in-{n}@198.51.100.17", 6: f"out-{n}@203.0.113.1", 13: str(TALK)}
    columns |= {10: "<sip:+12025550134@198.51.100.17>;tag=1", 11: f"<sip:+1312555{100 + n:04d}@203.0.113.1>"}
    return filled(175, columns | {14: clock[0], 15: clock[1], 16: clock[2], 17: "16", 135: "200"})


def audiocodes(n: int, at: datetime, zone: str) -> str:
    clock = [h323(at + timedelta(seconds=s), zone, "%a %b %d %Y") for s in (0, 4, 4 + TALK)]
    cells = [
        "CALL_END",
        "SBC",
        f"gk-{n}@192.0.2.21",
        f"a1:1:{n}",
        "RMT",
        "192.0.2.21",
        "5060",
        "192.0.2.30",
        "5060",
        "UDP",
    ]
    cells += ["+12025550134@192.0.2.30"] * 2 + [f"+1312555{100 + n:04d}@192.0.2.30"] * 2
    cells += [str(TALK), "RMT", "GWAPP_NORMAL_CALL_CLEAR", "NORMAL_CALL_CLEAR", *clock, "-1", "", "", "40", "1 (Alder)"]
    cells += ["0 (SRD)", "1", "1", "0 ()", "0 (MR)", "no", "BYE"]
    return f"Nov  1 00:00:00 192.0.2.30 local0.notice [S={n}] |" + " |".join(cells)


def ribbon(n: int, at: datetime, zone: str) -> str:
    """A STOP without a tick counter."""
    start, end = (time.astimezone(ZoneInfo(zone)) for time in (at, at + timedelta(seconds=4 + TALK)))
    subs = ["SIP", f"SD-{n}@203.0.113.1", "", "", "0", "", "", "", f"sip:+1312555{100 + n:04d}@192.0.2.20"]
    columns = {1: "STOP", 2: "ALDER1", 3: f"0x{n:016X}", 6: f"{start:%m/%d/%Y}", 7: f"{start:%H:%M:%S}.1"}
    columns |= {10: "400", 11: f"{end:%m/%d/%Y}", 12: f"{end:%H:%M:%S}.1", 14: str(TALK * 100), 15: "16"}
    return filled(223, columns | {20: "12025550134", 34: "IN_TG", 52: f'"{",".join(subs)}"', 68: "OUT_TG"})


def cube(n: int, at: datetime, zone: str) -> str:
    """A row without an epoch that could tell: the record's own time is of the day of its export."""
    clock = [h323(at + timedelta(seconds=s), zone, "%a %b %d %Y") for s in (0, 4, 4 + TALK)]
    columns = {1: "1793500000", 2: str(n), 3: "0", 4: "2", 5: f"{n:08X} 00000001 00000001 00000001", 6: "203.0.113.9"}
    columns |= {8: clock[0], 9: clock[1], 10: clock[1], 11: clock[2], 12: "10", 14: "answer"}
    return filled(130, columns | {22: "12025550134", 23: f"1312555{100 + n:04d}"})


WRITERS: dict[str, Callable[[int, datetime, str], str]] = {
    "acme": acme,
    "audiocodes": audiocodes,
    "ribbon_act": ribbon,
    "cisco_cube": cube,
}


def read_calls(read, path: Path, name: str, zone: str, begun: list[datetime]):
    path.write_text("".join(f"{WRITERS[name](n, at, zone)}\n" for n, at in enumerate(begun)))
    chunk = read(name, path, zone=zone)
    assert chunk.rows["fate"].unique().to_list() == ["accepted"]
    return chunk, chunk.calls.sort("row").select("start_time", "answer_time", "end_time", "may_be_later").rows()


@pytest.mark.parametrize("zone", sorted(CHANGES))
@pytest.mark.parametrize("name", sorted(WRITERS))
def test_the_order_of_the_rows_settles_it(read, tmp_path: Path, name: str, zone: str) -> None:
    begun = [CHANGES[zone] + timedelta(minutes=7 * n, milliseconds=100) for n in range(-20, 20)]
    chunk, calls = read_calls(read, tmp_path / "file", name, zone, begun)
    for at, call in zip(begun, calls, strict=True):
        assert call == (at, at + timedelta(seconds=4), at + timedelta(seconds=4 + TALK), None)
    assert any("settled by the order of the rows" in text for _, text in chunk.flags)


@pytest.mark.parametrize("zone", sorted(CHANGES))
@pytest.mark.parametrize("name", sorted(WRITERS))
def test_what_no_order_tells_keeps_both_times(read, tmp_path: Path, name: str, zone: str) -> None:
    at = CHANGES[zone] + timedelta(minutes=10, milliseconds=100)
    chunk, calls = read_calls(read, tmp_path / "file", name, zone, [at])
    later = 1800 if zone == "Australia/Lord_Howe" else 3600
    assert (calls[0][0], calls[0][3]) == (at - timedelta(seconds=later), later)
    assert any("kept with both times" in text for _, text in chunk.flags)


@given(
    st.sampled_from(sorted(WRITERS)),
    st.sampled_from(sorted(CHANGES)),
    st.lists(st.integers(-7_000, 7_000), min_size=1, max_size=25, unique=True),
    st.booleans(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_no_time_is_ever_read_wrongly(
    read, tmp_path: Path, name: str, zone: str, minutes: list[int], in_order: bool
) -> None:
    """A call has its true time, or it says that it may be so much later and one of the two is true."""
    begun = [CHANGES[zone] + timedelta(seconds=each, milliseconds=100) for each in minutes]
    begun = sorted(begun) if in_order else begun
    _, calls = read_calls(read, tmp_path / "file", name, zone, begun)
    for at, (start, _, _, later) in zip(begun, calls, strict=True):
        if in_order or later is not None:
            assert at in (start, start + timedelta(seconds=later or 0))


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_a_lone_call_of_the_second_pass_that_ends_behind_it_is_not_read_as_one_of_the_first(
    read, tmp_path: Path, name: str
) -> None:
    """Reckoned from the first pass it would have lasted an hour longer: that is no ground to take it for one."""
    at = CHANGES["America/New_York"] + timedelta(seconds=3_570, milliseconds=100)
    _, ((start, _, _, later),) = read_calls(read, tmp_path / "file", name, "America/New_York", [at])
    assert at in (start, start + timedelta(seconds=later or 0))


def test_an_answer_with_an_earlier_clock_time_settles_the_start(read, tmp_path: Path) -> None:
    zone = "America/New_York"
    at = CHANGES[zone] - timedelta(seconds=2)
    _, calls = read_calls(read, tmp_path / "file", "acme", zone, [at])
    assert calls == [(at, at + timedelta(seconds=4), at + timedelta(seconds=4 + TALK), None)]


def test_start_and_stop_stay_one_call(read, tmp_path: Path) -> None:
    zone = "America/New_York"
    at = CHANGES[zone] + timedelta(minutes=30)
    stop = acme(1, at, zone)
    path = tmp_path / "file"
    path.write_text(f"{stop}\n{stop.replace('SD-1', 'SD-1')}\n")
    chunk = read("acme", path, zone=zone)
    assert chunk.rows["fate"].to_list() == ["accepted", "duplicate"]
    assert chunk.calls.select(pl.col("may_be_later")).rows() == [(3600,)]
