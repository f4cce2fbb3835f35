"""The full trace report, with both sides' statements, for each reader and in each language."""

from __future__ import annotations

import pytest

import hoptrace
from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import ReportedCall
from hoptrace.reports import render
from hoptrace.reports.of_workspace import How, full_report
from hoptrace.reports.profiles import read_profile
from hoptrace.reports.trace.redacted import redact_trace

HEADER = (
    "start_time,duration,calling_number,called_number,upstream,customer,downstream,release_code,record_id,"
    "egress_called_number\n"
)
CHAIN = ("FOXG6", "ELMG5", "CEDR3", "BRCH2", "ALDR1")
HIDDEN = {
    "regulator": {"cust-secret-77"},
    "carrier:CEDR3": {"cust-secret-77", "FOXG6", "ALDR1", "Aldr1", "rec-ELMG5", "rec-BRCH2", "2025550155", "ELMG5.csv"},
    "public": {"cust-secret-77", "2025550143", "3125550187", "2025550155", "rec-", ".csv", "15:00:0", "c-ref-1"},
}


@pytest.fixture(scope="module")
def submitted(make_reported, tmp_path_factory):
    """A call over five carriers, the first of which changes the called number; every side has its record."""
    workspace = make_reported([], [Carrier(name, name.title(), "US") for name in CHAIN])
    folder = tmp_path_factory.mktemp("submitted")
    for place, carrier in enumerate(CHAIN):
        upstream = CHAIN[place - 1] if place else ""
        downstream = CHAIN[place + 1] if place < len(CHAIN) - 1 else ""
        customer = "" if place else "cust-secret-77"
        called, egress = ("+12025550155", "+13125550187") if not place else ("+13125550187", "")
        row = f"2026-11-02T15:00:00.{place}00Z,30,+12025550143,{called},{upstream},{customer},{downstream},200"
        (folder / f"{carrier}.csv").write_text(f"{HEADER}{row},rec-{carrier},{egress}\n", encoding="utf-8")
        hoptrace.submit(workspace, [folder / f"{carrier}.csv"], carrier, format="canonical")
    call = ReportedCall("c-ref-1", "2026-11-02T15:00:00.6Z", "+13125550187", "+12025550143", "ALDR1", "prizes")
    (result,) = hoptrace.trace(workspace, [call])
    assert result.verdict == "originator_identified"
    return workspace, result


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("profile", sorted(HIDDEN))
@pytest.mark.parametrize("form", ["html", "json", "csv", "svg", "graphml"])
def test_what_is_hidden_is_nowhere_in_the_full_report(submitted, profile, language, form) -> None:
    workspace, result = submitted
    report = redact_trace(full_report(workspace, result, How(language)), read_profile(profile))
    text = render(report, form).decode("utf-8")
    assert not {each for each in HIDDEN[profile] if each in text}


def test_the_investigator_has_all_of_it(submitted) -> None:
    workspace, result = submitted
    text = render(full_report(workspace, result), "html").decode("utf-8")
    assert not {each for each in set().union(*HIDDEN.values()) if each not in text}


def test_a_regulator_keeps_both_sides_statements(submitted) -> None:
    workspace, result = submitted
    full = full_report(workspace, result)
    report = redact_trace(full, read_profile("regulator"))
    assert len(report.handoffs) == len(full.handoffs) == 4
    assert report.files == full.files
    named = {side.names for handoff in report.handoffs for side in (handoff.upper, handoff.lower) if side}
    assert named <= {carrier.title() for carrier in CHAIN} | {None}


@pytest.mark.parametrize("profile", sorted(HIDDEN))
def test_a_guarded_report_says_nothing_in_english(submitted, profile) -> None:
    workspace, result = submitted
    report = redact_trace(full_report(workspace, result, How("th")), read_profile(profile))
    assert report.language == "th"
    page = render(report, "html").decode("utf-8")
    for sentence in ("Not shown", "not shown", "The records agree", "was traced to", "did anything wrong"):
        assert sentence not in page
