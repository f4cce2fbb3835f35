"""Which rows of one Call-ID tell of the same route attempt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.acc.columns import address_of
from hoptrace.intake.formats.acc.events import Event, EventReader, Origin
from hoptrace.intake.formats.acc.pairing import Paired, pair
from hoptrace.intake.formats.acc.times import TimeReader
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Context
from hoptrace.model.carriers import Carrier

T = 1_700_000_000


def event(row: int, method: str, code: str = "200", time: int = T, **columns: str) -> Event:
    reader = EventReader(Profile(), TimeReader(Context(Carrier("alpha"))))
    known = {"callid": "one", "from_tag": "f", "to_tag": "t", "src_ip": "203.0.113.1", "dst_ouser": "2125550112"}
    said = {**known, "method": method, "sip_code": code, "time": time, **columns}
    (read,) = reader.read(tuple(said), [(Origin(0, row, b""), tuple(said.values()))], "x")
    assert isinstance(read, Event)
    return read


def shape(paired: Paired) -> list[list[int]]:
    return sorted([e.row for e in attempt.events()] for attempt in paired.attempts)


def test_a_call_that_passes_twice_with_the_same_tags_stays_two_calls_each_with_its_bye():
    there = event(1, "INVITE")
    back = event(2, "INVITE", src_ip="203.0.113.9", dst_ouser="2125550199")
    paired = pair([event(4, "BYE", time=T + 9, src_ip="203.0.113.9", dst_ouser="2125550199"), back, there,
                   event(3, "BYE", time=T + 9)])  # fmt: skip
    assert shape(paired) == [[1, 3], [2, 4]]


def test_a_later_invite_in_the_dialog_is_no_second_call():
    paired = pair([event(1, "INVITE"), event(2, "INVITE", time=T + 30),
                   event(3, "INVITE", time=T + 40, dst_ouser="gw7"),
                   event(4, "INVITE", time=T + 1, from_tag="t", to_tag="f", src_ip="203.0.113.2")])  # fmt: skip
    assert shape(paired) == [[1, 4, 2, 3]]


def test_a_challenged_request_and_its_repetition_are_one_attempt():
    paired = pair([event(1, "INVITE", code="407", to_tag="p"), event(2, "INVITE", time=T + 1)])
    assert shape(paired) == [[2, 1]]


def test_a_bye_that_proves_another_answered_leg_does_not_complete_a_failed_one():
    paired = pair([event(1, "INVITE", code="503", to_tag="a"), event(2, "BYE", to_tag="b", time=T + 5)])
    assert shape(paired) == [[1]]
    assert [e.row for e in paired.orphans] == [2]


def test_a_refused_bye_belongs_to_its_cancelled_call():
    paired = pair([event(1, "INVITE", code="487"), event(2, "BYE", code="404"), event(3, "CANCEL", to_tag="")])
    assert shape(paired) == [[1, 2, 3]]


def test_the_same_reply_logged_a_second_apart_is_a_duplicate_and_another_route_is_not():
    paired = pair([event(1, "INVITE", code="486"), event(2, "INVITE", code="486", time=T + 1),
                   event(3, "INVITE", code="486", to_tag="u", dst_domain="203.0.113.7")])  # fmt: skip
    assert shape(paired) == [[1], [3]]
    assert [e.row for e in paired.duplicates] == [2]


def test_addresses_lose_scheme_user_and_port():
    written = ("203.0.113.7:5060", "sip:gw@203.0.113.7:5060;transport=udp", "<sips:203.0.113.7>", "gw.example.net:5080")
    assert [address_of(text) for text in written] == ["203.0.113.7"] * 3 + ["gw.example.net"]
    assert [address_of(text) for text in ("[2001:db8::1]:5060", "2001:db8::1", "tg:01")] == [
        "2001:db8::1",
        "2001:db8::1",
        "tg:01",
    ]


_EVENTS = st.lists(
    st.builds(
        dict,
        method=st.sampled_from(["INVITE", "INVITE", "BYE", "ACK", "CANCEL"]),
        code=st.sampled_from(["200", "486", "503", "407"]),
        time=st.integers(T, T + 5),
        from_tag=st.sampled_from(["f", "t", ""]),
        to_tag=st.sampled_from(["t", "u", "f", ""]),
        src_ip=st.sampled_from(["203.0.113.1", "203.0.113.2", ""]),
        dst_domain=st.sampled_from(["203.0.113.7", "203.0.113.8", ""]),
    ),
    min_size=1,
    max_size=8,
)


@given(drawn=_EVENTS, data=st.data())
def test_pairing_places_every_row_once_whatever_the_order(drawn, data):
    events = [event(row, **columns) for row, columns in enumerate(drawn)]
    paired = pair(events)
    rows = [e.row for attempt in paired.attempts for e in attempt.events()]
    rows += [e.row for e in (*paired.duplicates, *paired.orphans)]
    assert sorted(rows) == list(range(len(events)))
    again = pair(data.draw(st.permutations(events)))
    assert shape(again) == shape(paired)
