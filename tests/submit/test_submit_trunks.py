from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.carriers import Trunk
from hoptrace.model.statements import TIME

TRUNKS = [
    Trunk("alpha", "203.0.113.0/24", peer="wide"),
    Trunk("alpha", "203.0.113.16/28", peer="narrow"),
    Trunk("alpha", "203.0.113.17", peer="host"),
    Trunk("alpha", "2001:db8::/32", peer="six"),
    Trunk("alpha", "TG-1", peer="upper"),
    Trunk("alpha", "sbc.example.net", peer="named"),
    Trunk("alpha", "own-phones", customer="cust-1"),
    Trunk("alpha", "moved", peer="old", valid_to=datetime(2026, 5, 2, tzinfo=UTC)),
    Trunk("alpha", "moved", peer="new", valid_from=datetime(2026, 5, 2, tzinfo=UTC)),
    Trunk("alpha", "gone", peer="old", valid_to=datetime(2026, 4, 1, tzinfo=UTC)),
]
TABLE = TrunkTable.of(TRUNKS, ["alpha", "beta"], own=("192.0.2.0/24", "Phones"))


def _resolve(*texts: str | None, day: int = 1, own_side: bool = False) -> list[tuple]:
    at = datetime(2026, 5, day, tzinfo=UTC)
    calls = pl.DataFrame(
        [(n, at, text) for n, text in enumerate(texts)],
        schema={"call": pl.Int64, "start_time": TIME, "upstream": pl.String},
        orient="row",
    )
    return TABLE.resolve(calls, "upstream", own_side=own_side).rows()


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("beta", "beta"),
        ("TG-1", "upper"),
        ("tg-1", "upper"),
        ("203.0.113.9", "wide"),
        ("203.0.113.18", "narrow"),
        ("203.0.113.17", "host"),
        ("203.0.113.17:5060", "host"),
        ("2001:db8::1", "six"),
        ("[2001:db8::1]:5061", "six"),
        ("[2001:DB8:0::1]", "six"),
        ("sbc.example.net:5080", "named"),
    ],
)
def test_a_text_stands_for_a_peer(text: str, peer: str) -> None:
    assert _resolve(text) == [(peer, None, True)]


def test_a_trunk_can_be_a_customer() -> None:
    assert _resolve("own-phones") == [(None, "cust-1", True)]


@pytest.mark.parametrize("text", ["alpha", "loop"])
def test_a_carrier_is_not_its_own_neighbour(text: str) -> None:
    """Else a trail would go from it to itself, and end there as if its record were missing."""
    trunks = [Trunk("alpha", "loop", peer="alpha")]
    table = TrunkTable.of(trunks, ["alpha", "beta"], carrier="alpha")
    calls = pl.DataFrame(
        {"call": [0], "start_time": [datetime(2026, 5, 1, tzinfo=UTC)], "upstream": [text]},
        schema_overrides={"start_time": TIME},
    )
    assert table.resolve(calls, "upstream", own_side=False).rows() == [(None, None, True)]


@pytest.mark.parametrize("text", ["198.51.100.1", "nobody", "192.0.2.7", "Beta", "2001:db9::1"])
def test_what_fits_nothing_is_unknown(text: str) -> None:
    assert _resolve(text) == [(None, None, False)]


def test_nothing_written_is_nothing_unknown() -> None:
    assert _resolve(None) == [(None, None, True)]
    assert _resolve(None, "nobody", None) == [(None, None, True), (None, None, False), (None, None, True)]
    assert _resolve() == []


@pytest.mark.parametrize("text", ["192.0.2.7", "192.0.2.7:5060", "phones", "PHONES"])
def test_the_own_side_is_known_as_a_destination(text: str) -> None:
    assert _resolve(text, own_side=True) == [(None, None, True)]


def test_validity_is_that_of_the_call() -> None:
    assert _resolve("moved", "gone", "TG-1") == [("old", None, True), (None, None, False), ("upper", None, True)]
    assert _resolve("moved", "gone", "TG-1", day=2) == [("new", None, True), (None, None, False), ("upper", None, True)]


def test_what_texts_stand_for_does_not_depend_on_those_asked_before() -> None:
    upper, beta = ("upper", None, True), ("beta", None, True)
    for _ in range(2):
        assert _resolve("TG-1") == [upper]
        assert _resolve("beta", "TG-1", None) == [beta, upper, (None, None, True)]
        assert _resolve("Phones", own_side=True) == [(None, None, True)]
        assert _resolve("Phones") == [(None, None, False)]
        assert _resolve("moved", day=2) == [("new", None, True)]
