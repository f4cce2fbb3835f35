from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoptrace.intake.formats.freeswitch.variables import read_variables
from hoptrace.intake.formats.json import parsing as json_parsing
from hoptrace.intake.formats.json.documents import documents_of
from hoptrace.intake.formats.json.values import clean
from hoptrace.intake.reading import Chunk
from hoptrace.model.statements import RAW_CALLS, ROWS

START = "1772460001000120"
DIALLED = "sofia/gateway/gw-east/912125550140"


def document(**variables: Any) -> dict[str, Any]:
    usual = {"uuid": "u1", "direction": "inbound", "start_uepoch": START, "sip_req_user": "12125550140"}
    return {"core-uuid": "c", "variables": {**usual, **variables}, "callflow": []}


def one(read, tmp_path: Path, *documents: dict[str, Any]) -> Chunk:
    path = tmp_path / "a.json"
    path.write_text("\n".join(json.dumps(d) for d in documents), encoding="utf-8")
    return read(path)


def test_legs_of_three_documents_are_two_attempts(golden: Path, read) -> None:
    chunk = read(golden / "a_leg.cdr.json", golden / "b_legs.cdr.json")
    assert chunk.calls.schema == RAW_CALLS
    assert chunk.rows.schema == ROWS
    failed, answered = chunk.calls.sort("release_code", descending=True).to_dicts()
    for call in (failed, answered):
        assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 120, tzinfo=UTC)
        assert (call["call_id"], call["upstream"], call["precision"]) == ("aleg-1@203.0.113.31", "203.0.113.31", 1)
        assert call["identity"].endswith("ppt=shaken")
        assert call["redirecting_number"].startswith("<sip:+12125550199@")
    assert (failed["downstream"], failed["release_code"], failed["duration"]) == ("gw-east", "503", 0.0)
    assert (answered["downstream"], answered["egress_call_id"]) == ("gw-west", "bleg-2@sw1")
    assert (answered["release_code"], answered["duration"]) == ("16", 10.0)
    members = chunk.rows.filter(pl.col("call") == answered["call"]).select("file", "row").rows()
    assert members == [(0, 1), (1, 2)]


def test_many_documents_damage_and_url_encoding(golden: Path, read) -> None:
    chunk = read(golden / "mixed.cdr.json")
    assert chunk.rows["fate"].to_list() == ["accepted", "rejected", "rejected", "duplicate", "rejected"]
    assert chunk.rows.filter(pl.col("fate") == "rejected")["reasons"].to_list() == [
        ["no called number"],
        ["not a JSON document"],
        ["document is cut: file still being written?"],
    ]
    assert chunk.calls["called_number"].to_list() == ["+12125550141"]
    assert chunk.rows["raw"][2] == b"not json at all"


def test_values_are_decoded_only_where_all_are_encoded() -> None:
    encoded = {"sip_req_user": "%2B1", "sip_call_id": "x%40y"}
    assert read_variables(encoded) == {"sip_req_user": "+1", "sip_call_id": "x@y"}
    assert read_variables({**encoded, "not_looked_at": "x@y"}) == encoded


def test_an_incoming_leg_alone_names_the_gateway_that_it_dialled(read, tmp_path: Path) -> None:
    leg = document(last_app="bridge", last_arg="{x=1}sofia/gateway/gw-east/912125550140")
    call = one(read, tmp_path, leg).calls.row(0, named=True)
    assert (call["downstream"], call["egress_called_number"]) == ("gw-east", "912125550140")


LOG = [("set", "a=b"), ("bridge", "sofia/gateway/gw-west/12125550141"), ("bridge", DIALLED), ("hangup", "USER_BUSY")]


@pytest.mark.parametrize("many", [1, 200])
def test_a_bridge_that_only_the_log_of_applications_tells(read, tmp_path: Path, many: int) -> None:
    """A route that failed is followed by an announcement or a hangup, which is then the last application."""
    applications = [{"app_name": name, "app_data": data, "app_stamp": "1772460001000130"} for name, data in LOG]
    legs = [
        document(uuid=f"u{n}", last_app="hangup", last_arg="USER_BUSY") | {"app_log": {"applications": applications}}
        for n in range(many)
    ]
    calls = one(read, tmp_path, *legs).calls
    assert calls.select("downstream", "egress_called_number").unique().rows() == [("gw-east", "912125550140")]
    assert calls.height == many


def test_a_bridge_that_was_only_planned_was_not_dialled(read, tmp_path: Path) -> None:
    plan = {"extension": {"applications": [{"app_name": "bridge", "app_data": DIALLED}]}}
    leg = document(last_app="hangup") | {"app_log": {"applications": [{"app_name": "hangup"}]}, "callflow": [plan]}
    assert one(read, tmp_path, leg).calls["downstream"].to_list() == [None]


def test_a_registered_user_is_no_neighbour(read, tmp_path: Path) -> None:
    leg = document(
        last_app="bridge", last_arg="user/1002@example.net", bridge_channel="sofia/internal/1002@203.0.113.9"
    )
    assert one(read, tmp_path, leg).calls["downstream"].to_list() == [None]


def test_an_outgoing_leg_alone_takes_the_numbers_of_its_originator(read, tmp_path: Path) -> None:
    leg = document(direction="outbound", sip_gateway_name="gw-east", sip_call_id="b@x")
    origin = {"caller_id_number": "12025550130", "destination_number": "700", "network_addr": "203.0.113.31"}
    leg["callflow"] = {"caller_profile": {"originator": {"originator_caller_profiles": [origin]}}}
    call = one(read, tmp_path, leg).calls.row(0, named=True)
    assert (call["upstream"], call["downstream"]) == ("203.0.113.31", "gw-east")
    assert (call["called_number"], call["egress_called_number"]) == ("700", "12125550140")
    assert (call["call_id"], call["egress_call_id"]) == (None, "b@x")


def test_the_first_call_flow_has_what_was_received(read, tmp_path: Path) -> None:
    leg = document(sip_req_user="")
    leg["callflow"] = [
        {"profile_index": "2", "caller_profile": {"destination_number": "1002", "rdnis": "700"}},
        {"profile_index": "1", "caller_profile": {"destination_number": "700", "rdnis": ""}},
    ]
    call = one(read, tmp_path, leg).calls.row(0, named=True)
    assert (call["called_number"], call["redirecting_number"]) == ("700", None)


def test_repeated_keys_keep_the_first_that_is_not_empty() -> None:
    (found,) = documents_of(b'{"a": "", "a": "1", "a": "2"}')
    assert found.data == {"a": "1"}


def test_bytes_that_are_not_utf8_keep_the_call(read, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(document(sip_from_user="XX")).encode().replace(b"XX", b"A\xa5"))
    chunk = read(path)
    assert chunk.calls["calling_number"].to_list() == ["A\ufffd"]
    assert b"A\xa5" in chunk.rows["raw"][0]
    assert clean("lone \ud800") == "lone ?"


def test_negative_durations_are_dropped_and_flagged(read, tmp_path: Path) -> None:
    leg = document(answer_uepoch="1772460002000000", end_uepoch="1772460004000000", billusec="-1772460002000000")
    chunk = one(read, tmp_path, leg)
    assert chunk.calls["duration"].to_list() == [2.0]
    assert chunk.flags == ((0, "durations that cannot be, left out: 1"),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"plain text\nof two lines\n", "not a JSON document"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"a": ' * 100 + b"1" + b"}" * 100, "nested too deeply"),
        (b'{"a": ' * 100_000, "nested too deeply"),
        (b'{"a": 1', "document is cut: file still being written?"),
    ],
)
def test_what_is_no_document_is_one_rejected_row(read, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert read(path).rows.select("row", "fate", "reasons").rows() == [(1, "rejected", [reason])]


@pytest.mark.parametrize(
    ("index", "epoch"),
    [("\u00b2", "1772460001000120"), ("1", "0" * 30 + "1772460001000120"), ("1", "0" * 10 + "9" * 40)],
)
def test_numbers_that_are_none_refuse_one_document_at_most(read, tmp_path: Path, index: str, epoch: str) -> None:
    variables = {"start_uepoch": epoch, "start_epoch": "1772460001", "sip_req_user": "12125550140"}
    flows = [{"profile_index": index}, {"profile_index": "2"}]
    path = tmp_path / "odd.cdr.json"
    path.write_text(json.dumps({"variables": variables, "callflow": flows}), encoding="utf-8")
    assert read(path).calls["start_time"].dt.epoch("s").to_list() == [1_772_460_001]


@pytest.mark.parametrize("before", range(32_768 - 60, 32_768 + 4, 3))
def test_a_document_is_whole_wherever_a_part_of_the_text_ends(before: int) -> None:
    document = {"a": "x" * before, "b": [True, None, -1.5e10, "\u00e9\\"], "c": {"d": 12_345}}
    text = json.dumps(document)
    found = list(documents_of((text + text).encode()))
    assert [each.data for each in found] == [document, document]


def test_a_document_may_have_lines_that_begin_with_a_brace() -> None:
    document = {"variables": {"uuid": "1"}, "callflow": [{"profile_index": "1"}, {"profile_index": "2"}]}
    text = json.dumps(document, indent=0).replace(": {", ":\n{")
    found = list(documents_of((text + "\n" + text[:-2] + "\n" + text).encode()))
    assert [each.data for each in found if each.data and "variables" in each.data] == [document, document]


@pytest.mark.parametrize("unit", [b"\n{", b'{"a": x}\n', b'\n{"a":"x', b'{"a":"\x01"}\n'])
def test_many_damaged_documents_are_no_more_work_each_than_few(unit: bytes, monkeypatch) -> None:
    """Counted is what is looked at, in characters of the documents that Python's decoder is given."""
    given: list[int] = []

    class Decoder(json.JSONDecoder):
        def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
            given.append(len(s))
            return super().raw_decode(s, idx)

    monkeypatch.setattr(json_parsing.json, "JSONDecoder", Decoder)
    json_parsing.decoders_of.cache_clear()
    work: list[float] = []
    for often in (100, 1_000):
        given.clear()
        list(documents_of(unit * often))
        work.append(sum(given) / often)
    json_parsing.decoders_of.cache_clear()
    assert work[1] < 2 * work[0]
