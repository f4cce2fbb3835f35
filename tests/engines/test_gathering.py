"""What reported calls ask for at first, and what is asked where there is nothing to ask."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from hoptrace.engines.callers import ASKED, asked_of
from hoptrace.engines.gathering import wanted_of
from hoptrace.linking.members import WANTED, nothing_wanted
from hoptrace.tracing.plain.answers import reports_of
from hoptrace.tracing.reported import Reported

GROUND = cast(Any, SimpleNamespace(window=600.0))
CALLS = [(12005550100, 1_793_600_000.5), (442079460000, 1_793_600_001.0)]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_each_call_asks_for_the_number_that_was_called(count: int) -> None:
    wanted = wanted_of(reports_of([Reported(at, called, None, None) for called, at in CALLS[:count]]), GROUND)
    assert wanted.schema == WANTED
    assert wanted.rows() == [(call, called, at, 600.0) for call, (called, at) in enumerate(CALLS[:count])]


@pytest.mark.parametrize(("nothing", "schema"), [(nothing_wanted, WANTED), (lambda: asked_of([]), ASKED)])
def test_nothing_is_given_anew_to_each(nothing: Any, schema: Any) -> None:
    nothing().insert_column(0, nothing()["call"].rename("other"))
    assert nothing().schema == schema
    assert nothing().is_empty()
