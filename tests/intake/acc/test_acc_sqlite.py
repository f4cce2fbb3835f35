from __future__ import annotations

import sqlite3
from contextlib import closing

import orjson
import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acc.sqlite import AccSqlite
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Source

READER = AccSqlite()


@pytest.fixture
def database(golden, tmp_path):
    path = tmp_path / "kamailio.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((golden / "kamailio.sql").read_text())
    return path


def _execute(path, sql):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(sql)


def test_three_tables_are_read_as_one_file(run, database):
    outcome = run(READER, [database])
    assert outcome.fates() == {"accepted": 7}
    assert sorted(outcome.rows["row"]) == list(range(1, 8))
    assert len(outcome.calls) == 4
    call = outcome.call("one@example.net")
    assert (call["start_time"], call["start_basis"], call["answer_time"]) == (1700000003, "final", 1700000003)
    assert (call["duration"], call["record_id"], call["precision"]) == (6.329, "acc:1", 1_000_000)


def test_a_call_whose_invite_row_was_lost_lives_on_in_its_dialog_row(run, database):
    call = run(READER, [database]).call("two@example.net")
    assert (call["start_time"], call["start_basis"], call["answer_time"]) == (1700000013, "final", 1700000013)
    assert (call["downstream"], call["record_id"]) == ("203.0.113.20", "acc_cdrs:2")


def test_a_dialog_over_another_route_than_the_failed_one_is_a_call_of_its_own(run, database):
    outcome = run(READER, [database])
    assert outcome.call("three@example.net", downstream="203.0.113.20")["release_code"] == "503"
    other = outcome.call("three@example.net", downstream="203.0.113.21")
    assert (other["release_code"], other["duration"]) == (None, 0.0)


def test_rows_are_kept_as_json(run, database):
    raw = run(READER, [database]).rows.sort("row")["raw"][0]
    assert orjson.loads(raw)["table"] == "acc"
    assert orjson.loads(raw)["callid"] == "one@example.net"


def test_tables_can_have_other_names_and_times_other_types(run, database):
    _execute(database, "ALTER TABLE acc RENAME TO calls; UPDATE calls SET time = '2023-11-14 22:13:23.5' WHERE id = 1;")
    profile = Profile(files={"calls": "acc"})
    call = run(READER, [database], profile, timezone="UTC").call("one@example.net")
    assert (call["answer_time"], call["precision"]) == (1700000003.5, 100_000)
    _execute(database, "UPDATE calls SET time = 1700000004 WHERE id = 1;")
    assert run(READER, [database], profile).call("one@example.net")["answer_time"] == 1700000004


def test_the_database_is_not_touched(run, database):
    before = (database.read_bytes(), sorted(path.name for path in database.parent.iterdir()))
    run(READER, [database])
    assert (database.read_bytes(), sorted(path.name for path in database.parent.iterdir())) == before


def test_damage_packing_and_foreign_databases_are_refused(run, database, tmp_path):
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(database.read_bytes()[:5000])
    with pytest.raises(InputRefused, match=r"broken\.sqlite"):
        run(READER, [broken])
    packed = database.rename(tmp_path / "kamailio.sqlite.gz")
    with pytest.raises(InputRefused, match="Unpack"):
        run(READER, [packed])
    other = tmp_path / "other.sqlite"
    _execute(other, "CREATE TABLE cdr (id INTEGER);")
    with pytest.raises(InputRefused, match="none of the tables"):
        run(READER, [other])


def test_detects_by_its_tables(database, tmp_path):
    source = Source(0, database, database.name, "")
    claim = READER.detect(source, source.head())
    assert claim is not None
    assert "acc, missed_calls, acc_cdrs" in claim.why
    other = tmp_path / "other.sqlite"
    _execute(other, "CREATE TABLE cdr (id INTEGER);")
    foreign = Source(0, other, other.name, "")
    assert READER.detect(foreign, foreign.head()) is None
