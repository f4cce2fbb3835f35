"""What one look over a block's bytes tells is what looking for each thing by itself tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hoptrace.intake.formats.text.slices as slices_module
from hoptrace.intake.formats.canonical import rows as canonical_rows
from hoptrace.intake.formats.text.blocks import Block
from hoptrace.intake.formats.text.slices import MARKS, are_lines_within, look_over

LINES = st.lists(st.text('ab ,"N\\\té\ufeff', max_size=12), max_size=8).map(lambda lines: "\n".join(lines).encode())


@given(data=LINES, at_once=st.sampled_from([1, 3, 1_000]))
def test_a_look_tells_ends_low_bytes_and_marks(data: bytes, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(slices_module, "_LOOKED_AT", at_once)
        looks = look_over(data)
    assert looks.ends == data.count(b"\n")
    assert looks.low == sum(byte <= ord(" ") or byte >= 128 for byte in data)
    assert looks.marks == {mark for mark in MARKS if mark in data}


@given(data=LINES)
def test_a_block_says_the_same_with_a_look_and_without(data: bytes) -> None:
    unended = bool(data) and not data.endswith(b"\n")
    looked, other = (Block(data, 1, unended, looks=looks) for looks in (look_over(data), None))
    assert looked.is_tidy() == other.is_tidy()
    assert [looked.may_hold(mark) for mark in MARKS] == [other.may_hold(mark) for mark in MARKS]


def test_whatever_a_block_is_asked_for_is_looked_for() -> None:
    assert {word.pattern[:1] for word in canonical_rows._NOTHING} <= set(MARKS)


@given(data=LINES, most=st.integers(0, 14))
def test_no_line_is_longer_where_it_is_said_so(data: bytes, most: int) -> None:
    assert are_lines_within(data, most) == (max(map(len, data.split(b"\n"))) <= most)
