"""What trunk names stand for by a directory that was loaded after the records that bear them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from hoptrace.linking.learned import Learned
from hoptrace.linking.relisted import RELISTED, with_relisted
from hoptrace.model.statements import STATEMENTS

START = datetime(2026, 11, 2, 15, tzinfo=UTC)
UNNAMED = {"batch": "b1", "row": 1, "carrier": "oak", "start_time": START, "called": 13125550187}
TO_BIRCH = {"carrier": "oak", "trunk": "gw-1", "rank": 0, "peer": "birch"}
TO_CUSTOMER = {"carrier": "oak", "trunk": "gw-1", "rank": 0, "customer": "cust-7"}


def read(statement: dict[str, Any], *relisted: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    """`upstream`, `customer` and `downstream` of a statement when these names have a meaning."""
    statements = pl.DataFrame([UNNAMED | statement], schema=STATEMENTS)
    trunks = pl.DataFrame(relisted, schema=RELISTED)
    told = with_relisted(statements, trunks)
    assert told.schema == statements.schema
    assert with_relisted(told, trunks).equals(told)
    return told.select("upstream", "customer", "downstream").row(0)


def test_a_trunk_that_nobody_had_listed_names_its_neighbour() -> None:
    assert read({"upstream_trunk": "gw-1"}, TO_BIRCH) == ("birch", None, None)
    assert read({"downstream_trunk": "gw-1"}, TO_BIRCH) == (None, None, "birch")


def test_a_trunk_of_a_customer_names_who_placed_the_call() -> None:
    assert read({"upstream_trunk": "gw-1"}, TO_CUSTOMER) == (None, "cust-7", None)
    assert read({"downstream_trunk": "gw-1"}, TO_CUSTOMER) == (None, None, None)


def test_a_trunk_that_stood_for_somebody_else_is_put_right() -> None:
    assert read({"upstream_trunk": "gw-1", "upstream": "elm"}, TO_BIRCH) == ("birch", None, None)
    assert read({"downstream_trunk": "gw-1", "downstream": "elm"}, TO_BIRCH) == (None, None, "birch")
    assert read({"upstream_trunk": "gw-1", "upstream": "elm"}, TO_CUSTOMER) == (None, "cust-7", None)


def test_a_customer_that_the_record_names_stays() -> None:
    placed = {"upstream_trunk": "gw-1", "customer": "cust-1"}
    assert read(placed, TO_BIRCH) == (None, "cust-1", None)
    assert read(placed, TO_CUSTOMER) == (None, "cust-1", None)
    assert read(placed | {"upstream": "elm"}, TO_BIRCH) == ("birch", "cust-1", None)


@pytest.mark.parametrize("other", [{"carrier": "ash"}, {"upstream_trunk": "gw-2"}, {"upstream_trunk": None}])
def test_other_carriers_and_names_are_left_alone(other: dict[str, Any]) -> None:
    assert read({"upstream_trunk": "gw-1", "upstream": "elm"} | other, TO_BIRCH) == ("elm", None, None)


def test_what_a_name_stood_for_when_the_call_began_counts() -> None:
    then = TO_BIRCH | {"valid_to": START}
    since = TO_BIRCH | {"peer": "elm", "valid_from": START}
    assert read({"upstream_trunk": "gw-1"}, then, since) == ("elm", None, None)
    before = {"upstream_trunk": "gw-1", "start_time": START - timedelta(microseconds=1)}
    assert read(before, then, since) == ("birch", None, None)
    assert read(before, since) == (None, None, None)


def test_of_several_meanings_the_closest_one_counts() -> None:
    network = TO_BIRCH | {"rank": 1, "peer": "elm"}
    assert read({"upstream_trunk": "gw-1"}, network, TO_BIRCH) == ("birch", None, None)


def test_what_was_learned_keeps_the_names() -> None:
    trunks = pl.DataFrame([TO_BIRCH | {"valid_from": START}, TO_CUSTOMER], schema=RELISTED)
    assert Learned.nothing().with_trunks(trunks, trunks.clear()).relisted.equals(trunks)
    assert Learned.nothing().with_trunks(trunks.clear(), trunks.clear()).weights == {}
