"""The report of a trace in a workspace: what the statements, the clocks and the files say beyond the result."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html

import hoptrace
from hoptrace.engines.retention import expire_lake
from hoptrace.reports import of_many, render, result_from_dict
from hoptrace.reports.of_workspace import How, full_report, report
from hoptrace.reports.profiles import read_profile
from hoptrace.reports.wording.phrases import pattern_of
from hoptrace.workspace import init_workspace

HEADER = (
    "start_time,answer_time,duration,calling_number,called_number,egress_called_number,"
    "upstream,customer,downstream,call_id,egress_call_id,record_id\n"
)
ROWS = {
    "term": "2026-11-02T15:00:02Z,2026-11-02T15:00:06Z,30,+12025550143,+13125550188,,mid,,,b@x,,t1\n",
    "mid": "2026-11-02T15:00:01Z,2026-11-02T15:00:05Z,30,+12025550143,+13125550187,+13125550188,orig,,term,a@x,b@x,m1\n",  # noqa: E501
    "orig": "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,2025550143,+13125550187,,,cust-1,mid,a@x,,o1\n",
    "other": "2026-11-02T15:10:00Z,,0,+12025550199,+13125550111,,,,mid,,,x1\n",
}
CARRIERS = """carrier_id,name,country,timezone
orig,Origin Voice,US,America/Chicago
mid,Middle,GB,
term,Term,US,
other,Other,US,
silent,Silent,TH,
"""


@pytest.fixture
def workspace(tmp_path: Path):
    (tmp_path / "carriers.csv").write_text(CARRIERS)
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv")
        for carrier, row in ROWS.items():
            (tmp_path / f"{carrier}.csv").write_text(HEADER + row)
            hoptrace.submit(made, [tmp_path / f"{carrier}.csv"], carrier)
        call = hoptrace.ReportedCall("c1", "2026-11-02T15:00:02Z", "+13125550188", "+12025550143", "term")
        lost = hoptrace.ReportedCall("c2", "2026-11-02T15:00:02Z", "+13125550177", None, "silent")
        hoptrace.trace(made, [call, lost])
        yield made


def test_both_sides_of_each_handoff_stand_side_by_side(workspace):
    told = full_report(workspace, "c1")
    assert [line.position for line in told.handoffs] == [2, 3]
    first = told.handoffs[0]
    assert first.upper is not None
    assert first.lower is not None
    assert (first.upper.names, first.lower.names) == ("Term", "Middle")
    assert (first.upper.called, first.lower.called) == ("+13125550188", "+13125550188")
    assert (first.upper.call_id, first.lower.call_id) == ("b@x", "b@x")
    last = told.handoffs[1]
    assert last.lower is not None
    assert (last.lower.called, last.lower.call_id) == ("+13125550187", "a@x")
    assert last.upper is not None
    assert (last.upper.record.record_id, last.upper.duration_s) == ("o1", 30.0)


def test_the_numbers_are_told_as_each_hop_saw_them(workspace):
    rows = full_report(workspace, "c1").numbers
    assert [(row.called_in, row.called_out, row.changed) for row in rows] == [
        ("+13125550188", "+13125550188", False),
        ("+13125550187", "+13125550188", True),
        ("+13125550187", "+13125550187", False),
    ]
    assert rows[2].calling_in == "2025550143"


def test_local_times_where_a_zone_is_known(workspace):
    hops = full_report(workspace, "c1").hops
    assert hops[2].start_local == "2026-11-02 09:00:00 -06:00"
    assert (hops[1].zone, hops[1].start_local) == ("Europe/London", "2026-11-02 15:00:01 +00:00")
    assert hops[0].start_local is None  # its country has several zones


def test_whose_records_were_at_hand_and_in_which_files(workspace):
    told = full_report(workspace, "c1")
    assert told.completeness is not None
    covered = [card.carrier_id for card in told.completeness.covered]
    assert covered == ["mid", "orig", "term"]
    assert (told.completeness.listed, told.completeness.taking_part) == (5, 4)
    assert "3 of the 5 carriers" in told.completeness.says
    assert [line.file for line in told.files] == ["mid.csv", "orig.csv", "term.csv"]
    digests = {stored.receipt.digest for stored in workspace.catalog.batches.list()}
    assert {line.sha256 for line in told.files} < digests


def test_whom_to_ask_by_when_and_how_long_records_are_kept(workspace):
    asked = datetime(2026, 11, 6, 10, tzinfo=UTC)  # a Friday
    told = full_report(workspace, "c2", How(asked=asked))
    assert told.next_request is not None
    assert told.next_request.assumed
    assert told.next_request.within.startswith("No rule of TH is known here; by default")
    assert told.next_request.due_utc == "2026-11-10 16:59:59"
    assert told.next_request.due_local == "2026-11-10 23:59:59 +07:00"
    (keep,) = told.preserve
    assert (keep.days, keep.last_day, keep.assumed) == (90, "2027-01-31", False)
    assert "Computer-Related Crime Act" in keep.says


def test_after_expiry_the_cited_statements_are_told_still(workspace):
    before = full_report(workspace, "c1")
    expire_lake(workspace, datetime(2026, 11, 5, tzinfo=UTC).date(), grace_hours=0)
    after = full_report(workspace, "c1")
    assert (after.hops, after.handoffs, after.numbers) == (before.hops, before.handoffs, before.numbers)
    assert after.words == before.words


def test_asked_after_the_last_day_of_its_records_they_may_be_gone(workspace):
    last = full_report(workspace, "c2", How(asked=datetime(2027, 1, 31, 10, tzinfo=UTC)))
    assert "may be gone" not in last.preserve[0].says
    late = full_report(workspace, "c2", How(asked=datetime(2027, 2, 1, 10, tzinfo=UTC)))
    assert late.preserve[0].says.endswith(
        "On 1 February 2027, when it is asked, that day has passed: its records may be gone."
    )


def test_after_expiry_traced_calls_are_no_share_of_what_is_left(workspace):
    before = of_many.carrier(workspace, "mid")
    assert before.statements
    assert before.roles.frame["of_a_million"].null_count() == 0
    expire_lake(workspace, datetime(2026, 11, 5, tzinfo=UTC).date(), grace_hours=0)
    after = of_many.carrier(workspace, "mid")
    assert after.roles.frame["of_a_million"].null_count() == len(after.roles) > 0
    assert after.figures[1].note == "not compared: statements before 2026-11-05 were removed"
    assert "Statements of days before 2026-11-05 were removed" in after.completeness[-1]
    assert "of the same time. In the role" in after.does_not_say
    seen = of_many.carrier(workspace, "mid", profile=read_profile("carrier:orig"))
    assert "removed" not in " ".join(seen.completeness), "what it submitted is not for others"


@pytest.mark.parametrize("changes", [{"lake_version": 999}, {"call": None}])
def test_a_result_of_elsewhere_is_told_as_far_as_it_goes(workspace, changes):
    result = result_from_dict(workspace.catalog.traces.get("c1"))
    told = full_report(workspace, dataclasses.replace(result, **changes))
    assert [hop.carrier.carrier_id for hop in told.hops] == ["term", "mid", "orig"]
    assert (told.handoffs, told.completeness) == ((), None)


def test_the_page_holds_all_of_it(workspace, tmp_path):
    report(workspace, "c1", tmp_path / "c1.html", how=How("th"))
    page = html.fromstring((tmp_path / "c1.html").read_bytes())
    assert {"numbers", "complete", "hops", "replay"} <= {one.get("id") for one in page.xpath("//h2")}
    assert len(page.xpath("//table[@class='sides']")) == 2
    report(workspace, "c1", tmp_path / "c1.json", "json", How("th"))
    assert json.loads((tmp_path / "c1.json").read_bytes())["language"] == "th"


def test_the_sentences_of_a_trace_are_in_the_phrasebook(workspace):
    for ref in ("c1", "c2"):
        result = workspace.catalog.traces.get(ref)
        lines = [line["detail"] for hop in result["hops"] for line in hop["evidence"]]
        assert [line for line in [*lines, result["summary"]] if pattern_of(line) is None] == []


def test_statements_that_the_result_does_not_lead_to_are_found_by_tracing_again(workspace):
    result = result_from_dict(workspace.catalog.traces.get("c1"))
    hops = tuple(dataclasses.replace(hop, called="somebody") for hop in result.hops)
    told = full_report(workspace, dataclasses.replace(result, hops=hops))
    assert told.handoffs == full_report(workspace, result).handoffs


HOSTILE = "<script>alert(1)</script>\u202e{{ 7*7 }}{carrier}%s" + "x" * 3_000


def test_hostile_text_of_statements_and_files_stays_text(tmp_path):
    (tmp_path / "carriers.csv").write_text(
        f'carrier_id,name,country\norig,"{HOSTILE}",US\nterm,"<b>Term</b>",US\n', encoding="utf-8"
    )
    rows = {
        "term": f'2026-11-02T15:00:02Z,,30,+12025550143,+13125550188,,orig,,,"{HOSTILE}",,"=1+1"\n',
        "orig": f'2026-11-02T15:00:01Z,,30,+12025550143,+13125550188,,,"{HOSTILE}",term,"{HOSTILE}",,"{HOSTILE}"\n',
    }
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv")
        for carrier, row in rows.items():
            place = tmp_path / f"<i>{carrier}.csv"
            place.write_text(HEADER + row, encoding="utf-8")
            hoptrace.submit(made, [place], carrier, format="canonical")
        hoptrace.trace(made, [hoptrace.ReportedCall("<u>c</u>", "2026-11-02T15:00:02Z", "+13125550188")])
        for code in ("en", "th"):
            told = full_report(made, "<u>c</u>", How(code))
            assert told.handoffs[0].upper is not None
            page = html.fromstring(render(told, "html"))
            assert page.xpath("//script|//i|//b|//u") == []
            text = page.text_content()
            assert "<script>alert(1)</script>" in text
            assert "49" not in page.xpath("string(//table[@class='sides'])")
            assert "\u202e" not in text
            assert "{carrier}" in text
            assert json.loads(render(told, "json"))["files"][0]["file"].startswith("<i>")
