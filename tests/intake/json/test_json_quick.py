"""JSON by orjson: what is read is what Python's parser reads, number, bytes, values and problems, whatever the text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.json import quick as json_quick
from hoptrace.intake.formats.json.documents import Document, documents_of
from hoptrace.intake.formats.json.quick import QuickObjects

PARTS = (
    *('{"a":1}', '{"a":"x","b":{"a":"y"}}', '{ "a" : "1", "a" : "2" }', '{"a":"","a":"2"}', '[{"a":1}]'),
    *('{"b":{"k":[1,{"k":2,"k":3}]}}', '{\n "a": "1",\n "b": {\n  "c": "2"\n }\n}', '{"a":NaN}', "NaN", "x"),
    *('{"n":123456789012345678901234567890}', '{"n":1234567890123456789}', '{"n":-0.0,"m":1e400}'),
    *('{"s":"\\u0022:\\u0022"}', '{"s":"a\\":\\"b"}', '{"q\\u0022":1,"q\\"":2}', '{"s":"1234567890123456789012"}'),
    *('{"n":18446744073709551615}', '{"n":18446744073709551616,"m":-0}', '{"n":1.5e300,"m":1.50}', '{"s":"\\u001f"}'),
    *('{"s":"é"}', '{"s":"\udca5"}', '{"s":"\x7f"}', '{"s":"\x01"}', '{"a":' * 70 + "1" + "}" * 70),
    *("{", "}", "[", "]", '"', "\\", "\n", "\n{", "\r\n", " ", ",", "\ufeff", "\0"),
)


def repeating(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: [value for name, value in pairs if name == key] for key, _ in pairs} if repeats(pairs) else dict(pairs)


def repeats(pairs: list[tuple[str, Any]]) -> bool:
    return len({key for key, _ in pairs}) < len(pairs)


def told(content: bytes, pairs: Any) -> list[str]:
    # As text, so that 1, 1.0 and true are not the same.
    return [repr(tuple(document)) for document in documents_of(content, pairs)]


@given(parts=st.lists(st.sampled_from(PARTS), max_size=8), ends=st.sampled_from(["", "\n"]), hook=st.booleans())
def test_python_would_read_the_same(parts: list[str], ends: str, hook: bool) -> None:
    content = ends.join(parts).encode("utf-8", "surrogateescape")
    pairs = repeating if hook else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_quick, "_PATIENCE", 0)
        slowly = told(content, pairs)
    assert told(content, pairs) == slowly


@pytest.mark.parametrize(
    ("text", "proved"),
    [
        ('{"a":1}\n{"a":1}', True),
        ('{\n "a": {\n  "b": "\\"1\\""\n }\n},', True),
        ('{"a":"1","a":"2"}', False),
        ('{"a":"1","\\u0061":"2"}', False),
        ('{"a":1234567890123456789,"b":"\\u001f"}', True),
        ('{ "a":1234567890123456789}', False),
        ('{"a":123456789012345678901}', False),
        ('{"a":1}{"a":1}', False),
        ('[{"a":1}]', False),
    ],
)
def test_what_can_be_proved(text: str, proved: bool) -> None:
    assert (QuickObjects(text).read(0) is not None) is proved


def test_a_long_document_is_left_to_python() -> None:
    content = b'{"a":"%b"}\n{"a":1}' % (b"x" * (1 << 17))
    assert [document.data is not None for document in documents_of(content)] == [True, True]


def test_python_is_asked_at_once_where_nothing_can_be_proved() -> None:
    objects = QuickObjects('{"a":1,"a":2}\n' * 60 + '{"a":1}')
    for line in range(60):
        assert objects.read(line * 14) is None
    assert objects.read(60 * 14) is None


def test_values_of_long_digits_do_not_stop_the_others() -> None:
    long, short = b'{"a":"1234567890123456789"}', b'{"a":"1"}'
    found = list(documents_of(long + b"\n" + short))
    assert found == [
        Document(1, long, {"a": "1234567890123456789"}),
        Document(2, short, {"a": "1"}),
    ]
