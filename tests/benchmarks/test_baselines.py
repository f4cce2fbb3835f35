"""The two plain methods on a call that is told by three carriers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import baselines
import polars as pl
import pytest

from hoptrace.model.statements import STATEMENTS
from hoptrace.tracing.reported import Reported

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def lake(*, offset: float = 0.0, silent: str = ""):
    """a (with customer) -> b -> c; b's clock is `offset` seconds fast."""
    rows = [
        ("a", None, "b", "cust-1", NOON),
        ("b", "a", "c", None, NOON + timedelta(seconds=0.1 + offset)),
        ("c", "b", None, None, NOON + timedelta(seconds=0.2)),
    ]
    frame = pl.DataFrame(
        [
            {"batch": "x", "row": place, "carrier": carrier, "upstream": up, "downstream": down, "customer": customer,
             "start_time": start, "called": 12025550143, "calling": 12025550187}
            for place, (carrier, up, down, customer, start) in enumerate(rows) if carrier != silent
        ],
        schema_overrides={name: STATEMENTS[name] for name in ("start_time", "upstream", "downstream", "customer")},
    )  # fmt: skip
    return baselines.lake_of(frame)


CALL = Reported(NOON.timestamp(), 12025550143, 12025550187, "c")


@pytest.mark.parametrize("method", ["serial_walk", "pooled"])
def test_both_plain_methods_find_a_plain_call(method):
    answer = getattr(baselines, method)(lake(), CALL)
    assert (answer.path, answer.originator, answer.customer) == (("c", "b", "a"), "a", "cust-1")


def test_a_fast_clock_breaks_the_serial_walk():
    assert baselines.serial_walk(lake(offset=100.0), CALL).path == ("c", "b")
    # Its two neighbours name the carrier whose record lies outside the window.
    assert baselines.pooled(lake(offset=100.0), CALL).path == ("c", "b", "a")
    assert baselines.pooled(lake(offset=100.0, silent="a"), CALL).originator is None


def test_a_silent_carrier_breaks_only_the_serial_walk():
    assert baselines.serial_walk(lake(silent="b"), CALL).originator is None
    assert baselines.pooled(lake(silent="b"), CALL).originator == "a"
