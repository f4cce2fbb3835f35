"""JSON packets of a known shape: what is read of them is what the parser would have read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.radius import columns as radius_columns
from hoptrace.intake.formats.radius import shapes as radius_shapes
from hoptrace.intake.formats.radius.attributes import Packet
from hoptrace.intake.formats.radius.json import json_packets

TEXTS = (
    *("", " ", "x", " x", "x ", "'x'", "h323-conf-id=x", "h323-conf-id= x", "h323-conf-id=", "call-id=a=b", "call-id"),
    *("gw-rxd-cdn=ton:0,#:1", "avpair=x", "no-name=1", "é", "}{", "\n{", "\x7f", "\x01", "\\", '"', "a\\u0022b", "*1"),
)
VALUES = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from([0, 7, -7, 10**17, 10**18, 10**19, 1.5, 1e300, True, None, "07", [], [1, "x"], ["x"], {"a": 1}]),
    st.sampled_from([{"type": "string", "value": ["x"]}, {"value": ["x", 5, None]}, {"value": {"value": "y"}}]),
)
NAMES = ("Cisco-AVPair", "cisco-avpair", "h323-conf-id", "Acct-Session-Id", "User-Name", "call-id", "Timestamp")
OBJECTS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4)


def written(pairs: list[tuple[str, object]], around: str, raw: bool) -> str:
    told = [f"{json.dumps(name)}:{around}{json.dumps(value, ensure_ascii=not raw)}" for name, value in pairs]
    return f"{{{around}{','.join(told)}{around}}}"


def by_the_parser(content: bytes) -> list[Packet]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(radius_shapes, "_MOST_SHAPES", 0)
        return list(json_packets(content))


@given(
    shapes=st.lists(OBJECTS, min_size=1, max_size=3),
    around=st.sampled_from(["", " ", "\n\t"]),
    raw=st.booleans(),
    between=st.sampled_from(["", "\n", ",\n", " \n\0", "x"]),
    few=st.sampled_from([1, 4, 1000]),
    data=st.data(),
)
def test_known_shapes_say_what_the_parser_says(shapes, around, raw, between, few, data) -> None:
    objects: list[str] = []
    for _ in range(12):
        pairs = [(name, value) for name, value in data.draw(st.sampled_from(shapes))]
        # Other values in some, so that the shape is the same and what it says is not.
        pairs = [
            (name, data.draw(st.sampled_from(TEXTS)) if isinstance(value, str) else value) for name, value in pairs
        ]
        objects.append(written(pairs, around, raw))
    content = between.join(objects).encode("utf-8", "surrogateescape")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(radius_shapes, "_WORTH", 2)
        patch.setattr(radius_columns, "_FEW", few)
        found = list(json_packets(content))
    assert found == by_the_parser(content)


def test_an_exporter_s_packets_are_of_few_shapes(golden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (golden / "mvts.json").read_bytes() + b"\n"
    read: list[bool] = []
    known = radius_shapes.Shapes.read
    monkeypatch.setattr(radius_shapes.Shapes, "read", lambda self, at: _noted(known(self, at), read))
    packets = list(json_packets(content * 10))
    assert read == [False] * 9 + [True] * 21
    assert [packet.attributes for packet in packets] == [packet.attributes for packet in packets[:3]] * 10


def _noted(found: object, read: list[bool]) -> object:
    read.append(found is not None)
    return found


def test_av_pairs_in_another_order_are_read_apart() -> None:
    one, other = '"call-id=a","gw-rxd-cdn=1"', '"gw-rxd-cdn=2","call-id=b"'
    content = "\n".join(f'{{"Cisco-AVPair":[{pairs}]}}' for pairs in (one, other) * 20).encode()
    told = [{"call-id": "a", "gw-rxd-cdn": "1"}, {"gw-rxd-cdn": "2", "call-id": "b"}]
    assert [packet.attributes for packet in json_packets(content)] == told * 20


@pytest.mark.parametrize(
    "last",
    ['{"Timestamp":01}', '{"Timestamp":1 2}', '{1"Timestamp":}', '{"Timestamp":1.5}', '{"Timestamp":"\t"}', '{"a":1}}'],
)
def test_what_is_like_a_shape_and_is_none(last: str) -> None:
    content = "\n".join(['{"Timestamp":12}'] * 10 + ['{"Timestamp":"x"}'] * 10 + [last]).encode()
    assert list(json_packets(content)) == by_the_parser(content)
