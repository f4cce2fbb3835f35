"""Where four signalling addresses stand side by side in rows of an unknown length, whatever else the rows hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.acme.measure import address_block

FIRST, WIDTH = 23, 120
ADDRESSES = ("203.0.113.7", "203.0.113.7:5060", "[2001:db8::7]:5060", ' "203.0.113.9" ')
CELLS = ("", "0", "a.b", "1.2.3", "203.0.113.7.1", "[", "[x]", "sip:a@203.0.113.7", "12.5", "203.0.113.7:", "::1")


def row_with(others: list[str], begin: int, addresses: list[str]) -> list[str]:
    """A row of other cells, with these addresses at a place, a zone before them and a SIP status behind."""
    row = (others * WIDTH)[:WIDTH]
    row[begin - 1 : begin + len(addresses) + 1] = ["x", *addresses, "x"]
    row[begin - 8], row[begin + 8] = "EST", "200"
    return row


@given(
    others=st.lists(st.sampled_from(CELLS), min_size=1, max_size=WIDTH),
    begin=st.integers(FIRST + 11, WIDTH - 10),
    addresses=st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=6),
)
def test_four_addresses_are_found_and_no_other_number_of_them(
    others: list[str], begin: int, addresses: list[str]
) -> None:
    row = row_with(others, begin, addresses)
    assert address_block([row] * 3, FIRST, stop=True) == (begin if len(addresses) == 4 else None)


@pytest.mark.parametrize("at", [1, 18])
def test_addresses_before_the_media_flows_do_not_count(at: int) -> None:
    row = row_with([""], 60, ["203.0.113.7"] * 4)
    row[at : at + 4] = ["203.0.113.9"] * 4
    assert address_block([row] * 3, FIRST, stop=True) == 60


def test_two_blocks_leave_it_open() -> None:
    row = row_with([""], 60, ["203.0.113.7"] * 4)
    row[80:84] = ["203.0.113.9"] * 4
    assert address_block([row] * 3, FIRST, stop=True) is None


def test_addresses_in_the_last_columns() -> None:
    row = [*row_with([""], 60, ["203.0.113.7"] * 4)[:60], *["203.0.113.7"] * 4]
    assert address_block([row] * 3, FIRST, stop=False) == 60
