"""Calls read by columns: the same calls, and the same words about what is wrong, as row by row."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.engines import many_calls
from hoptrace.engines.call_columns import read_columns
from hoptrace.engines.calls import OPTIONAL, REQUIRED, all_reported, read_calls
from hoptrace.engines.many_calls import calls_by_lake, reported_calls, reports_in
from hoptrace.errors import HoptraceError
from hoptrace.model.verdicts import ReportedCall
from hoptrace.tracing.plain.answers import reports_of

HEADER = "call_ref,start_time,calling_number,called_number,terminating_carrier,campaign"
ROWS = (
    "c1,2026-11-02T14:30:00.450-05:00,+12025550143,+442079460123,alpha,c",
    "c2,2026-11-02T23:59:59Z,,202-555-0143,,",
    "c3,2026-11-03 00:59:59+01:00,anonymous,+12025550187,beta,",
    "c4,20261102T143000Z,x,(202) 555-0101,,Z",
    "c5,2026-11-02T20:00-03:00,,011442079460123,,",
)
TEXT = "\n".join([HEADER, *ROWS, ""])


@pytest.fixture(autouse=True)
def by_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_calls, "FEW", 0)


def _columns(path: Path) -> pl.DataFrame | None:
    return read_columns(path, REQUIRED, OPTIONAL)


def _told(read: Callable[[], list[ReportedCall]]) -> list[ReportedCall] | str:
    try:
        return read()
    except HoptraceError as error:
        return str(error)


def _in_the_kernels_form(path: Path) -> None:
    """Times and numbers that were read by columns are those that are read of each call."""
    told = calls_by_lake(path, "US")
    assert reports_in(told).rows() == reports_of(all_reported(reported_calls(told), "US")).rows()


def _both(path: Path) -> tuple[list[ReportedCall] | str, list[ReportedCall] | str]:
    rows = _told(lambda: read_calls(path, "US"))
    return _told(lambda: reported_calls(calls_by_lake(path, "US").sort("place"))), rows


def test_columns_are_what_rows_are(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(TEXT)
    assert _columns(path) is not None
    by_columns, by_rows = _both(path)
    assert by_columns == by_rows
    assert len(by_rows) == len(ROWS)
    _in_the_kernels_form(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    at=st.datetimes(datetime(1970, 1, 3), datetime(2099, 12, 29)),  # noqa: DTZ001  # the offset comes behind it
    fraction=st.text("0123456789", min_size=1, max_size=9),
    offset=st.integers(-14 * 60, 14 * 60),
    calling=st.sampled_from(["", "+12025550143", "anonymous", "1202555XXXX", "x", "911", "2025550143"]),
)
def test_times_and_numbers_are_read_as_of_each_call(
    tmp_path: Path, at: datetime, fraction: str, offset: int, calling: str
) -> None:
    time = at.replace(microsecond=0).replace(tzinfo=timezone(timedelta(minutes=offset))).isoformat()
    rows = [f"a,{time[:19]}.{fraction}{time[19:]},{calling},+12025550143,,", f"b,{time},,2025550187,alpha,"]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([HEADER, *rows, ""]))
    _in_the_kernels_form(path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_quotes_around_whole_fields_are_read_by_columns(tmp_path: Path, end: str) -> None:
    lines = [",".join(f'"{cell}"' for cell in line.split(",")) for line in TEXT.splitlines()]
    path = tmp_path / "calls.csv"
    path.write_text(end.join([*lines, ""]), newline="")
    assert _columns(path) is not None
    by_columns, by_rows = _both(path)
    assert by_columns == by_rows


def test_they_lie_by_day_and_number(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(TEXT)
    calls = read_calls(path, "US")
    told = all_reported(calls, "US")
    due = sorted(range(len(calls)), key=lambda place: (told[place].at // 86_400, told[place].called, place))
    assert calls_by_lake(path, "US")["place"].to_list() == due


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n", "\r\n"),
        "\ufeff" + TEXT,
        TEXT.removesuffix("\n"),
        TEXT.replace(",", " ,\t"),
        TEXT.replace("c1,", '"c1",').replace("alpha", '"al\nph""a"'),
        TEXT.replace("alpha", '"al,pha"'),
        TEXT.replace("alpha", ' "alpha"'),
        TEXT.replace("alpha", '"alpha" '),
        TEXT.replace("alpha", '"alpha'),
        TEXT.replace("alpha", '""'),
        TEXT.replace("c2,", "c1,"),
        TEXT.replace("c3,", "c2 ,"),
        TEXT.replace("c3,", " ,"),
        TEXT.replace("23:59:59Z", "24:00:00Z"),
        TEXT.replace("23:59:59Z", "23:59:60Z"),
        TEXT.replace("23:59:59Z", "23:59:59+24:00"),
        TEXT.replace("23:59:59Z", "23:59:59"),
        TEXT.replace("2026-11-02T23", "1969-12-31T23"),
        TEXT.replace("2026-11-02T23", "2026-02-30T23"),
        TEXT.replace("202-555-0143", "nobody"),
        TEXT.replace("202-555-0143", "911"),
        TEXT.replace("202-555-0143", "anonymous"),
        TEXT + "\n\n",
        "\n" + TEXT,
        '"' + TEXT,
        TEXT + "c9\n",
        TEXT + "c9,2026-11-02T23:59:59Z,,+12025550143,,,more\n",
        TEXT + "c9,2026-11-02T23:59:59Z,,+12025550143\n",
        TEXT.removesuffix("\n") + ",",
        TEXT + "c9,2026-11-02T23:59:59Z,,+12025550143,,,",
        TEXT.removesuffix("\n"),
        TEXT.replace("campaign", "campaign,campaign"),
        TEXT.replace("campaign", "Campaign"),
        TEXT.replace("terminating_carrier", "Terminating_Carrier"),
        TEXT.replace("T23:59:59Z", "t23:59:59z"),
        TEXT.replace("called_number", "called"),
        TEXT.replace("campaign", "noted"),
        TEXT.replace("\n", "\r"),
        TEXT.replace("alpha", "a\x00b"),
        TEXT.replace("alpha", "a\x1f"),
        TEXT.replace("alpha", "\u2003é\u00a0"),
        TEXT.replace("alpha", "x" * 140_000),
        HEADER,
        "",
    ],
)
def test_whatever_stands_in_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(text.encode())
    by_columns, by_rows = _both(path)
    assert by_columns == by_rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    edits=st.lists(
        st.tuples(
            st.integers(0, len(TEXT)), st.sampled_from(["", ",", '"', "\n", "\r", " ", "é", "\t", "0", "Z", "-", "c"])
        ),
        max_size=3,
    )
)
def test_however_the_file_is_spoilt(tmp_path: Path, edits: list[tuple[int, str]]) -> None:
    text = TEXT
    for at, put in edits:
        text = text[:at] + put + text[at + 1 :]
    path = tmp_path / "calls.csv"
    path.write_bytes(text.encode())
    by_columns, by_rows = _both(path)
    assert by_columns == by_rows


def test_columns_in_capitals_and_times_in_small_letters_are_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(TEXT)
    due = read_calls(path, "US")
    path.write_text(TEXT.replace(HEADER, HEADER.upper()))
    assert read_calls(path, "US") == due
    path.write_text(TEXT.replace("T23:59:59Z", "t23:59:60z"))
    assert all_reported(read_calls(path, "US"), "US")[1].at == all_reported(due, "US")[1].at + 1


def test_a_column_that_is_named_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(TEXT.replace("campaign", "called_number"))
    assert str(_told(lambda: read_calls(path, "US"))).startswith(f"{path}: the header names called_number more than")


def test_numbers_and_empty_cells_as_other_programs_write_them(tmp_path: Path) -> None:
    columns = {"call_ref": [7.0], "start_time": ["2026-11-02T23:59:59Z"], "called_number": [12025550143.0]}
    pl.DataFrame({**columns, "campaign": [float("nan")]}).write_parquet(tmp_path / "calls.parquet")
    (call,) = read_calls(tmp_path / "calls.parquet", "US")
    assert (call.call_ref, call.called_number, call.campaign) == ("7", "12025550143", None)


def test_packed_files_and_parquet(tmp_path: Path) -> None:
    names = ("c.csv.gz", "c.csv.zst", "c.parquet", "c.ndjson", "d.parquet", "C.CSV.GZ", "C.CSV.ZST")
    paths = [tmp_path / name for name in names]
    frame = pl.read_csv(TEXT.encode(), infer_schema=False)
    paths[0].write_bytes(gzip.compress(TEXT.encode()))
    paths[1].write_bytes(zstandard.compress(TEXT.encode()))
    frame.write_parquet(paths[2])
    frame.write_ndjson(paths[3])
    dated = frame.head(3).with_columns(pl.col("start_time").str.to_datetime("%+", time_zone="UTC", strict=False))
    dated.drop_nulls("start_time").write_parquet(paths[4])
    for path, packed in zip(paths[5:], paths, strict=False):
        path.write_bytes(packed.read_bytes())
    assert [_columns(path) is not None for path in paths] == [True, True, True, False, False, True, True]
    for path in paths:
        by_columns, by_rows = _both(path)
        assert by_columns == by_rows


@pytest.mark.parametrize("name", ["c.csv.gz", "c.csv.zst", "c.parquet", "c.csv"])
def test_damaged_and_missing_files_are_told_as_ever(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    by_columns, by_rows = _both(path)
    assert by_columns == by_rows
    path.write_bytes(gzip.compress(TEXT.encode())[:40])
    by_columns, by_rows = _both(path)
    assert by_columns == by_rows
    assert isinstance(by_rows, str)
