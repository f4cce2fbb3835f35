"""The report of one carrier: its part beside its statements, twelve months, and nothing unfair."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import hoptrace
from hoptrace.errors import UnknownCarrier, UsageError
from hoptrace.model.verdicts import ReportedCall, Verdict
from hoptrace.reports import of_many
from hoptrace.reports.summary_files import Form, render_summary

HEADER = "start_time,duration,calling_number,called_number,upstream,customer,downstream,release_code\n"


def row(at: datetime, **cells: str) -> str:
    told = {"duration": "30", "calling_number": "+12025550143", "called_number": "+13125550187", "release_code": "200"}
    told |= {"start_time": at.isoformat(), "upstream": "", "customer": "", "downstream": "", **cells}
    return ",".join(told[name] for name in HEADER.strip().split(",")) + "\n"


@pytest.fixture(scope="module")
def traffic(make_reported, told_call, tmp_path_factory):
    """CEDR3 has submitted five statements and a row that cannot be read, and is on traced calls of two years."""
    november, january = datetime(2026, 11, 3, 12, tzinfo=UTC), datetime(2026, 1, 9, 12, tzinfo=UTC)
    results = [told_call(at, Verdict.NON_PARTICIPATING, "ABCD", "D") for at in range(3)]
    own = told_call(3, Verdict.ORIGINATOR_IDENTIFIED, "ABC", originating_carrier="CEDR3", customer="cust-1")
    old = told_call(4, Verdict.ORIGINATOR_IDENTIFIED, "ABC", originating_carrier="CEDR3", customer="cust-1")
    ago = ReportedCall("REF-old", "2025-12-20T10:00:00Z", "+12025550134")
    older = ReportedCall("REF-older", "2024-12-20T10:00:00Z", "+12025550134")
    replaced = [replace(old, call=call, call_ref=ref) for call, ref in ((ago, "REF-old"), (older, "REF-older"))]
    workspace = make_reported([*results, own, *replaced])
    rows = [row(november + timedelta(minutes=at), upstream="DOGW4", downstream="BRCH2") for at in range(3)]
    rows += [row(january, customer="cust-1", downstream="BRCH2"), row(january + timedelta(hours=1), upstream="DOGW4")]
    file = Path(tmp_path_factory.mktemp("cdrs")) / "cedar.csv"
    file.write_text(HEADER + "".join(rows) + row(november, called_number=""), encoding="utf-8")
    hoptrace.submit(workspace, [file], "CEDR3", format="canonical")
    return workspace


def test_the_denominator_is_every_statement_at_hand(traffic) -> None:
    report = of_many.carrier(traffic, "CEDR3")
    assert report.statements == 5
    assert report.figures[0].value == "5"
    months = {row["month"]: row for row in report.months.rows()}
    assert (months["2026-11"]["statements"], months["2026-01"]["statements"]) == (3, 2)
    assert (months["2026-01"]["own_customers"], months["2026-01"]["handed_in"]) == (1, 1)
    assert "statements of the same time (5)" in report.does_not_say
    assert "every statement of the carrier at hand: 5" in " ".join(report.completeness)


def test_roles_stand_beside_their_certainty_and_the_denominator(traffic) -> None:
    report = of_many.carrier(traffic, "CEDR3")
    told = {row["role"]: row for row in report.roles.rows()}
    assert (told["transit"]["calls"], told["originating"]["calls"]) == (3, 2)
    assert told["transit"]["certainty"] == "both_sides"
    assert told["transit"]["of_a_million"] == pytest.approx(600_000)
    assert sum(row["share"] for row in told.values()) == pytest.approx(1.0)
    assert "only carried 3" in report.says
    assert "originated 2" in report.says


def test_the_last_twelve_months_count_and_older_calls_do_not(traffic) -> None:
    report = of_many.carrier(traffic, "CEDR3")
    assert report.last_day == "2026-11-05"
    assert len(report.traces) == 5
    assert "REF-older" not in {row["call_ref"] for row in report.traces.rows()}
    months = {row["month"]: row for row in report.months.rows()}
    assert months["2025-12"]["originating_12"] == 1, "the one of 2024-12 was in the twelve months before"
    assert months["2025-11"]["originating_12"] == 1
    assert months["2026-11"]["originating_12"] == 2
    earlier = of_many.carrier(traffic, "CEDR3", until="2025-01-31")
    assert [row["call_ref"] for row in earlier.traces.rows()] == ["REF-older"]


def test_repeats_count_by_role(traffic) -> None:
    told = {row["role"]: row for row in of_many.carrier(traffic, "CEDR3").repeats.rows()}
    assert (told["originating"]["days_30"], told["originating"]["months_12"], told["originating"]["days"]) == (1, 2, 2)
    assert (told["transit"]["days_30"], told["transit"]["days"]) == (3, 3)


def test_a_carrier_that_only_carried_is_not_made_to_look_guilty(traffic) -> None:
    report = of_many.carrier(traffic, "BRCH2")
    assert [row["role"] for row in report.roles.rows()] == ["transit"]
    assert report.figures[2].value == "0"
    assert report.says.endswith("it only carried 5.")
    page = render_summary(report, Form("html")).decode()
    assert "in the role transit a carrier only carried them" in page
    verdicts = report.verdicts.rows()
    assert all(row["role"] == "transit" for row in verdicts)
    assert "A verdict is about the call. It says something of this carrier only where its role does." in page


def test_batches_rejects_and_neighbours(traffic) -> None:
    report = of_many.carrier(traffic, "CEDR3")
    (batch,) = report.batches.rows()
    assert (batch["rows"], batch["accepted"], batch["rejected"], batch["file"]) == (7, 5, 1, "cedar.csv")
    assert batch["rows"] == batch["accepted"] + batch["duplicates"] + batch["skipped"] + batch["rejected"]
    (reject,) = report.rejects.rows()
    assert (reject["rows"], reject["share"]) == (1, pytest.approx(1 / 7))
    told = {(row["direction"], row["carrier"]): row["calls"] for row in report.neighbours.rows()}
    assert told == {("upstream", "DOGW4"): 3, ("downstream", "BRCH2"): 5}


def test_a_carrier_without_anything_is_told_why(traffic) -> None:
    report = of_many.carrier(traffic, "ELMG5")
    assert report.statements == 0
    assert all(report.empty[name] for name in ("roles", "traces", "clock", "batches", "rejects", "conflicts"))
    page = render_summary(report, Form("html")).decode()
    assert "is on none of the traced calls" in page
    assert "this table is empty" in page
    assert "It has submitted no files." in page


def test_wrong_questions(traffic) -> None:
    with pytest.raises(UnknownCarrier, match="CEDAR"):
        of_many.carrier(traffic, "CEDAR")
    with pytest.raises(UsageError, match="not a day"):
        of_many.carrier(traffic, "CEDR3", until="soon")
