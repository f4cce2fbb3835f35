from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.freeswitch.xml import FreeswitchXml
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


def test_a_bridge_that_only_the_log_of_applications_tells(tmp_path: Path) -> None:
    path = tmp_path / "hung-up.xml"
    text = A_LEG.read_text()
    path.write_text(text.replace("gw-east/12", "gw-east/0012"))
    assert read(path).calls.select("downstream", "egress_called_number").row(0) == ("gw-east", "0012125550170")
    path.write_text(path.read_text().replace('<application app_name="bridge"', '<application app_name="playback"'))
    assert read(path).calls["downstream"].to_list() == [None]


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
        ("<!-- a comment without an end", "not a record"),
        ("<!-->", "not a record"),
        ("<!-- one with an end --> <!--" * 50_000, "not a record"),
    ],
)
def test_what_is_no_document_is_a_rejected_row(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(text)
    assert reason in read(path).rows["reasons"].to_list()[0]


def document(number: int, **more: str) -> str:
    """A leg of its own, with further variables."""
    variables = {
        "uuid": f"00000000-0000-4000-8000-{number:012d}",
        "direction": "inbound",
        "start_uepoch": str(1_772_460_000_000_000 + number),
        "sip_req_user": f"121255501{number % 100:02d}",
        **more,
    }
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in variables.items())
    return f'<cdr core-uuid="1"><variables>{inside}</variables></cdr>\n'


def test_documents_are_the_same_read_together_and_alone(tmp_path: Path) -> None:
    """More than are parsed at once; one of them, which is not well-formed, spoils no other."""
    texts = [document(number) for number in range(150)]
    texts[70] = texts[70].replace(
        "</variables>", "<sip_full_to><sip:12125550170@203.0.113.10></sip_full_to></variables>"
    )
    together = tmp_path / "all.xml"
    together.write_text("".join(texts))
    alone = [tmp_path / f"{number}.cdr.xml" for number in range(150)]
    for path, text in zip(alone, texts, strict=True):
        path.write_text(text)
    one, many = read(together), read(*alone)
    assert one.calls.height == many.calls.height == 150
    assert one.calls.drop("file", "row").equals(many.calls.drop("file", "row"))
    told = "documents that are not well-formed, read all the same: 1"
    assert (one.flags, many.flags) == (((0, told),), ((70, told),))


@pytest.mark.parametrize("hidden", ["\x7fvuuid\x7fvx\x7fp\x7fd", "&#x7f;vuuid&#127;vx&#x7f;p&#x7f;d"])
def test_no_value_can_pass_itself_off_as_others(tmp_path: Path, hidden: str) -> None:
    path = tmp_path / "hostile.xml"
    path.write_text(document(1, sip_from_user=hidden) + document(2), encoding="utf-8")
    calls = read(path).calls
    assert calls["record_id"].to_list() == [f"00000000-0000-4000-8000-{number:012d}" for number in (1, 2)]
    assert calls["calling_number"][0] == "\ufffdvuuid\ufffdvx\ufffdp\ufffdd"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("a&unknown;b&#x7f;vuuid&#x7f;vx", "a"),
        ("&unknown;&#127;vuuid&#127;vx", "\ufffdvuuid\ufffdvx"),
        ('&lt;&#127;<!-- &#127; --><?pi x="&#127;"?>', "<\ufffd"),
        ("<![CDATA[&#127;]]>", "&#127;"),
    ],
)
def test_unknown_entities_and_remarks_hide_no_values_of_others(tmp_path: Path, written: str, read_as: str) -> None:
    path = tmp_path / "hostile.xml"
    path.write_text(document(1, sip_call_id=written) + document(2))
    calls = read(path).calls
    assert calls["record_id"].to_list() == [f"00000000-0000-4000-8000-{number:012d}" for number in (1, 2)]
    assert calls["call_id"][0] == read_as


def test_letters_of_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "latin.xml"
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + document(1, sip_gateway="Müller\x7f")
    path.write_bytes(text.encode("latin-1"))
    assert read(path).calls["upstream"].to_list() == ["Müller\ufffd"]


def test_of_a_variable_that_stands_twice_the_first_value_counts_and_of_an_empty_one_the_other(tmp_path: Path) -> None:
    path = tmp_path / "twice.xml"
    path.write_text(
        document(1, sip_call_id=" </sip_call_id><sip_call_id>a</sip_call_id><sip_call_id>b")
        + document(2, sip_call_id="<![CDATA[c&d]]><!-- remark -->")
    )
    assert read(path).calls["call_id"].to_list() == ["a", "c&d"]


@pytest.mark.parametrize("other", ["%2B12025550130", "x y", "10%"])
@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("%2B12025550130", "+12025550130"),
        ("%7Fvuuid%7fvx%7Fp", "\ufffdvuuid\ufffdvx\ufffdp"),
        ("%2B%7Fvsip_from_user%7fvx", "+\ufffdvsip_from_user\ufffdvx"),
        ("%C3", "\ufffd"),
        ("%C3%A9%0A", "\xe9"),
        ("%20</sip_call_id><sip_call_id>b", "b"),
        (" </sip_call_id><sip_call_id>%62", "b"),
        ("a b%20", "a b%20"),
        ("%5", "%5"),
    ],
)
def test_values_are_decoded_together_as_they_are_alone(
    tmp_path: Path, written: str, read_as: str | None, other: str
) -> None:
    """Whatever stands beside them in the same file; an encoded mark divides nothing."""
    path = tmp_path / "encoded.xml"
    path.write_text(document(1, sip_call_id=written) + document(2, sip_call_id=other))
    calls = read(path).calls
    assert calls["record_id"].to_list() == [f"00000000-0000-4000-8000-{number:012d}" for number in (1, 2)]
    assert calls["call_id"][0] == read_as


def test_repeated_documents_are_told_from_others_of_one_uuid_and_length(tmp_path: Path) -> None:
    path = tmp_path / "repeated.xml"
    texts = [document(1, sip_call_id=text) for text in "abcabc"]
    path.write_text("".join(texts))
    assert read(path).rows["fate"].to_list() == ["accepted"] * 3 + ["duplicate"] * 3


@pytest.mark.parametrize("odd", ["\ufffe", "&#x1;", "\x02"])
def test_characters_that_xml_does_not_have_refuse_no_file(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "damaged.xml"
    text = A_LEG.read_text()
    damaged = text.replace("</variables>", f"<odd>\x7f{odd}</odd>", 1)
    path.write_text(f"<cdrs>{damaged}{text}{B_LEG.read_text()}</cdrs>")
    fates = read(path).rows["fate"].to_list()
    assert len(fates) == 3
    assert fates[2] == "accepted"
