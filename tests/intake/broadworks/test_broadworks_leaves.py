from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.broadworks.leaves import Leaves

VALUES = st.sampled_from([
    *("12025550123", " padded ", "", " \n", "a&amp;b", "a & b", "&#65;", "&#127;"),
    *("\x7fr", "\x7fvtype\x7fvx", "&nbsp;"),
    *("<![CDATA[cd]]>", "cd<![CDATA[at]]>a", "<!-- c -->text", "te<!-- c -->xt", "<?pi x?>text", "é", "<sip:a@b>"),
    *("<x/>behind", "before<x/>behind", "<route>inner</route>", "<cdrData", "</cdrData>", "\r\nline"),
    "<route>in</route>behind",
])  # fmt: skip
ELEMENTS = st.tuples(st.sampled_from(["type", "route", "userNumber", "recordId", "other"]), VALUES).map(
    lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
)
RECORDS = st.one_of(
    st.lists(ELEMENTS, max_size=5).map(lambda inside: f"<cdrData>{''.join(inside)}</cdrData>"),
    st.lists(ELEMENTS, max_size=5).map(lambda inside: f"<cdrData><part a='1'>{''.join(inside)}</part></cdrData>"),
    st.sampled_from(
        ["<cdrData/>", '<cdrData xmlns="urn:x"><type>Normal</type></cdrData>', "<cdrData><type>", "<cdrData/><x/>"]
    ),
)


@given(st.lists(RECORDS, max_size=4), st.sampled_from(["utf-8", "iso-8859-1", "utf-7"]))
def test_records_read_together_say_what_each_says_alone(records: list[str], encoding: str) -> None:
    raws = [record.encode("iso-8859-1" if encoding == "utf-7" else encoding) for record in records]
    assert Leaves(encoding).of(raws) == [Leaves(encoding).of([raw])[0] for raw in raws]


@given(
    st.lists(st.tuples(RECORDS, RECORDS), min_size=1, max_size=3),
    st.sampled_from(["utf-8", "iso-8859-1", "ISO-8859-1", "us-ascii", "utf-7"]),
)
def test_records_whose_tags_are_known_say_what_they_say_parsed(records: list[tuple[str, str]], encoding: str) -> None:
    leaves = Leaves(encoding)
    for turn in range(6):
        # Learned from some, read of others.
        raws = [pair[turn == 5].encode("iso-8859-1" if "8859" in encoding else "utf-8") for pair in records]
        assert leaves.of(raws) == [Leaves(encoding).of([raw])[0] for raw in raws]


TAGS = "<cdrData><part><type>{}</type><route>{}</route></part></cdrData>"


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (TAGS.format("Normal", " gw "), {"type": "Normal", "route": "gw"}),
        (TAGS.format("", "m\xfcller"), {"route": "m\xfcller"}),
        (TAGS.format("a&amp;b", "&lt;x>"), {"type": "a&b", "route": "<x>"}),
        (TAGS.format("a\r\nb", "x>y"), {"type": "a\nb", "route": "x>y"}),
        ("<cdrData><part>type><Normal/type><route>a</route></part></cdrData>", {"route": "a"}),
        ("<cdrData><part><type>a</part></type><route>b</route></cdrData>", {"type": "a", "route": "b"}),
    ],
)
def test_texts_between_known_tags(record: str, fields: dict[str, str]) -> None:
    leaves = Leaves("iso-8859-1")
    leaves.of([TAGS.format("Start", "gw1").encode()] * 4)
    assert leaves.of([record.encode("iso-8859-1")]) == [fields]


def test_the_parser_is_not_asked_about_known_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, other = TAGS.format("Start", "gw1").encode(), TAGS.format("Normal", "gw2").encode()
    leaves = Leaves("utf-8")
    leaves.of([raw] * 4)
    monkeypatch.setattr(Leaves, "_parsed", lambda _, raws: [] if not raws else pytest.fail("parsed"))
    assert leaves.of([other]) == [{"type": "Normal", "route": "gw2"}]


def test_the_first_value_that_is_not_blank_counts() -> None:
    raw = b"<cdrData><type> </type><type>Normal</type><type>Start</type><mod><route>gw</route></mod></cdrData>"
    assert Leaves("utf-8").of([raw, raw]) == [{"type": "Normal", "route": "gw"}] * 2
    assert Leaves("utf-8").of([]) == []
