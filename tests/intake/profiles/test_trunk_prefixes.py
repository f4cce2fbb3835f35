"""Tech prefixes of one trunk are taken off its numbers only, for their keys and not for what is kept as written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from hoptrace.intake import distinct
from hoptrace.intake.statements import build
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model import numbers
from hoptrace.model.numbers import DialPlan
from hoptrace.model.statements import RAW_CALLS

PLAN = DialPlan("US", trunk_prefixes=(("T1", "1234#"), ("T1", "1234#9"), ("T2", "0055")))


def keys(**facts: Any) -> dict[str, Any]:
    row = {"call": 0, "file": 0, "row": 1, "start_time": datetime(2026, 11, 2, tzinfo=UTC), **facts}
    calls = pl.DataFrame([row], schema=RAW_CALLS)
    built = build(calls, "acme", PLAN, TrunkTable.of([], []))
    return built.statements.row(0, named=True)


def test_the_called_number_loses_its_trunk_s_prefix() -> None:
    told = keys(called_number="1234#13125550187", upstream="T1")
    assert told["called"] == 13125550187
    assert told["called_number"] == "1234#13125550187"


def test_a_sip_uri_needs_no_rule() -> None:
    told = keys(called_number='"Desk" <sip:1234#13125550187@203.0.113.7;user=phone>', upstream="T9")
    assert told["called"] == 13125550187


def test_the_longest_prefix_counts() -> None:
    assert keys(called_number="1234#913125550187", upstream="T1")["called"] == 13125550187


def test_another_trunk_s_prefix_stays() -> None:
    told = keys(called_number="13125550187", egress_called_number="005513125550187", upstream="T2", downstream="T2")
    assert told["called"] == 13125550187
    assert told["egress_called"] is None, "sent out unchanged but for the prefix of the trunk"
    other = keys(called_number="13125550187", egress_called_number="005513125550187", downstream="T9")
    assert other["egress_called"] != 13125550187


def test_what_is_plain_without_the_prefix_is_read_at_once_and_kept_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "_MANY", 1)
    monkeypatch.setattr(numbers, "_explicit_key", None)  # it takes ten times as long
    for text in ("+13125550187", "1234#+13125550187"):
        told = keys(called_number=text, upstream="T1")
        assert (told["called"], told["called_number"]) == (13125550187, text)
