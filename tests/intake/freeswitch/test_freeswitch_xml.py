from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.freeswitch_xml import FreeswitchXml
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "freeswitch_xml"
A_LEG = FOLDER / "a_00000001-0000-4000-8000-000000000001.cdr.xml"
B_LEG = FOLDER / "00000003-0000-4000-8000-000000000003.cdr.xml"
NOT_ENCODED = FOLDER / "not_encoded.cdr.xml"


def read(*paths: Path) -> Chunk:
    sources = [Source(i, path, path.name, "digest") for i, path in enumerate(paths)]
    (chunk,) = FreeswitchXml().read(sources, Context(Carrier("oak")))
    return chunk


def test_legs_of_two_files_are_one_statement() -> None:
    chunk = read(A_LEG, B_LEG)
    call = chunk.calls.row(0, named=True)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 120, tzinfo=UTC)
    assert (call["upstream"], call["downstream"]) == ("203.0.113.31", "gw-east")
    assert (call["call_id"], call["egress_call_id"]) == ("aleg-9@203.0.113.31", "bleg-9@203.0.113.10")
    assert (call["called_number"], call["egress_called_number"]) == ("12125550170", "0012125550170")
    assert (call["duration"], call["release_code"]) == (10.0, "16")
    assert chunk.rows["call"].to_list() == [0, 0]


def test_an_outgoing_leg_alone_takes_the_numbers_of_its_originator() -> None:
    call = read(B_LEG).calls.row(0, named=True)
    assert (call["called_number"], call["upstream"]) == ("12125550170", "203.0.113.31")


def test_sip_headers_as_elements_are_mended_and_flagged() -> None:
    chunk = read(NOT_ENCODED)
    call = chunk.calls.row(0, named=True)
    assert (call["called_number"], call["call_id"]) == ("12125550171", "aleg-10@203.0.113.32")
    assert call["redirecting_number"] == "<sip:+12125550199@example.net>;reason=unconditional"
    assert (call["downstream"], call["release_code"], call["duration"]) == ("gw-west", "486", 0.0)
    assert chunk.flags == ((0, "documents that are not well-formed, read all the same: 1"),)


def test_many_documents_in_a_file_one_of_them_damaged(tmp_path: Path) -> None:
    path = tmp_path / "all.xml"
    damaged = A_LEG.read_text().replace("</variables>", "").replace("start_uepoch", "start")
    path.write_text("<cdrs>" + A_LEG.read_text() + damaged + B_LEG.read_text() + B_LEG.read_text() + "</cdrs>")
    chunk = read(path)
    assert chunk.rows["fate"].to_list()[2:] == ["accepted", "duplicate"]
    assert chunk.calls.height >= 1


def test_a_file_that_declares_entities_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE cdr [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = A_LEG.read_text().replace("<cdr ", bomb + "<cdr ").replace("aleg-9%40", "x&b;&f;")
    path = tmp_path / "bomb.xml"
    path.write_text(text)
    with pytest.raises(InputRefused, match=r"bomb\.xml, line 2: the XML declares entities"):
        read(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<cdr><variables></variables></cdr>", "start time not understood"),
        ("<cdr><variables><uuid>1</uuid>", "record is cut: file still being written?"),
        ("plain text <cdr/>", "not a record"),
    ],
)
def test_what_is_no_document_is_a_rejected_row(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(text)
    assert reason in read(path).rows["reasons"].to_list()[0]
