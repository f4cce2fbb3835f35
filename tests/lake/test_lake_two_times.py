"""Statements whose local time came twice lie in the lake at both times, and are given once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

import hoptrace.lake.view as view_module
from hoptrace.engines.packed import Held
from hoptrace.lake.expiring import HELD, Expiring
from hoptrace.lake.lake import Lake
from hoptrace.lake.layout import PARTITIONS, TABLE
from hoptrace.model.statements import STATEMENTS

A, B, CALLER = 12025550100, 12025550101, 13125550187
DAY, HOUR = 86_400, 3_600


@pytest.fixture(params=["pick", "join"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the ways in which a view looks up."""
    if request.param == "join":
        monkeypatch.setattr(view_module, "PICK_UP_TO", 0)
    return request.param


def test_it_is_found_at_both_times_and_given_with_the_first(lake: Lake, make, spans, way: str) -> None:
    told = make(
        {"egress_called": B, "calling": CALLER, "at": DAY - 60, "may_be_later": HOUR},
        {"at": DAY - 50, "calling": CALLER},
    )
    lake.append([told], "c1")
    for view in (lake.view(), Held(told)):
        for key in (A, B):
            for at in (DAY - 60, DAY - 60 + HOUR):
                found = view.statements(spans((key, at - 1, at + 1)))
                assert found.equals(told[:1])
        assert view.statements(spans((A, 0, 2 * DAY))).equals(told)
        assert view.statements(spans((A, DAY, DAY + HOUR - 61))).is_empty()
        assert view.placed_by(spans((CALLER, DAY + HOUR - 61, DAY + HOUR))).equals(told[:1])
        assert view.placed_by(spans((CALLER, 0, 2 * DAY))).equals(told)


def test_all_statements_are_counted_and_scanned_once(lake: Lake, make) -> None:
    told = make({"at": 0, "may_be_later": HOUR}, {"at": 9})
    lake.append([told], "c1")
    assert lake.view().scan().collect().sort("row").equals(told)
    assert lake.view().info()["statements"] == 2


def test_expiry_counts_it_once_and_removes_both(lake: Lake, make, spans) -> None:
    lake.append([make({"at": DAY - 60, "may_be_later": HOUR}, {"at": 9})], "c1")
    expiring = Expiring(lake, date(2026, 5, 3), HELD.to_frame())
    assert expiring.plan().statements == 2
    expiring.commit()
    assert lake.view().statements(spans((A, 0, 2 * DAY))).is_empty()


def test_a_lake_of_an_earlier_release_is_read_and_written_as_before(tmp_path: Path, make, spans) -> None:
    uri = str(tmp_path / "old")
    schema = pl.Schema({name: kind for name, kind in TABLE.items() if name != "may_be_later"})
    DeltaTable.create(
        uri, schema=schema, partition_by=PARTITIONS, configuration={"delta.dataSkippingStatsColumns": "key,start_time"}
    )
    lake = Lake(uri)
    lake.create()
    old = make({"at": 5}, batch="old")
    lake.append([old], "c1")
    lake.append([make({"at": 7, "may_be_later": HOUR}, batch="new")], "c2")
    found = lake.view().statements(spans((A, 0, 9)))
    assert (found["batch"].to_list(), found.schema) == (["old", "new"], STATEMENTS)
    assert lake.view().statements(spans((A, HOUR, HOUR + 9)))["batch"].to_list() == ["new"]
    assert lake.view().statements(spans((A, HOUR, HOUR + 9)))["start_time"][0] == old["start_time"][0] + timedelta(
        seconds=2
    )
