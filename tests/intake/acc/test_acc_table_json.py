"""Accounting tables exported as JSON: what becomes of their rows, in whatever shape the array stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.acc.table_json import AccTableJson
from hoptrace.intake.reading import Source

READER = AccTableJson()
ROW = {
    "id": 7,
    "method": "INVITE",
    "from_tag": "f",
    "to_tag": "t",
    "callid": "[1@example.net]",
    "sip_code": 200,
    "time": 1793614830,
    "src_user": "+12025550143",
    "dst_ouser": "+13125550187",
    "dst_domain": None,
}
BYE = {**ROW, "id": 8, "method": "BYE", "time": 1793614850}
DIALOG = {
    **{"start_time": "2026-11-02T10:20:30Z", "end_time": "2026-11-02T10:20:50Z", "duration": 20.0},
    **{"callid": "3@example.net", "src_user": "+12025550143", "dst_ouser": "+13125550187"},
}
SHAPES = {
    "on one line": json.dumps([ROW, BYE]),
    "an object a line": f"[\n{json.dumps(ROW)},\n{json.dumps(BYE)}\n]\n",
    "a line a key": json.dumps([ROW, BYE], indent="\t"),
    "under the table's name": json.dumps({"acc": [ROW, BYE]}, indent=2),
    "under any name": "\ufeff" + json.dumps({"rows": [ROW, BYE]}),
    "with arrays in the rows": json.dumps([{"via": ["one"], **ROW, "a": [1], "b": ["[", 2]}, {"via": ["two"], **BYE}]),
    "two tables": json.dumps({"acc": [ROW], "missed_calls": [BYE]}),
}


def source_of(path: Path) -> Source:
    return Source(0, path, path.name, "")


def test_tables_of_a_database_in_one_file(run: Any, golden: Path) -> None:
    outcome = run(READER, [golden / "phpmyadmin.json"], timezone="America/Chicago")
    assert outcome.fates() == {"accepted": 3, "duplicate": 1, "skipped": 5}
    call = outcome.call("one@example.net")
    assert (call["start_time"], call["duration"], call["record_id"]) == (1772463605.0, 20.0, "one@example.net;t1")
    assert (call["called_number"], call["egress_called_number"]) == ("12125550112", "+12125550112")
    assert (call["upstream"], call["downstream"]) == ("203.0.113.20", "203.0.113.30")
    busy = outcome.call("two@example.net")
    assert (busy["release_code"], busy["downstream"]) == ("486", "2001:db8::30")


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_whatever_shape_the_array_has(run: Any, tmp_path: Path, text: str) -> None:
    path = tmp_path / "acc.json"
    path.write_text(text)
    assert find_format(source_of(path), readers()).name == "acc_table_json"
    outcome = run(READER, [path])
    assert outcome.fates()["accepted"] == 2
    call = outcome.call("[1@example.net]")
    assert (call["calling_number"], call["called_number"], call["duration"]) == ("+12025550143", "+13125550187", 20.0)


def test_dialogs_and_a_row_that_is_cut(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "acc_cdrs.json"
    path.write_text(f"[{json.dumps(DIALOG)},\n{json.dumps(DIALOG)[:60]}")
    assert find_format(source_of(path), readers()).name == "acc_table_json"
    outcome = run(READER, [path])
    assert outcome.call("3@example.net")["duration"] == 20.0
    assert outcome.reasons() == {}, "without a Call-ID in it, it is not known for a row"
    path.write_text(f"[{json.dumps(ROW)},\n{json.dumps(BYE)[:60]}")
    assert run(READER, [path]).reasons() == {"document is cut: file still being written?": 1}


@pytest.mark.parametrize(
    "text",
    [
        '{"method":"INVITE","from_tag":"a","callid":"b"}',
        '[{"callid":"b"}]',
        '[{"call_id":"b","method":"x"}]',
        "[1]",
        "",
    ],
)
def test_other_files_are_left_to_others(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    assert READER.detect(source_of(path), text.encode()) is None
