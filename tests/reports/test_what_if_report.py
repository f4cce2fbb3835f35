"""Whose records would move most open traces on."""

from __future__ import annotations

import pytest

from hoptrace.errors import NothingTraced
from hoptrace.model.verdicts import Verdict
from hoptrace.reports import of_many
from hoptrace.reports.summary_files import Form, render_summary


def test_carriers_are_ranked_by_the_trails_that_end_at_them(make_reported, told_call) -> None:
    ends = [*["ABD"] * 5, *["ABCE"] * 3, "ABF"]
    results = [told_call(at, Verdict.NON_PARTICIPATING, path, path[-1]) for at, path in enumerate(ends)]
    results.append(told_call(20, Verdict.DISPUTED, "ABC"))
    results.append(told_call(21, Verdict.ORIGINATOR_IDENTIFIED, "ABDE", "D", originating_carrier="ELMG5"))
    report = of_many.what_if(make_reported(results))
    rows = report.candidates.rows()
    assert [(row["rank"], row["carrier"], row["open"]) for row in rows] == [
        (1, "DOGW4", 5),
        (2, "ELMG5", 3),
        (3, "FOXG6", 1),
    ]
    assert [row["together"] for row in rows] == pytest.approx([0.5, 0.8, 0.9])
    assert rows[0]["elsewhere"] == 1
    assert {row["submitted"] for row in rows} == {"nothing"}
    assert (report.open_traces, report.movable) == (10, 9)
    assert [(row["verdict"], row["calls"]) for row in report.others.rows()] == [("disputed", 1)]
    assert "not a forecast" in report.does_not_say


def test_nothing_open_is_said(make_reported, told_call) -> None:
    settled = told_call(1, Verdict.ORIGINATOR_IDENTIFIED, "AB", originating_carrier="BRCH2")
    report = of_many.what_if(make_reported([settled]))
    assert report.says.startswith("Every trace is settled")
    assert "Every trace is settled" in report.empty["candidates"]
    assert "this table is empty" in render_summary(report, Form("html")).decode()


def test_nothing_traced_is_said(make_reported) -> None:
    with pytest.raises(NothingTraced, match="Trace calls first"):
        of_many.what_if(make_reported([]))
