"""What a report says: words, roles, support, figures, replay."""

from __future__ import annotations

import dataclasses
import json

import pytest

from hoptrace.model.verdicts import Alternative, Hop, RecordRef, Support, Verdict
from hoptrace.reports import render, result_from_dict, trace_report
from hoptrace.reports.pictures.ladder_words import describe, role_text
from hoptrace.reports.rendering.html import render_html
from hoptrace.reports.trace.building import result_digest
from hoptrace.reports.trace.figures import percent
from hoptrace.reports.trace.model import Role
from hoptrace.reports.wording.times import clock_text, corrected, seconds_text, trimmed, utc_text

SAID = {
    Verdict.ORIGINATOR_IDENTIFIED: "Foxglove Télécom's own record says that its customer cust-1187 placed this call.",
    Verdict.POINT_OF_ENTRY_IDENTIFIED: "The call came into the country through Elm Gateway Services",
    Verdict.NON_PARTICIPATING: "Dogwood Interconnect has submitted no records that cover the time",
    Verdict.NO_RECORD: "Dogwood Interconnect has submitted records that cover the time, but none of this call",
    Verdict.DISPUTED: "contradict each other",
    Verdict.AMBIGUOUS: "may be",
    Verdict.NOT_FOUND: "None of the records",
}


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_says_what_it_says_and_what_it_does_not(verdict, example_of, carriers):
    words = trace_report(example_of(verdict), carriers).words
    assert SAID[verdict] in words.says
    assert words.does_not_say.startswith("It does not say ")
    assert "{" not in words.says + words.does_not_say


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.ORIGINATOR_IDENTIFIED])
def test_nobody_is_called_originating_without_that_verdict(verdict, example_of, carriers):
    report = trace_report(example_of(verdict), carriers)
    assert not any(Role.ORIGINATING in hop.roles for hop in report.hops)


def test_a_result_as_stored_gives_the_same_report(example_of, carriers):
    for verdict in Verdict:
        result = example_of(verdict)
        stored = json.loads(json.dumps(result.as_dict()))
        assert result_from_dict(stored) == result
        assert trace_report(stored, carriers) == trace_report(result, carriers)


def test_what_is_no_result_is_refused():
    with pytest.raises(ValueError, match="verdict"):
        trace_report({"call_ref": "C-1"}, {})


def test_roles_from_the_originating_carrier_to_the_terminating_one(example_of, carriers):
    report = trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers)
    assert [hop.roles for hop in report.hops] == [
        (Role.TERMINATING,),
        (Role.TRANSIT,),
        (Role.NAMED,),
        (Role.TRANSIT,),
        (Role.POINT_OF_ENTRY,),
        (Role.ORIGINATING,),
    ]


def test_a_carrier_that_took_the_call_from_abroad_is_a_gateway(result_with, hop_at, carriers):
    hops = (hop_at(0, "1001"), hop_at(1, "5005"), hop_at(2, "6006"), hop_at(3, "4004"))
    report = trace_report(result_with(Verdict.DISPUTED, hops), carriers)
    assert [hop.roles[0] for hop in report.hops] == [Role.TERMINATING, Role.GATEWAY, Role.TRANSIT, Role.TRAIL_END]


def test_the_point_of_entry_of_a_hairpin_is_where_the_carrier_stands_furthest_upstream(result_with, hop_at, carriers):
    hops = (
        hop_at(0, "1001"),
        hop_at(1, "5005"),
        hop_at(2, "3003"),
        hop_at(3, "5005"),
        hop_at(4, "6006", recorded=False),
    )
    result = result_with(Verdict.POINT_OF_ENTRY_IDENTIFIED, hops, point_of_entry="5005")
    report = trace_report(result, carriers)
    assert [Role.POINT_OF_ENTRY in hop.roles for hop in report.hops] == [False, False, False, True, False]


def test_where_an_unsettled_trail_ends_is_no_transit(result_with, hop_at, carriers):
    hops = (hop_at(0, "1001"), hop_at(1, "2002"), hop_at(2, "3003"))
    for verdict in (Verdict.AMBIGUOUS, Verdict.DISPUTED):
        report = trace_report(result_with(verdict, hops), carriers)
        words = [role_text(report, hop) for hop in report.hops]
        assert words == ["terminating", "transit: only carried the call", "where the trail ends"]
        page = render_html(report).decode()
        assert page.count("where the trail ends") > 1
        assert "Cedar Wholesale Voice (where the trail ends" in describe(report)
        roles = [hop["roles"] for hop in json.loads(render(report, "json"))["hops"]]
        assert roles == [["terminating"], ["transit"], ["trail_end"]]


def test_a_trail_of_one_carrier_ends_unsettled_where_it_begins(result_with, hop_at, carriers):
    report = trace_report(result_with(Verdict.AMBIGUOUS, (hop_at(0, "1001"),)), carriers)
    assert report.hops[0].roles == (Role.TRAIL_END, Role.TERMINATING)


def test_one_carrier_may_be_both_ends(result_with, hop_at, carriers):
    result = result_with(Verdict.ORIGINATOR_IDENTIFIED, (hop_at(0, "1001"),), originating_carrier="1001", customer="c9")
    assert trace_report(result, carriers).hops[0].roles == (Role.ORIGINATING, Role.TERMINATING)


def test_support_of_handoffs_by_who_has_a_record(result_with, hop_at, carriers):
    hops = (hop_at(0, "1001"), hop_at(1, "2002"), hop_at(2, "3003", False), hop_at(3, "4004", False), hop_at(4, "5005"))
    supports = [hop.support for hop in trace_report(result_with(Verdict.NO_RECORD, hops), carriers).hops]
    assert supports == [None, Support.BOTH, Support.NAMED, Support.INFERRED, Support.NAMED]


def test_a_result_tells_who_supports_a_handoff(result_with, hop_at, carriers):
    upper = dataclasses.replace(hop_at(1, "2002"), support=Support.ONE)
    report = trace_report(result_with(Verdict.NO_RECORD, (hop_at(0, "1001"), upper)), carriers)
    assert report.hops[1].support is Support.ONE


def test_a_last_record_that_names_no_upstream_is_not_called_missing(result_with, hop_at, carriers):
    words = trace_report(result_with(Verdict.NO_RECORD, (hop_at(0, "1001"), hop_at(1, "2002"))), carriers).words
    assert words.says == "Birch Long Distance has a record of the call, but it does not say who handed the call to it."
    assert "does not say that Birch Long Distance placed the call" in words.does_not_say


def test_clock_offsets_are_taken_off_and_gaps_are_between_corrected_times(example_of, carriers):
    second = trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers).hops[1]
    assert second.start_recorded == "2026-03-04T10:06:27.720-05:00"
    assert second.clock_offset_s == 143.0
    assert second.start_utc == "2026-03-04 15:04:04.720"
    assert second.gap_s == pytest.approx(0.4)


def test_times_of_different_things_have_no_gap(result_with, hop_at, carriers):
    bases = enumerate(["final", "received"])
    hops = tuple(dataclasses.replace(hop_at(place, str(place)), start_basis=basis) for place, basis in bases)
    lower, upper = trace_report(result_with(Verdict.NO_RECORD, hops), carriers).hops
    assert upper.gap_s is None
    assert (lower.when_ringing_ended, upper.when_ringing_ended) == (True, False)
    page = render_html(trace_report(result_with(Verdict.NO_RECORD, hops), carriers)).decode()
    assert page.count(">when ringing ended<") == 4


def test_figures_come_first_and_say_how_to_read_them(example_of, carriers):
    figures = trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers).figures
    assert [(figure.value, figure.label) for figure in figures] == [
        ("6", "carriers on the path"),
        ("5", "records found"),
        ("97 %", "confidence"),
        ("15:04:05", "UTC on 2026-03-04"),
    ]
    assert figures[0].note == "3 of 5 handoffs told by both sides"
    assert figures[1].note == "from 5 carriers; 1 gave none"


def test_the_replay_names_versions_and_a_command_line(example_of, carriers):
    result = example_of(Verdict.NOT_FOUND)
    replay = trace_report(result, carriers).replay
    assert replay.command == (
        "hoptrace trace --called +12025550134 --at 2026-03-04T15:04:05Z "
        "--calling +12025550187 --terminating 1001 --ref C-0042 --replay 12:3 --json"
    )
    assert (replay.lake_version, replay.clock_version) == (12, 3)
    assert replay.result_sha256 == result_digest(result)
    assert replay.result_sha256 != result_digest(dataclasses.replace(result, confidence=0.5))


def test_a_hostile_call_is_quoted_in_the_command_line(example_of, carriers):
    result = example_of(Verdict.NOT_FOUND)
    call = dataclasses.replace(result.call, called_number="1; rm -rf ~")
    command = trace_report(dataclasses.replace(result, call=call), carriers).replay.command
    assert "--called '1; rm -rf ~'" in command


def test_no_call_kept_means_no_command_line_and_the_time_of_the_first_record(example_of, carriers):
    report = trace_report(dataclasses.replace(example_of(Verdict.DISPUTED), call=None), carriers)
    assert report.replay.command is None
    assert report.figures[3].note == "from the first record"


def test_carriers_that_the_directory_lacks_are_shown_by_id(result_with):
    hops = (Hop("ZZ9", (RecordRef("b", 1),)),)
    report = trace_report(result_with(Verdict.NO_RECORD, hops, alternatives=(Alternative((), 0.1, "none"),)), {})
    assert report.hops[0].carrier.name == "ZZ9"


@pytest.mark.parametrize(
    ("recorded", "offset", "text"),
    [
        ("2026-03-04T10:04:05-05:00", 0.0, "2026-03-04 15:04:05"),
        ("2026-03-04T15:04:05.250Z", 3600.0, "2026-03-04 14:04:05.250"),
        ("2026-03-04T15:04:05", 0.0, None),
        ("yesterday", 0.0, None),
        ("0001-01-01T00:00:00Z", 5.0, None),
        ("2026-03-04T15:04:05Z", float("nan"), None),
        (None, 0.0, None),
    ],
)
def test_times_in_utc(recorded, offset, text):
    assert utc_text(corrected(recorded, offset)) == text


def test_numbers_for_people():
    assert [percent(share) for share in (0.0, 0.5, 0.973, 1.0)] == ["under 0.1 %", "50 %", "97.3 %", "over 99.9 %"]
    assert [seconds_text(value) for value in (0.4, 143.0, 3600.0, -0.0001)] == ["0.4 s", "143 s", "3,600 s", "0 s"]
    assert [clock_text(value) for value in (0.0, 143.0, -2.5)] == ["on time", "143 s fast", "2.5 s slow"]


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("2026-03-04T15:04:03.120000Z", "2026-03-04T15:04:03.120Z"),
        ("2026-03-04T15:04:03.000000-05:00", "2026-03-04T15:04:03-05:00"),
        ("2026-03-04T15:04:30Z", "2026-03-04T15:04:30Z"),
        ("2026-03-04T15:04:30.720Z", "2026-03-04T15:04:30.720Z"),
        ("2026-03-04T15:04:30.720001Z", "2026-03-04T15:04:30.720001Z"),
    ],
)
def test_recorded_times_lose_only_microseconds_that_are_none(recorded, shown):
    assert trimmed(recorded) == shown
