from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
import zstandard

from hoptrace.errors import ColumnMissing, InputRefused
from hoptrace.intake.formats.canonical.columns import COLUMNS, REQUIRED
from hoptrace.intake.formats.text import opening
from hoptrace.intake.profile import Profile

Read = Callable[..., Any]
HEADER = "start_time,called_number,record_id\n"
ROW = "2026-11-24T02:03:04.5Z,+12025550101,{}\n"


def test_golden_file(take: Read, fixtures: Path) -> None:
    taken = take(fixtures / "acme.csv")
    first, second, third = taken.calls.to_dicts()
    assert first["start_time"] == datetime(2026, 11, 24, 2, 3, 4, 250_000, UTC)
    assert first["end_time"] == datetime(2026, 11, 24, 2, 3, 40, 500_000, UTC)
    assert (first["precision"], first["start_basis"], first["attestation"]) == (1_000, "received", "B")
    assert (first["release_code"], first["signer"], first["egress_call_id"]) == ("200", "709J", "b1@203.0.113.2")
    assert second["start_time"] == datetime(2026, 11, 24, 2, 3, 5, tzinfo=UTC)
    assert (second["answer_time"], second["end_time"], second["duration"]) == (None, None, 0.0)
    assert (second["calling_number"], second["redirecting_number"]) == ("anonymous", "2025550103")
    assert (third["row"], third["customer"]) == (4, 'Example, "North"\nBranch')
    assert (third["called_number"], third["duration"], third["upstream"]) == ("+1 (202) 555-0105", None, None)
    assert taken.rows["row"].to_list() == [1, 2, 3, 4]
    assert taken.fates() == ["skipped", "accepted", "accepted", "accepted"]
    assert taken.flags == []


def test_every_row_of_a_damaged_file_is_accounted_for(take: Read, fixtures: Path) -> None:
    taken = take(fixtures / "damaged.csv")
    assert taken.rows["row"].to_list() == list(range(1, 15))
    assert taken.calls["record_id"].to_list() == ["sound", "sound too"]
    assert taken.fates() == [
        *("skipped", "rejected", "rejected", "rejected", "rejected", "rejected", "rejected", "skipped"),
        *("accepted", "duplicate", "skipped", "rejected", "accepted", "rejected"),
    ]
    how = "write it as 2026-11-24T02:03:04Z or with +HH:MM"
    assert taken.reasons() == {
        2: [f"start_time has no zone: {how}"],
        3: [f"start_time is not a time: {how}"],
        4: ["start_time is missing", "called_number is missing"],
        5: [
            "answer_time is before start_time",
            "duration is negative",
            "attestation is not A, B or C",
            "upstream and customer are both given: a call comes from one of them",
        ],
        6: ["start_time is not between the years 2000 and 2100", "duration is not a number of seconds"],
        7: ["7 columns where the header has 8"],
        12: ["quotes or number of columns do not fit the header"],
        14: ["last line is cut: file still being written?"],
    }
    lines = (fixtures / "damaged.csv").read_bytes().split(b"\n")
    rejected = taken.rows.filter(pl.col("fate") == "rejected")
    assert dict(rejected.select("row", "raw").iter_rows()) == {row: lines[row - 1] for row in rejected["row"].to_list()}


@pytest.mark.parametrize(
    ("written", "utc", "precision"),
    [
        ("2026-11-24T02:03:04Z", (2, 3, 4, 0), 1_000_000),
        ("2026-11-24t02:03:04z", (2, 3, 4, 0), 1_000_000),
        ("2026-11-24 02:03:04.1Z", (2, 3, 4, 100_000), 100_000),
        ("2026-11-24T02:03:04.123Z", (2, 3, 4, 123_000), 1_000),
        ("2026-11-24T02:03:04.123456Z", (2, 3, 4, 123_456), 1),
        ("2026-11-24T02:03:04.123456789Z", (2, 3, 4, 123_456), 1),
        ("2026-11-24T04:33:04+02:30", (2, 3, 4, 0), 1_000_000),
        ("2026-11-24T00:33:04.5-0130", (2, 3, 4, 500_000), 100_000),
        ("2026-11-24T02:03:04-00:00", (2, 3, 4, 0), 1_000_000),
    ],
)
def test_times(taken: Read, written: str, utc: tuple[int, int, int, int], precision: int) -> None:
    call = taken(f"{HEADER}{written},+12025550101,1\n{ROW.format(2)}").calls.to_dicts()[0]
    assert call["start_time"] == datetime(2026, 11, 24, *utc, tzinfo=UTC)
    assert call["precision"] == precision


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30T00:00:00Z",
        "2026-11-24T25:00:00Z",
        "2026-11-24T02:03Z",
        "1794650584",
        "x",
        "2026-11-24T02:03:04.Z",
        "2026-11-24T02:03:04 PST",
        "2026-11-24T02:03:04+99:00",
        "2026-11-24",
        " 26-11-24T02:03:04Z",
    ],
)
def test_what_is_no_time_is_rejected(taken: Read, written: str) -> None:
    (reasons,) = taken(f"{HEADER}{written},+12025550101,1\n").reasons().values()
    assert reasons[0].startswith("start_time is not a time")


@pytest.mark.parametrize("written", ["hello", "sip:alice@example.net", "anonymous", "?"])
def test_a_called_number_without_a_digit_is_rejected(taken: Read, written: str) -> None:
    (reasons,) = taken(f"{HEADER}2026-11-24T02:03:04Z,{written},1\n").reasons().values()
    assert reasons == ["called_number is no telephone number"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark(taken: Read, end: str, mark: str) -> None:
    text = mark + (HEADER + ROW.format(1) + "\n" + mark + HEADER + ROW.format(2)).replace("\n", end)
    result = taken(text)
    assert result.fates() == ["skipped", "accepted", "skipped", "skipped", "accepted"]
    assert result.calls["record_id"].to_list() == ["1", "2"]


def test_packed_files_and_json_and_parquet_say_the_same(taken: Read, fixtures: Path, tmp_path: Path) -> None:
    content = (fixtures / "acme.csv").read_bytes()
    expected = taken(content).calls
    half = content.index(b"\n", 300) + 1
    frames = b"".join(zstandard.ZstdCompressor().compress(part) for part in (content[:half], content[half:]))
    assert taken(gzip.compress(content), "a.csv.gz").calls.equals(expected)
    assert taken(frames, "a.csv.zst").calls.equals(expected)
    frame = pl.read_csv(content, infer_schema=False)
    lines = frame.write_ndjson().encode()
    loose = expected.drop("row")
    assert taken(lines, "a.ndjson").calls.drop("row").equals(loose)
    assert taken(gzip.compress(lines), "a.ndjson.gz").calls.drop("row").equals(loose)
    frame.write_parquet(tmp_path / "p.parquet")
    read = taken((tmp_path / "p.parquet").read_bytes(), "a.parquet")
    assert read.calls.drop("row").equals(loose)
    assert read.rows["row"].to_list() == [1, 2, 3]


def test_typed_parquet(taken: Read, tmp_path: Path) -> None:
    start = datetime(2026, 11, 24, 2, 3, 4, 250_000, UTC)
    frame = pl.DataFrame(
        {"start_time": [start, None], "called_number": [12025550101, 12025550102], "duration": [1.5, 0]}
    )
    frame.write_parquet(tmp_path / "p.parquet")
    result = taken((tmp_path / "p.parquet").read_bytes(), "t.parquet")
    assert result.calls.select("start_time", "called_number", "duration").row(0) == (start, "12025550101", 1.5)
    assert result.fates() == ["accepted", "rejected"]
    assert b'"called_number":"12025550102"' in result.rows["raw"][1]


def test_lists_and_structs_of_parquet_read_as_those_of_json_lines(taken: Read, tmp_path: Path) -> None:
    rows = [
        {"start_time": "2026-11-24T02:03:04Z", "called_number": "+12025550101", "upstream": up, "call_id": ids}
        for up, ids in (({"trunk": "é 7", "port": 5060.0}, ['a"b', None]), ({"trunk": "x", "port": 0.5}, None))
    ]
    lines = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    pl.DataFrame(rows).write_parquet(tmp_path / "p.parquet")
    read = taken((tmp_path / "p.parquet").read_bytes(), "p.parquet").calls
    told = taken(lines, "n.ndjson").calls
    assert read.select("upstream", "call_id").equals(told.select("upstream", "call_id"))
    assert read["upstream"].to_list() == ['{"trunk": "é 7", "port": 5060}', '{"trunk": "x", "port": 0.5}']


def test_parquet_types_of_other_writers(taken: Read, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "start_time": [b"2026-11-24T02:03:04Z", b"2026-11-24T02:03:05Z"],
            "called_number": pl.Series(["12025550101", "12025550102"]).cast(pl.Decimal(38, 10)),
            "duration": [timedelta(milliseconds=1500), None],
            "calling_number": [b"+12025550143", b"\xff"],
        }
    )
    frame.write_parquet(tmp_path / "p.parquet")
    result = taken((tmp_path / "p.parquet").read_bytes(), "t.parquet")
    assert result.fates() == ["accepted", "accepted"]
    told = result.calls.select("called_number", "duration", "calling_number").rows()
    assert told == [("12025550101", 1.5, "+12025550143"), ("12025550102", None, "\ufffd")]


def test_json_lines_with_damage(taken: Read) -> None:
    good = '{"start_time":"2026-11-24T02:03:04.5Z","called_number":12025550101,"duration":2.5,"note":"x"}\n'
    later = '{"start_time":"2026-11-24T02:03:05.5Z","called_number":"105","upstream":"bravo"}\n'
    result = taken(good + "\n[1]\n{oops}\n" + good + later + '{"start_time":"2026', "a.ndjson")
    assert result.fates() == ["accepted", "skipped", "rejected", "rejected", "duplicate", "accepted", "rejected"]
    assert result.calls["called_number"].to_list() == ["12025550101", "105"]
    assert result.calls["upstream"].to_list() == [None, "bravo"]
    assert result.reasons()[7] == ["last line is cut: file still being written?"]
    assert result.flags[0] == "columns that are not canonical were left out: note"


@pytest.mark.parametrize(
    ("content", "name", "error", "says"),
    [
        (b"", "e.csv", InputRefused, "is empty"),
        (b"\n \n", "e.csv", InputRefused, "is empty"),
        (HEADER.encode("utf-16"), "u.csv", InputRefused, "UTF-16"),
        (b"\0" * 100, "z.csv", InputRefused, "zero bytes"),
        (b"2026-11-24T02:03:04Z,+12025550101\n", "h.csv", InputRefused, "line 1: no header"),
        (b"start_time,duration\n", "m.csv", ColumnMissing, "required column called_number is missing"),
        (b"start_tiem,called_nr,duration\n", "m.csv", ColumnMissing, "«start_tiem» may be meant as start_time"),
        (b"start_time,called_number,duration,Duration\n", "d.csv", InputRefused, "duration more than once"),
        (b'{"start_time":"2026-11-24T02:03:04Z"}\n', "j.ndjson", ColumnMissing, "called_number"),
        (b"PAR1 oh no", "p.parquet", InputRefused, "no whole Parquet file"),
        (b"start_time,called_number\n", "p.parquet", InputRefused, "no whole Parquet file"),
        (gzip.compress(b"start_time,called_number\n" * 9, mtime=0)[:-9], "c.csv.gz", InputRefused, "cut or damaged"),
        (b"no gzip", "c.csv.gz", InputRefused, "cut or damaged"),
        (zstandard.compress(HEADER.encode() * 999)[:-3], "c.csv.zst", InputRefused, "cut or damaged"),
        (b"no zstd", "c.csv.zst", InputRefused, "cut or damaged"),
    ],
)
def test_whole_file_refusals(taken: Read, content: bytes, name: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as refused:
        taken(content, name)
    assert says in str(refused.value)
    assert name in str(refused.value)


def test_a_directory_is_refused(take: Read, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="is a directory"):
        take(tmp_path)


def test_huge_fields_are_rejected_alone(taken: Read) -> None:
    huge = ROW.format("x" * 10_001)
    result = taken(HEADER + huge + ROW.format(1))
    assert result.reasons() == {2: ["a field is longer than 10,000 characters"]}
    assert result.rows["raw"][1] == huge.encode()[:-1]


def test_bytes_that_are_not_utf_8_cost_no_call(taken: Read) -> None:
    bad = b"2026-11-24T02:03:04Z,+12025550101,\xa5\xa5\n"
    result = taken(HEADER.encode() + bad + ROW.format(1).encode())
    assert result.calls["record_id"].to_list() == ["\ufffd\ufffd", "1"]
    assert result.flags == ["bytes that are not UTF-8, shown as replacement marks, in 1 rows"]
    line = b'{"start_time":"2026-11-24T02:03:04Z","called_number":"+12025550101","record_id":"\xa5"}\n'
    result = taken(line + line.replace(b"\xa5", b"2"), name="cdr.ndjson")
    assert result.calls["record_id"].to_list() == ["\ufffd", "2"]
    broken = taken(HEADER.encode() + bad.replace(b"+12025550101", b""))
    assert broken.rows["raw"][1] == bad.replace(b"+12025550101", b"")[:-1], "a rejected row keeps its bytes"


def test_whole_minutes_are_told_and_widen_the_precision(taken: Read) -> None:
    minutes = "".join(f"2026-11-24T02:{n:02d}:00Z,+12025550101,{n}\n" for n in range(6))
    result = taken(HEADER + minutes)
    assert set(result.calls["precision"]) == {60_000_000}
    assert "full minute" in result.flags[0]
    result = taken(HEADER + minutes + ROW.format(9))
    assert set(result.calls["precision"]) == {1_000_000, 100_000}
    assert result.flags == []


def test_spreadsheet_damage_and_a_missing_line_end_are_told(taken: Read) -> None:
    flags = taken(HEADER + "2026-11-24T02:03:04Z,9.12678E+11,1").flags
    assert [flag for flag in flags if "spreadsheet" in flag]
    assert [flag for flag in flags if "no line end" in flag]


def test_a_profile_names_other_columns(taken: Read) -> None:
    profile = Profile(fields={"start_time": "When", "called_number": ("b2", "b")})
    result = taken("when,b,b2\n2026-11-24T02:03:04Z,105,\n2026-11-24T02:03:05Z,106,107\n", profile=profile)
    assert result.calls["called_number"].to_list() == ["105", "107"]


def test_semicolons_are_read_and_told(taken: Read) -> None:
    result = taken((HEADER + ROW.format(1)).replace(",", ";"))
    assert result.calls["record_id"].to_list() == ["1"]
    assert "separated by ';'" in result.flags[0]


def test_columns_named_like_inner_ones(taken: Read) -> None:
    result = taken("row,raw,hash,text,why,start_time,called_number\n9,b,c,d,e,2026-11-24T02:03:04Z,105\n")
    assert result.calls.select("row", "called_number").row(0) == (2, "105")


def test_pieces_do_not_show(taken: Read, fixtures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (fixtures / "acme.csv").read_bytes() + (fixtures / "damaged.csv").read_bytes()
    body = (HEADER + "".join(ROW.format(f'"{n}\n{n}"') for n in range(40)) + ROW.format('"7\n7"')).encode()
    whole = [taken(content), taken(body), taken(body.replace(b"\n", b"\r\n"))]
    for size in (1, 7, 64):
        monkeypatch.setattr(opening, "PIECE_BYTES", size)
        pieces = [taken(content), taken(body), taken(body.replace(b"\n", b"\r\n"))]
        for one, other in zip(whole, pieces, strict=True):
            assert other.rows.drop("call").equals(one.rows.drop("call"))
            assert other.calls.drop("call").equals(one.calls.drop("call"))
    assert whole[1].fates() == ["skipped", *["accepted"] * 40, "duplicate"]
    assert whole[1].rows["row"].to_list() == [1, *range(2, 84, 2)]


@pytest.mark.parametrize("word", ["NULL", "\\N", '"NULL"', " NULL "])
@pytest.mark.parametrize("name", ["cdr.csv", "cdr.ndjson"])
def test_what_a_database_writes_for_nothing_is_nothing(take: Read, tmp_path: Path, word: str, name: str) -> None:
    columns = [column for column in COLUMNS if column not in REQUIRED]
    path = tmp_path / name
    if name.endswith("csv"):
        cells = ["2026-11-24T02:03:04Z", "+12025550101", *([word] * len(columns))]
        path.write_text("\n".join(",".join(row) for row in ([*REQUIRED, *columns], cells)) + "\n")
    else:
        path.write_bytes(
            orjson.dumps(
                dict(zip(REQUIRED, ("2026-11-24T02:03:04Z", "+12025550101"), strict=True))
                | dict.fromkeys(columns, word.strip('"'))
            )
        )
    taken = take(path)
    said = {name: value for name, value in taken.calls.row(0, named=True).items() if value is not None}
    assert set(said) == {"call", "file", "row", "start_time", "start_basis", "precision", "called_number"}


def test_words_that_hold_null_are_words(take: Read, tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv"
    path.write_text("start_time,called_number,upstream,record_id\n2026-11-24T02:03:04Z,+12025550101,NULLTEL,null\n")
    assert take(path).calls.select("upstream", "record_id").row(0) == ("NULLTEL", "null")


def test_a_call_to_nothing_is_rejected(take: Read, tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv"
    path.write_text("start_time,called_number\n2026-11-24T02:03:04Z,NULL\n")
    assert take(path).reasons() == {2: ["called_number is missing"]}
