"""A package holds what the results rest on, the same input gives the same bytes, what does not replay is refused."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest

import hoptrace
from hoptrace.catalog.traces import Stored
from hoptrace.engines.retention import expire_lake
from hoptrace.errors import NotFound, PackageRefused, UnknownTrace
from hoptrace.evidence.verifying import verify


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def test_any_zip_program_opens_it(packed):
    with opened(packed) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
    assert [info.filename for info in infos][:3] == ["manifest.json", "manifest.sig", "public-key.pem"]
    assert {info.date_time for info in infos} == {(2023, 11, 14, 22, 13, 20)}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}


def test_it_holds_the_results_as_they_were_given(case, packed):
    with opened(packed) as archive:
        lines = archive.read("results.jsonl").splitlines()
    stored = [case.workspace.catalog.traces.get(ref) for ref in ("c1", "c2 ü/..", "c3")]
    assert [json.loads(line) for line in lines] == stored
    assert [one["verdict"] for one in stored] == ["originator_identified", "point_of_entry_identified", "not_found"]


def test_the_cited_rows_stand_in_it_as_the_carriers_wrote_them(case, packed):
    with opened(packed) as archive:
        lines = [json.loads(line) for line in archive.read("originals.jsonl").splitlines()]
        assert len(lines) == 5
        for line in lines:
            written = (case.files / line["file"]).read_bytes().splitlines()[line["row"] - 1]
            assert archive.read(line["path"]) == written


def test_without_the_files_the_digests_stand_for_the_rows(make_case, tmp_path):
    case = make_case(tmp_path, keep_files=False)
    made = case.pack("c1")
    assert (made.cited, made.originals, made.without_bytes) == (3, 0, ("mid.csv", "orig.csv", "term.csv"))
    with zipfile.ZipFile(made.out) as archive:
        lines = [json.loads(line) for line in archive.read("originals.jsonl").splitlines()]
    assert all(line["path"] is None and line["why"] and len(line["file_sha256"]) == 64 for line in lines)
    assert verify(made.out).sound


def test_submitted_files_can_be_named_where_the_workspace_keeps_none(make_case, tmp_path):
    case = make_case(tmp_path, keep_files=False)
    assert case.pack("c1", originals=True).originals == 3
    orig = case.files / "orig.csv"
    orig.write_text(orig.read_text().replace("cust-1", "cust-9"))  # is no longer the file that was submitted
    made = case.pack("c1", originals=True)
    assert (made.cited, made.originals, made.without_bytes) == (3, 2, ("orig.csv",))


def test_the_same_input_gives_the_same_bytes(case, packed, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert case.pack("c3", "c1", "c2 ü/..", "c1", name="again.zip").out.read_bytes() == packed
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000002")
    assert case.pack(name="later.zip").out.read_bytes() != packed


def test_it_is_sound_and_replays_to_the_byte_without_the_workspace(packed, tmp_path, monkeypatch):
    place = tmp_path / "elsewhere.zip"
    place.write_bytes(packed)
    monkeypatch.chdir(tmp_path)
    found = verify(place)
    assert found.sound, found.problems
    assert found.replayed is not None
    assert [(one.call_ref, one.same_bytes) for one in found.replayed] == [("c1", True), ("c2 ü/..", True), ("c3", True)]


def test_traces_of_several_versions_go_into_one_package(make_case, tmp_path):
    case = make_case(tmp_path)
    more = tmp_path / "more.csv"
    more.write_text((case.files / "term.csv").read_text().replace("3125550187", "3125550190"))
    hoptrace.submit(case.workspace, [more], "term")
    call = hoptrace.ReportedCall("c9", "2026-11-02T15:00:02Z", "+13125550190")
    hoptrace.trace(case.workspace, [call])
    made = case.pack("c1", "c9")
    with zipfile.ZipFile(made.out) as archive:
        grounds = {name.split("/")[1] for name in archive.namelist() if name.startswith("ground/")}
    assert len(grounds) == 2
    assert verify(made.out).sound


def test_a_call_that_was_not_traced_is_no_package(case):
    with pytest.raises(UnknownTrace, match="c7"):
        case.pack("c1", "c7", name="none.zip")
    assert not (case.folder / "none.zip").exists()


def test_a_result_that_does_not_come_out_again_is_refused(make_case, tmp_path):
    case = make_case(tmp_path)
    stored = hoptrace.reports.result_from_dict(case.workspace.catalog.traces.get("c1"))
    forged = replace(stored, customer="somebody-else")
    case.workspace.catalog.traces.save([Stored("c1", forged.verdict, None, forged.as_json().decode())])
    with pytest.raises(PackageRefused, match="does not come out again"):
        case.pack("c1")


def test_a_result_of_other_settings_is_refused(make_case, tmp_path):
    case = make_case(tmp_path)
    case.workspace.settings = replace(case.workspace.settings, home_country="FR")
    with pytest.raises(PackageRefused, match="other settings"):
        case.pack("c1")


def test_a_call_whose_records_have_expired_is_refused_in_words(make_case, tmp_path):
    case = make_case(tmp_path)
    other = tmp_path / "other.csv"
    other.write_text((case.files / "term.csv").read_text().replace("31255501", "31255502"))
    hoptrace.submit(case.workspace, [other], "term")
    expire_lake(case.workspace, date(2026, 11, 5), grace_hours=0)
    with pytest.raises(NotFound, match="removed since, by hoptrace lake expire"):
        case.pack("c1")


def test_a_file_that_stood_there_stays_when_packing_fails(case):
    place = case.folder / "kept.zip"
    place.write_bytes(b"an older package")
    with pytest.raises(UnknownTrace):
        case.pack("c7", name="kept.zip")
    assert place.read_bytes() == b"an older package"


def test_it_tells_that_records_which_a_result_rests_on_were_withdrawn(make_case, tmp_path):
    case = make_case(tmp_path)
    (stored,) = case.workspace.catalog.batches.list("orig")
    hoptrace.withdraw(case.workspace, [stored.receipt.batch], "submitted for another carrier")
    made = case.pack("c1", "c2 ü/..")
    assert verify(made.out).sound
    with zipfile.ZipFile(made.out) as archive:
        told, beside = (json.loads(archive.read(name)) for name in archive.namelist() if name.endswith("report.json"))
        receipts = [json.loads(line) for line in archive.read("receipts.jsonl").splitlines()]
    assert [line["batch"] for line in told["withdrawn"]["batches"]] == [stored.receipt.batch]
    assert told["withdrawn"]["batches"][0]["reason"] == "submitted for another carrier"
    assert beside["withdrawn"] is None
    reasons = {each["batch"]: each["withdrawn"]["reason"] for each in receipts if "withdrawn" in each}
    assert reasons == {stored.receipt.batch: "submitted for another carrier"}


def test_what_other_calls_tell_of_their_callers_is_not_in_it(make_case, tmp_path):
    case = make_case(tmp_path)
    clocks = case.workspace.catalog.clocks
    learned = clocks.latest_clocks()
    rows = [["mid", "orig", caller, "term"] for caller in (12025550143, 12025550177)]
    weights = {**learned.weights, "trust": {**learned.weights.get("trust", {}), "witnesses": rows}}
    clocks.save_clocks(learned.lake_version, learned.rows, learned.shifts, weights)
    hoptrace.trace(case.workspace, [hoptrace.ReportedCall("c8", "2026-11-02T15:00:02Z", "+13125550187")])
    made = case.pack("c8")
    with zipfile.ZipFile(made.out) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("clocks.json"))
        told = json.loads(archive.read(name))
    assert told["weights"]["trust"]["witnesses"] == rows[:1]
    assert verify(made.out).sound
