"""Limits against hostile files: each refuses with file, line, limit and what to do, for whichever reader."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
import zstandard

import hoptrace.intake.limits as limits_module
from hoptrace.errors import InputRefused
from hoptrace.intake.batches import stored_batches
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.json.documents import documents_of
from hoptrace.intake.formats.json.parsing import TOO_DEEP
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.limits import check_content, check_values, too_long
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.intake.submit import submit
from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import RAW_CALLS
from hoptrace.settings import IntakeSettings
from hoptrace.workspace import init_workspace

FIXTURES = Path(__file__).parents[3] / "fixtures" / "formats"
PACK = {".gz": lambda data: gzip.compress(data, 1), ".zst": zstandard.compress}
GOLDEN = {
    "canonical": "canonical/acme.csv",
    "acc_json": "acc/kamailio-acc-json.log",
    "acc_syslog": "acc/kamailio-acc.log",
    "acc_flatstore": "acc/acc_1.log",
    "freeswitch_json": "freeswitch/a_leg.cdr.json",
    "yate": "yate/combined.csv",
    "asterisk": "asterisk/Master.csv",
    "acme": "acme/cdr20231218.csv",
    "ribbon_act": "ribbon/1000A0B.ACT",
    "audiocodes": "audiocodes/syslog.log",
}


def source(path: Path, **limits: int) -> Source:
    return Source(0, path, path.name, "", IntakeSettings(**limits))


def read_all(name: str, path: Path, **limits: int) -> None:
    (reader,) = [each for each in readers() if each.name == name]
    profile = load_profile(FIXTURES / "acc" / "flatstore.toml") if name == "acc_flatstore" else Profile()
    for _ in reader.read([source(path, **limits)], Context(Carrier("oak", country="US"), profile, "UTC")):
        pass


@pytest.mark.parametrize("packing", sorted(PACK))
def test_a_bomb_is_refused_before_it_is_unpacked(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"cdr.csv{packing}"
    path.write_bytes(PACK[packing](b"row\n" * 4 + b"0" * (80 << 20)))
    with pytest.raises(InputRefused, match=r"cdr\.csv\S+, line 5: expands to more than 200 times .*most_expansion"):
        content_of(source(path))
    assert len(content_of(source(path, most_expansion=100_000, longest_row=1 << 30))) == (80 << 20) + 16


@pytest.mark.parametrize("packing", sorted(PACK))
def test_small_files_may_repeat_themselves(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"cdr.csv{packing}"
    path.write_bytes(PACK[packing](b"the same row\n" * 500_000))
    assert len(content_of(source(path))) == 13 * 500_000


@pytest.mark.parametrize("packing", sorted(PACK))
def test_members_are_counted(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"cdr.csv{packing}"
    path.write_bytes(PACK[packing](b"a\n") * 6)
    assert content_of(source(path, most_members=6)) == b"a\n" * 6
    with pytest.raises(InputRefused, match=r"line 6: more than 5 (gzip members|Zstandard frames).*most_members"):
        content_of(source(path, most_members=5))


@pytest.mark.parametrize("packing", sorted(PACK))
@pytest.mark.parametrize("kept", [0.2, 0.9])
def test_a_packed_file_that_is_cut_is_refused(packing: str, kept: float, tmp_path: Path) -> None:
    path = tmp_path / f"cdr.csv{packing}"
    packed = PACK[packing](bytes(range(256)) * 40)
    path.write_bytes(packed[: int(len(packed) * kept)])
    with pytest.raises(InputRefused, match="cannot be read or unpacked"):
        content_of(source(path))


def test_zeros_behind_a_gzip_member_are_padding_and_other_bytes_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv.gz"
    path.write_bytes(gzip.compress(b"a\n") + b"\0" * 512 + gzip.compress(b"b\n") + b"\0")
    assert content_of(source(path)) == b"a\nb\n"
    path.write_bytes(gzip.compress(b"a\n") + b"more")
    with pytest.raises(InputRefused, match="cannot be read or unpacked: Not a gzipped file"):
        content_of(source(path))


def test_what_is_unpacked_piece_by_piece_is_the_whole(tmp_path: Path) -> None:
    data = b"".join(b"%d,row\n" % (n * n) for n in range(300_000))
    for packing, pack in PACK.items():
        path = tmp_path / f"cdr.csv{packing}"
        path.write_bytes(pack(data[:1_000_000]) + pack(data[1_000_000:]))
        with source(path).open() as stream:
            assert b"".join(iter(lambda: stream.read(77_777), b"")) == data
    with pytest.raises(zlib.error), source(_with(tmp_path, b"\x1f\x8bnothing")).open() as stream:
        stream.read()


def _with(folder: Path, data: bytes) -> Path:
    path = folder / "damaged.gz"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_row_that_is_too_long_refuses_the_file_in_every_reader(name: str, tmp_path: Path) -> None:
    path = tmp_path / Path(GOLDEN[name]).name
    good = (FIXTURES / GOLDEN[name]).read_bytes()
    path.write_bytes(good)
    read_all(name, path, longest_row=100_000)
    path.write_bytes(good + b"x" * 100_001 + b"\n")
    line = good.count(b"\n") + 1
    with pytest.raises(
        InputRefused, match=rf"{path.name}, line {line:,}: a line of more than 100,000 bytes.*longest_row"
    ):
        read_all(name, path, longest_row=100_000)


@pytest.mark.parametrize("name", sorted(GOLDEN.keys() - {"canonical"}))
def test_a_file_of_too_many_rows_is_refused_in_every_reader_that_joins_them(name: str, tmp_path: Path) -> None:
    path = tmp_path / Path(GOLDEN[name]).name
    path.write_bytes((FIXTURES / GOLDEN[name]).read_bytes() + b"\n" * 2_000)
    with pytest.raises(InputRefused, match=rf"{path.name}, line 2,001: more than 2,000 lines.*most_rows"):
        read_all(name, path, most_rows=2_000)


def test_a_database_with_an_endless_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acc.sqlite"
    with sqlite3.connect(path) as database:
        database.executescript((FIXTURES / "acc" / "kamailio.sql").read_text(encoding="utf-8"))
        database.execute("UPDATE acc SET from_tag = ?", ("t" * 200_000,))
    database.close()
    read_all("acc_sqlite", path, longest_row=1_000_000)
    with pytest.raises(InputRefused, match=r"more than 100,000 bytes \(string or blob too big\).*longest_row"):
        read_all("acc_sqlite", path, longest_row=100_000)


def test_where_a_line_is_too_long() -> None:
    assert too_long(b"abc\nabcd\nabcde\n", 4) == 9
    assert too_long(b"abc\rabcd\rabcde", 4) == 9
    assert too_long(b"abcd\r\nabcd\r\n", 4) is None
    assert too_long(b"", 4) is None
    assert too_long(b"abcde", 5) is None


def test_xml_with_entities_is_refused() -> None:
    xml = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!DOCTYPE a [\n<!ENTITY b "cc">\n]>\n<a>&b;</a>'
    with pytest.raises(InputRefused, match=r"cdr\.xml, line 3: the XML declares entities"):
        check_content(xml, "cdr.xml", IntakeSettings())
    check_content(xml.replace(b'<!ENTITY b "cc">', b""), "cdr.xml", IntakeSettings())
    check_content(b"a,<!ENTITY,b\n", "cdr.csv", IntakeSettings())


def test_json_that_nests_too_deeply_is_rejected_by_itself() -> None:
    deep = b'{"variables":' * 70 + b"1" + b"}" * 70
    deepest = b'{"a":' * 100_000
    problems = [document.problem for document in documents_of(b'{"a": 1}\n' + deep + b"\n" + deepest)]
    assert problems[:2] == [None, TOO_DEEP]
    assert problems[2] is not None


@pytest.mark.parametrize("name", ["acc_json", "canonical"])
def test_json_lines_that_nest_without_end_are_rejected(name: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    row = {"start_time": "2026-05-01T10:00:00Z", "called_number": "+12025550143", "method": "INVITE", "callid": "1@h"}
    good = orjson.dumps(row | {"from_tag": "f", "sip_code": "486", "time": 1_777_777_777, "dst_user": "12025550143"})
    path.write_bytes(good + b"\n" + good[:-1] + b',"deep":' + b"[" * 50_000 + b"]" * 50_000 + b"}\n")
    (reader,) = [each for each in readers() if each.name == name]
    rows = pl.concat([chunk.rows for chunk in reader.read([source(path)], Context(Carrier("oak")))]).sort("row")
    assert rows["fate"].to_list() == ["accepted", "rejected"]


def test_a_value_that_is_too_long_is_refused_with_its_place() -> None:
    row: dict[str, Any] = {"call": 0, "file": 1, "row": 7, "called_number": "1" * 300}
    calls = pl.DataFrame([row], schema=RAW_CALLS)
    check_values(calls, ["a.csv", "b.csv"], IntakeSettings())
    with pytest.raises(
        InputRefused, match=r"b\.csv, row 7: called_number has 300 bytes, more than the 256.*longest_value"
    ):
        check_values(calls, ["a.csv", "b.csv"], IntakeSettings(longest_value=256))
    check_values(RAW_CALLS.to_frame(), [], IntakeSettings())


def test_settings_of_the_workspace_count_and_nothing_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOPTRACE_INTAKE__LONGEST_VALUE", "300")
    monkeypatch.setattr(limits_module, "_ROOMY", 1_000)
    row = "2026-05-01T10:00:00Z,0,+12025550143,+13125550187,"
    with init_workspace(tmp_path / "workspace") as workspace:
        carriers = tmp_path / "carriers.csv"
        carriers.write_text("carrier_id,country\noak,US\n")
        workspace.catalog.directory.load_directory(carriers, None)
        bad = tmp_path / "bad.csv"
        bad.write_text(f"start_time,duration,calling_number,called_number,record_id\n{row}1\n{row}{'9' * 301}\n")
        with pytest.raises(InputRefused, match=r"bad\.csv, row 3: record_id has 301 bytes"):
            submit(workspace, [bad], "oak")
        packed = tmp_path / "bomb.csv.gz"
        packed.write_bytes(gzip.compress(bad.read_bytes()[:108] + b"\n" * 2_000_000))
        with pytest.raises(InputRefused, match="most_expansion"):
            submit(workspace, [packed], "oak")
        assert stored_batches(workspace) == []
