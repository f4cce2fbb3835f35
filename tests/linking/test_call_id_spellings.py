"""One SIP Call-ID in the spellings that switches give it."""

from __future__ import annotations

from base64 import b64encode

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.linking.call_ids import COLUMNS, FEW, with_call_id_keys
from hoptrace.linking.learned import Learned
from hoptrace.linking.members import comparable

GUID = "573D0FE5-B9F111E5-AF83001B-D53DB360@203.0.113.9"


@pytest.fixture
def keys(world):
    def of(*call_ids: str | None) -> list[int | None]:
        for at, call_id in enumerate(call_ids):
            world.say("oak", float(at), call_id=call_id)
        return comparable(world.frame(), Learned.nothing())["cid"].to_list()

    return of


@pytest.mark.parametrize(
    "other",
    [
        GUID,
        "573D0FE5B9F111E5AF83001BD53DB360",  # CUCM
        "573d0fe5b9f111e5af83001bd53db360",
        "573D0FE5 B9F111E5 AF83001B D53DB360",  # h323-conf-id
        "573d0fe5-b9f1-11e5-af83-001bd53db360@198.51.100.4",
    ],
)
def test_a_guid_is_the_same_in_every_spelling(keys, other: str) -> None:
    one, two = keys(GUID, other)
    assert one == two


def test_the_suffix_of_a_back_to_back_agent_is_left_out(keys) -> None:
    one, two = keys("a1b2@198.51.100.4", "a1b2@198.51.100.4_b2b-1")
    assert one == two


@pytest.mark.parametrize("other", ["A1B2@198.51.100.4", "a1b2@198.51.100.5", "a1b2", "a1b2@198.51.100.4_b2b", None])
def test_other_call_ids_stay_others(keys, other: str | None) -> None:
    one, two = keys("a1b2@198.51.100.4", other)
    assert one != two


def test_a_call_id_in_two_spellings_agrees(world) -> None:
    world.say("b", 0.1, upstream="a", downstream="c", egress_call_id=GUID)
    world.say("c", 0.2, upstream="b", call_id="573d0fe5b9f111e5af83001bd53db360")
    said = [line for hop in world.trace().hops for line in hop.evidence if line.about == "call_id"]
    assert said
    assert all(line.agrees for line in said)


LONG = "f81d4fae7dec11d0a76500a0c91e6bf6-77@198.51.100.4"


@pytest.mark.parametrize(
    "other",
    [
        "f81d4fae7dec11d0a76500a0c91e6bf6-77@203.0.113.9",  # another host
        "f81d4fae7dec11d0a76500a0c91e6bf6-77@198.51.100",  # cut
        "f81d4fae7dec11d0a76500a0c91e6bf6-mo420q0@198.51.100.4",  # an ending of its own
        "f81d4fae7dec11d0a76500a0c91e6bf6",
    ],
)
def test_a_call_id_that_was_cut_or_got_an_ending_speaks_for_a_match_but_little(new_world, other: str) -> None:
    said, weights = [], []
    for call_id in (other, LONG, "0000000000000000-1@192.0.2.1"):
        world = new_world()
        world.say("b", 0.1, upstream="a", downstream="c", egress_call_id=LONG)
        world.say("c", 0.2, upstream="b", call_id=call_id)
        gathered = world.gather([a_call_of()])
        weights.append(gathered.pairs["w_call_id"].max())
        said += [line for hop in world.trace().hops for line in hop.evidence if line.about == "call_id"][:1]
    alike, same, differs = weights
    assert differs < 0 < alike < same / 4
    assert said[0].agrees is None
    assert "begin alike" in said[0].detail


def a_call_of():
    from hoptrace.model.verdicts import ReportedCall

    return ReportedCall(call_ref="C1", start_time="2026-11-02T15:00:00+00:00", called_number="+13125550187")


def test_a_short_beginning_is_that_of_many(keys) -> None:
    one, two = keys("call-1@198.51.100.4", "call-2@198.51.100.4")
    assert one // 2**24 != two // 2**24


def test_base64_is_the_call_id_that_it_is_of(keys) -> None:
    one, two, other, guid = keys(LONG, b64encode(LONG.encode()).decode(), "x" * 24, "573D0FE5B9F111E5AF83001BD53DB360")
    assert one == two
    assert len({one, other, guid}) == 3


PARTS = (
    "573D0FE5",
    "b9f111e5",
    "-",
    " ",
    "@",
    "_b2b-1",
    "-mo420q0",
    "ä",
    "0",
    "zz\n",
    "f81d4fae7dec11d0a76500a0c91e6bf6",
)
CALL_IDS = st.lists(st.none() | st.lists(st.sampled_from(PARTS), min_size=1, max_size=9).map("".join), max_size=6)


@given(CALL_IDS)
def test_a_few_have_the_keys_that_many_have(call_ids: list[str | None]) -> None:
    few = pl.DataFrame(
        {"call_id": call_ids, "egress_call_id": call_ids[::-1]}, schema=dict.fromkeys(COLUMNS, pl.String)
    )
    unknown = pl.DataFrame({name: [None] * (FEW + 1) for name in COLUMNS}, schema=few.schema)
    many = with_call_id_keys(pl.concat([few, unknown])).head(few.height)
    assert with_call_id_keys(few).equals(many)
