from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.broadworks_leaves import Leaves

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


def test_the_first_value_that_is_not_blank_counts() -> None:
    raw = b"<cdrData><type> </type><type>Normal</type><type>Start</type><mod><route>gw</route></mod></cdrData>"
    assert Leaves("utf-8").of([raw, raw]) == [{"type": "Normal", "route": "gw"}] * 2
    assert Leaves("utf-8").of([]) == []
