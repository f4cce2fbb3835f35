"""The yardstick itself: figures of accuracy, and the two plain methods on a call that is told by three carriers."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from hoptrace.model.statements import STATEMENTS
from hoptrace.tracing.case import Reported

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TRUE = {
    "path": ["c", "b", "a"], "origin": "a", "customer": "cust-1", "origin_provable": True, "furthest_position": 2,
    "holders": ["a", "b", "c"], "point_of_entry": None,
}  # fmt: skip


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


figures, baselines = load("figures"), load("baselines")


def told(*path: str, customer: str | None = "cust-1", confidence: float | None = 0.9):
    originator = path[-1] if customer else None
    return figures.Told(path=path, originator=originator, customer=customer, confidence=confidence)


def test_a_wrong_carrier_and_a_wrong_customer_are_false_accusations():
    answers = [told("c", "b", "a"), told("c", "b", "x"), told("c", "b", "a", customer="cust-2")]
    found = figures.figures([(answer, TRUE) for answer in answers])
    assert (found.named, found.right, found.wrong, found.proven) == (3, 1, 2, 1)
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("path", "furthest", "exact"),
    [(("c", "b", "a"), True, True), (("c", "a"), True, False), (("c", "b"), False, False), ((), False, False)],
)
def test_paths_must_lead_as_far_as_the_records(path, furthest, exact):
    answer = told(*path, customer=None)
    assert (figures.furthest_right(answer, TRUE), figures.path_exact(answer, TRUE)) == (furthest, exact)


def test_where_nothing_is_on_file_nothing_must_be_said():
    true = {**TRUE, "holders": [], "furthest_position": 0}
    assert figures.path_exact(told(customer=None), true)
    assert not figures.path_exact(told("c", "b", customer=None), true)


def test_calibration_is_the_distance_of_confidence_and_share_right():
    answers = [(told("c", "b", "a"), TRUE)] * 9 + [(told("c", "b", "x"), TRUE)]
    assert figures.figures(answers).calibration_error == pytest.approx(0.0)
    assert figures.figures([(told("c", "b", "x"), TRUE)]).calibration_error == pytest.approx(0.9)


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
