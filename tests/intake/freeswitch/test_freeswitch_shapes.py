"""Documents that are alike, read as slices of one another: nothing comes out otherwise than if each is read alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats import document_shapes
from hoptrace.intake.formats.freeswitch import shaped as freeswitch_shaped
from hoptrace.intake.formats.freeswitch.json import FreeswitchJson
from hoptrace.intake.formats.freeswitch.json_shapes import JsonForm
from hoptrace.intake.formats.freeswitch.shaped import ShapedLegs
from hoptrace.intake.formats.freeswitch.sheet import Sheet
from hoptrace.intake.formats.freeswitch.xml import FreeswitchXml
from hoptrace.intake.formats.freeswitch.xml_shapes import XmlForm
from hoptrace.intake.formats.xml import records as xml_records
from hoptrace.intake.formats.xml.parsing import RecordParser
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FORMATS = Path(__file__).parents[3] / "fixtures" / "formats"
XML = [path.read_bytes().partition(b"?>")[2].strip() for path in sorted((FORMATS / "freeswitch_xml").glob("*.xml"))]
JSON = [
    b"{" + part.removeprefix(b"{").rstrip()
    for path in sorted((FORMATS / "freeswitch").glob("*.json"))
    for part in path.read_bytes().split(b"\n{")
]

WRITTEN = (
    *(b"", b" ", b"0", b" x ", b"%2B1202", b"%7F", b"%C3", b"%20", b"%1Cx", b"a b", b"x@y", b"10%", b"%0A", b"503"),
    *(b"&amp;", b"&", b"&unknown;", b"&#65;", b"&#127;", b'"', b"'", b">", b"<", b"<x/>", b"]]>", b"<!-- c -->"),
    *(b"<![CDATA[x]]>", b"<?pi x?>", b"\x7f", b"\x01", b"\t", b"\r\n", b"\xc3\xa9", b"\xff", b"\xef\xbf\xbe", b"\x1cx"),
    *(b"\\", b'\\"', b"\\u0041", b'","a":"b', b"\n{", b"}\n{", b"outbound", b"1772460002000000", b"%E2%82\xc3\xa9"),
)
XML_TEXT, XML_VALUE = re.compile(rb"(?<=>)[^<>]*(?=<)"), re.compile(rb'(?<==")[^"]*(?=")')
JSON_TEXT = re.compile(rb'(?<=")[^"\\]*(?="(?!\s*:))')
CHANGES = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 200), st.sampled_from(WRITTEN), st.booleans()), max_size=8
)


def copies(document: bytes, changes: Sequence[tuple[int, int, bytes, bool]], text: re.Pattern[bytes]) -> list[bytes]:
    """Eight documents of other ids and numbers; in some a text is another, or has something before it."""
    found = [document.replace(b"12125550", b"1212555%d" % number) for number in range(8)]
    found = [re.sub(rb"0000000(?=\d-)", b"%07d" % (number % 5), each) for number, each in enumerate(found)]
    for number, place, written, before in changes:
        spots = list(text.finditer(found[number]))
        if spots:
            begin, end = spots[place % len(spots)].span()
            found[number] = found[number][:begin] + written + found[number][begin if before else end :]
    return found


def chunk_of(reader: Any, folder: Path, content: bytes, **limits: int) -> Chunk:
    path = folder / "documents"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_shapes, "_LEAST", limits.get("shapes", 2))
        patch.setattr(freeswitch_shaped, "_LEAST", limits.get("documents", 2))
        patch.setattr(xml_records, "_MOST_ALIKE", limits.get("block", 5))
        (chunk,) = reader.read([Source(0, path, "documents", "digest")], Context(Carrier("oak")))
    return chunk


def assert_same(reader: Any, folder: Path, content: bytes) -> None:
    one_by_one = chunk_of(reader, folder, content, documents=1_000)
    for block in (5, 100):
        found = chunk_of(reader, folder, content, block=block)
        assert found.calls.equals(one_by_one.calls)
        assert found.rows.equals(one_by_one.rows)
        assert found.flags == one_by_one.flags


@given(st.sampled_from(XML), CHANGES, st.sampled_from([XML_TEXT, XML_VALUE]))
def test_xml_is_read_as_each_document_alone_is(
    tmp_path_factory: pytest.TempPathFactory,
    document: bytes,
    changes: list[tuple[int, int, bytes, bool]],
    spots: re.Pattern[bytes],
) -> None:
    content = b"\n".join(copies(document, changes, spots))
    assert_same(FreeswitchXml(), tmp_path_factory.mktemp("xml"), content)


@given(st.sampled_from(JSON), CHANGES, st.sampled_from([b"\n", b",\n", b"\r\n"]))
def test_json_is_read_as_each_document_alone_is(
    tmp_path_factory: pytest.TempPathFactory,
    document: bytes,
    changes: list[tuple[int, int, bytes, bool]],
    between: bytes,
) -> None:
    content = between.join(copies(document, changes, JSON_TEXT))
    assert_same(FreeswitchJson(), tmp_path_factory.mktemp("json"), content)


def test_a_time_of_a_call_flow_that_is_no_text_costs_its_document_alone(tmp_path: Path) -> None:
    """Single documents had it as bytes that no frame takes: the whole file was refused with an internal error."""
    spoilt = JSON[0].replace(b'"created_time": "', b'"created_time": "\xff', 1)
    assert b"\xff" in spoilt
    chunk = chunk_of(FreeswitchJson(), tmp_path, b"\n".join([spoilt, JSON[0]]), documents=1_000)
    assert chunk.calls.height == 2
    assert chunk.calls.filter(chunk.calls["start_time"].is_not_null()).height >= 1


def known(form: str, documents: Sequence[bytes]) -> list[bool]:
    """Which of many documents, of which each comes many times, are read by their shape."""
    shaped = ShapedLegs(XmlForm(RecordParser("utf-8"), Sheet()) if form == "xml" else JsonForm())
    return shaped.read([*documents] * 150, range(150 * len(documents)))[: len(documents)]


A_LEG = b"<cdr><variables><uuid>%b</uuid></variables></cdr>"
A_JSON_LEG = b'{"variables": {"uuid": "%b", "x": "y"}, "callflow": [{"times": {"created_time": "1"}}]}'


@pytest.mark.parametrize(
    ("written", "is_known"),
    [
        (b"a", True),
        (b"", True),
        (b"a&amp;b", True),
        (b"\xc3\xa9", True),
        (b'"', True),
        (b"a&b", False),
        (b"&#65;", False),
        (b">", False),
        (b"]]>", False),
        (b"<x/>", False),
        (b"<!-- -->", False),
        (b"\x7f", False),
        (b"\r", False),
        (b"\xff", False),
        (b"\xef\xbf\xbf", False),
        (b"x" * (1 << 16), False),
    ],
)
def test_what_might_be_no_text_of_xml_is_parsed(written: bytes, is_known: bool) -> None:
    assert known("xml", [A_LEG % b"a", A_LEG % written]) == [True, is_known]


@pytest.mark.parametrize(
    "document",
    [
        b"<cdr a='x'><variables><uuid>a</uuid></variables></cdr>",
        b'<cdr a="><variables b="><uuid>a</uuid></variables></cdr>',
        b'<cdr><callflow profile_index="2"/><callflow/></cdr>',
        b"<cdr><variables><uuid>a</uuid></cdr></variables>",
        b"<cdr><variables><uuid>a<b/>c</uuid></variables></cdr>",
    ],
)
def test_shapes_of_xml_that_do_not_tell_how_all_are_read(document: bytes) -> None:
    assert known("xml", [document, A_LEG % b"a"]) == [False, True]


@pytest.mark.parametrize(
    ("written", "is_known"),
    [
        (b"a", True),
        (b"", True),
        (b"\xc3\xa9", True),
        (b"{}[]:,", True),
        (b"\\n", False),
        (b"\t", False),
        (b"\xff", False),
        (b'" "', False),
        (b'","x":"y', False),
    ],
)
def test_what_might_be_no_text_of_json_is_parsed(written: bytes, is_known: bool) -> None:
    assert known("json", [A_JSON_LEG % b"a", A_JSON_LEG % written]) == [True, is_known]


@pytest.mark.parametrize(
    "document",
    [
        b'{"variables": {"uuid" : "a"}}',
        b'{"variables": {"billsec": 5, "uuid": "a"}}',
        b'{"variables": {"uuid": "a", "x": {"y": "z"}, "u": "v"}}',
        b'{"callflow": [{"profile_index": "2"}, {"profile_index": "1"}]}',
        b'{"a": "b"} {"c": "d"}',
        b'{"a": "b"',
        b'{"a":' * 70 + b'"b"' + b"}" * 70,
    ],
)
def test_shapes_of_json_that_do_not_tell_how_all_are_read(document: bytes) -> None:
    assert known("json", [document, A_JSON_LEG % b"a"]) == [False, True]


def test_few_documents_are_read_one_by_one() -> None:
    assert ShapedLegs(JsonForm()).read([A_JSON_LEG % b"a"] * 9, range(9)) == [False] * 9


def test_a_known_document_inside_another_is_none_of_its_own(tmp_path: Path) -> None:
    documents = [A_JSON_LEG % b"%d" % number for number in range(6)]
    holder = b'{"a": [\n%b\n]}' % documents[5]
    chunk = chunk_of(FreeswitchJson(), tmp_path, b"\n".join([*documents[:3], holder, *documents[3:5]]))
    assert chunk.rows["raw"].to_list() == [*documents[:3], holder, *documents[3:5]]


def test_of_a_shape_the_first_text_that_says_something_counts(tmp_path: Path) -> None:
    profile = {"caller_id_number": "12025550130", "ani": "12025550131", "destination_number": "700", "uuid": "u"}
    leg = {"variables": {"uuid": "u", "start_uepoch": "1772460001000120"}, "callflow": {"caller_profile": profile}}
    texts = [json.dumps(leg).replace('"u"', f'"{number}"') for number in range(6)]
    texts[4] = texts[4].replace("12025550130", " ")
    chunk = chunk_of(FreeswitchJson(), tmp_path, "\n".join(texts).encode())
    assert chunk.calls["calling_number"].to_list() == ["12025550130"] * 4 + ["12025550131", "12025550130"]


@pytest.mark.parametrize("write", [A_LEG.__mod__, A_JSON_LEG.__mod__])
def test_values_are_decoded_in_those_documents_alone_that_are_encoded(write: Callable[[bytes], bytes]) -> None:
    form: Any = JsonForm() if b"{" in write(b"") else XmlForm(RecordParser("utf-8"), Sheet())
    shaped = ShapedLegs(form)
    shaped.read([write(text) for text in (b"%2Ba", b"%2B a", b"a", b"%") for _ in range(40)], range(160))
    assert shaped.tables[0].legs["uuid"].to_list()[::40] == ["+a", "%2B a", "a", "%"]
