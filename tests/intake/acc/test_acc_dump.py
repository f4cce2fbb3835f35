"""SQL dumps of accounting tables: what mysqldump, pg_dump and sqlite3 write, and what is broken in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acc.dump import CUT, NOT_READ, AccDump
from hoptrace.intake.formats.acc.sqlite import AccSqlite
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

GOLDEN = Path(__file__).parents[3] / "fixtures" / "formats" / "acc"
DUMP = (GOLDEN / "mysqldump.dump").read_bytes()
NAMES = "id, method, from_tag, to_tag, callid, sip_code, sip_reason, time, src_user, src_ip, dst_ouser, dst_user"
COPIED = (
    f"COPY public.acc ({NAMES}) FROM stdin;\n"
    "1\tINVITE\tf1\tt1\td1@example.net\t200\tOK\\t\t2026-03-02 14:00:03\t2125550111\t203.0.113.10\t12125550112\t\\N\n"
    "2\tBYE\tf1\tt1\td1@example.net\t200\tOK\t2026-03-02 14:00:09\t2125550111\t203.0.113.10\t12125550112\t\\N\n"
    "\\.\n"
)


def read(path: Path, content: bytes, reader: AccDump | AccSqlite | None = None) -> Chunk:
    path.write_bytes(content)
    context = Context(Carrier("golf", country="US"), timezone="UTC")
    (chunk,) = (reader or AccDump()).read([Source(0, path, path.name, "")], context)
    return chunk


def test_calls_of_a_mysqldump(tmp_path: Path) -> None:
    chunk = read(tmp_path / "acc.sql", DUMP)
    told = chunk.calls.sort("start_time").select("call_id", "called_number", "duration", "release_code", "record_id")
    assert told.rows() == [
        ("d1@example.net", "12125550112", 6.0, "200", "acc:1"),
        ("d3@example.net", "12125550116", 0.0, "503", "missed_calls:1"),
    ]
    assert chunk.rows.sort("row")["fate"].to_list() == ["accepted", "accepted", "rejected", "accepted"]
    assert chunk.rows.sort("row")["raw"][1].startswith(rb"(2,'BYE','f1','t1','d1@example.net','200','It\'s over'")


def test_a_copy_of_pg_dump(tmp_path: Path) -> None:
    chunk = read(tmp_path / "acc.sql", COPIED.encode())
    assert chunk.calls.select("call_id", "duration", "egress_called_number").rows() == [("d1@example.net", 6.0, None)]


def test_a_dump_of_a_database_tells_what_the_database_tells(tmp_path: Path) -> None:
    path = tmp_path / "kamailio.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((GOLDEN / "kamailio.sql").read_text())
        dumped = "\n".join(database.iterdump()).encode()
    of_database = read(path, path.read_bytes(), AccSqlite())
    of_dump = read(tmp_path / "dump.sql", dumped)
    order = ["start_time", "call_id"]
    assert of_dump.calls.drop("row").sort(order).equals(of_database.calls.drop("row").sort(order))


@pytest.mark.parametrize(
    ("damage", "reasons"),
    [
        ((b"'OK (late)'", b"'OK (late)"), [NOT_READ]),
        ((b",'203.0.113.77');", b");"), ["12 columns where acc has 13"]),
        ((b"INSERT INTO `missed_calls`", b"INSXRT INTO `missed_calls`"), [NOT_READ]),
        ((DUMP[DUMP.index(b"'Service") :], b""), [CUT]),
    ],
)
def test_broken_rows_are_rejected_and_the_others_read(
    tmp_path: Path, damage: tuple[bytes, bytes], reasons: list[str]
) -> None:
    chunk = read(tmp_path / "acc.sql", DUMP.replace(*damage))
    found = [reason for (reason, *_) in chunk.rows.filter(fate="rejected").sort("row")["reasons"].to_list()]
    assert set(reasons) <= set(found)
    assert "d1@example.net" in chunk.calls["call_id"].to_list()
    assert chunk.rows.height == 4


def test_columns_are_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="nothing in it names the columns of acc"):
        read(tmp_path / "acc.sql", b"INSERT INTO acc VALUES (1,'INVITE','f','t','c','200','OK');\n")


def test_other_tables_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no row of a table acc, missed_calls, acc_cdrs"):
        read(tmp_path / "acc.sql", b"INSERT INTO `subscriber` VALUES (1,'desk');\n")


ROW = b"(1,'INVITE','f1','t1','d1@example.net','200','OK','2026-03-02 14:00:03','2125550111','gw','12125550112',3)"
STRAY = (b"INSRT INTO acc VALUES " + ROW, b"  " + ROW + b",", b"x (7,'BYE'", b"\t(", b"values", b"INSERT acc Values (")
PLAIN = (b"", b"UNLOCK TABLES;", b"  `id` int(10, 2),", b"KEY (a, b)", b"-- evaluesx", b"x (17, 5)", b" ; (")


@given(
    lines=st.lists(st.sampled_from((*STRAY, *PLAIN)), max_size=6),
    end=st.sampled_from([b"\n", b"\r", b"\r\n"]),
    first=st.booleans(),
)
def test_lines_between_statements_that_have_rows_are_rejected(lines: list[bytes], end: bytes, first: bool) -> None:
    insert = f"INSERT INTO acc ({NAMES}) VALUES ".encode() + ROW + b";"
    content = end.join([*lines, insert] if first else [insert, *lines, insert, *lines]) + end
    with TemporaryDirectory() as folder:
        chunk = read(Path(folder) / "acc.sql", content)
    expected = [line for line in lines if line in STRAY] * (1 if first else 2)
    assert chunk.rows.filter(fate="rejected").sort("row")["raw"].to_list() == expected
    assert chunk.rows.height == len(expected) + (1 if first else 2)
