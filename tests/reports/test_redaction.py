"""What a reader may not see is in no rendering of any report: not in text, attachments or metadata."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.errors import NothingTraced, UnknownCarrier, UsageError
from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import TraceResult, Verdict
from hoptrace.reports import of_many, render, trace_report
from hoptrace.reports.campaign.building import campaign_report
from hoptrace.reports.many.material import Material, seen
from hoptrace.reports.many.placing import directory_frame
from hoptrace.reports.many.redaction import masked
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.many.traced_reading import read_traced
from hoptrace.reports.profiles import Profile, read_profile
from hoptrace.reports.summary_files import Form, render_summary
from hoptrace.reports.trace.redacted import redact_trace
from hoptrace.reports.wording.language import Saying
from hoptrace.tracing.signatures.signers import Signers
from hoptrace.workspace import Workspace

CAMPAIGN = of_many.Which(campaign="bank alert")
ALL = of_many.ALL

HIDDEN = {
    "regulator": {"customer"},
    "carrier:CEDR3": {
        *("rewritten", "customer", "far carrier", "far name", "last carrier", "last name", "record", "batch"),
        *("contact", "campaign number"),
    },
    "public": {
        *("called", "calling", "rewritten", "customer", "call_ref", "record", "own record", "batch", "contact"),
        *("time", "campaign number"),
    },
}
"""Which of the secrets each reader may never see."""


def summaries(workspace: Workspace, profile: Profile) -> Iterator[tuple[str, SummaryReport]]:
    yield "campaign", of_many.campaign(workspace, CAMPAIGN, profile)
    yield "carrier", of_many.carrier(workspace, "CEDR3", ALL, profile)
    yield "other carrier", of_many.carrier(workspace, "DOGW4", ALL, profile)
    yield "regulator", of_many.regulator(workspace, "2026-Q4", ALL, profile)
    yield "what-if", of_many.what_if(workspace, ALL, profile)


def readable(content: bytes, kind: str) -> str:
    """Everything in a rendering that anybody can read, whatever it takes."""
    if kind == "pdf":
        return of_pdf(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(f"{name} {archive.read(name).decode()}" for name in archive.namelist())
    return content.decode("utf-8")


def of_pdf(content: bytes) -> str:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed: what the PDFs hold was not looked at")
    reader = pypdf.PdfReader(io.BytesIO(content))
    text = [page.extract_text() for page in reader.pages]
    attached = [f"{name} {data.decode()}" for name, files in reader.attachments.items() for data in files]
    assert attached, "the report's JSON is attached inside"
    # Bookmarks, alternative texts and descriptions are strings of the file's objects.
    strings = [repr(reader.get_object(number)) for number in range(1, len(reader.xref[0]) + 1 if reader.xref else 0)]
    return "\n".join([*text, *attached, repr(reader.metadata), repr(reader.xmp_metadata), *strings])


def compact(text: str) -> str:
    """Without the blanks and line ends at which a page breaks a word."""
    return re.sub(r"[\s\u00ad\u200b]+", "", text)


FORMATS = {
    "campaign": ("html", "pdf", "json", "csv", "svg", "graphml"),
    "carrier": ("html", "json", "csv", "svg"),
    "other carrier": ("html", "json", "csv", "svg"),
    "regulator": ("html", "pdf", "json", "csv", "svg"),
    "what-if": ("html", "json", "csv", "svg"),
}
"""A PDF is the same page for all kinds, and takes seconds: two of them are looked into."""


def leaks(text: str, names: set[str], secrets: dict[str, str]) -> set[str]:
    packed = compact(text)
    return {name for name in names if compact(secrets[name]).lower() in packed.lower()}


@pytest.mark.parametrize("profile", sorted(HIDDEN))
def test_no_rendering_of_a_summary_holds_what_is_hidden(profile, reported, secrets):
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    for kind, report in summaries(reported, read_profile(profile)):
        for form in FORMATS[kind]:
            text = readable(render_summary(report, Form(form)), form)
            assert not leaks(text, HIDDEN[profile], secrets), f"{kind} as {form} for {profile}"


@pytest.mark.parametrize("profile", sorted(HIDDEN))
def test_no_rendering_of_a_trace_holds_what_is_hidden(profile, reported, secrets, results_of_many):
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    carriers = {carrier.carrier_id: carrier for carrier in reported.catalog.directory.carriers()}
    for number in (0, 6, 12, 14):
        report = redact_trace(trace_report(results_of_many[number], carriers), read_profile(profile))
        for form in ("html", "json", "csv", "svg", "graphml", *(["pdf"] if not number else [])):
            text = readable(render(report, form), form)
            assert not leaks(text, HIDDEN[profile], secrets), f"call {number} as {form} for {profile}"


def test_the_investigator_sees_all_of_it(reported, secrets, results_of_many):
    """So that the searches above could find something."""
    carriers = {carrier.carrier_id: carrier for carrier in reported.catalog.directory.carriers()}
    texts = [readable(render_summary(report, Form("json")), "json") for _, report in summaries(reported, Profile())]
    one = trace_report(results_of_many[1], carriers)
    texts.append(readable(render(one, "html"), "html") + readable(render(one, "json"), "json"))
    assert leaks("\n".join(texts), set(secrets), secrets) == set(secrets)


def test_a_pdf_is_searched_to_its_last_string(reported, secrets):
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    report = of_many.campaign(reported, CAMPAIGN)
    found = leaks(readable(render_summary(report, Form("pdf")), "pdf"), set(secrets), secrets)
    assert {"called", "customer", "far carrier", "call_ref"} - {"called"} <= found


def test_a_regulator_sees_customers_where_the_settings_allow(reported):
    allowed = read_profile("regulator", customers_allowed=True)
    assert len(of_many.campaign(reported, CAMPAIGN, allowed).customers) == 1
    refused = of_many.campaign(reported, CAMPAIGN, read_profile("regulator"))
    assert len(refused.customers) == 0
    assert "not shown" in refused.empty["customers"]


def test_a_carrier_sees_its_own_hop_and_the_neighbours(reported, results_of_many):
    carriers = {carrier.carrier_id: carrier for carrier in reported.catalog.directory.carriers()}
    report = redact_trace(trace_report(results_of_many[0], carriers), read_profile("carrier:CEDR3"))
    assert [hop.carrier.carrier_id for hop in report.hops] == ["BRCH2", "CEDR3", "DOGW4"]
    assert [hop.position for hop in report.hops] == [1, 2, 3]
    assert [hop.called for hop in report.hops] == [None, "+12025550134", None]
    assert report.call.called_number == "+12025550134"
    assert report.cut_above and report.cut_below
    page = render(report, "html").decode()
    assert "Before that: not shown to this reader" in page
    assert "Caller: " not in page


def test_a_carrier_at_the_end_of_the_path_sees_that_it_is(reported, results_of_many):
    carriers = {carrier.carrier_id: carrier for carrier in reported.catalog.directory.carriers()}
    report = redact_trace(trace_report(results_of_many[0], carriers), read_profile("carrier:ALDR1"))
    assert [hop.carrier.carrier_id for hop in report.hops] == ["ALDR1", "BRCH2"]
    assert (report.cut_below, report.cut_above) == (False, True)


def test_a_carrier_sees_only_its_own_calls_in_a_summary(reported):
    report = of_many.campaign(reported, CAMPAIGN, read_profile("carrier:FOXG6"))
    assert report.sources.calls == 4
    assert {row["carrier"] for row in report.stages.rows() if row["carrier"]} == {"ELMG5", "FOXG6"}


def test_another_carriers_files_and_traffic_are_not_shown(reported):
    report = of_many.carrier(reported, "DOGW4", ALL, read_profile("carrier:CEDR3"))
    assert report.statements is None
    assert all("not shown" in report.empty[name] for name in ("clock", "batches", "rejects", "conflicts"))
    assert of_many.carrier(reported, "CEDR3", ALL, read_profile("carrier:CEDR3")).statements == 0


def test_a_carrier_that_is_on_no_trail_is_told_so(reported, results_of_many, make_reported):
    carriers = {carrier.carrier_id: carrier for carrier in reported.catalog.directory.carriers()}
    with pytest.raises(NothingTraced, match="FOXG6 is not on the trail of call REF-secret-6"):
        redact_trace(trace_report(results_of_many[6], carriers), read_profile("carrier:FOXG6"))
    few = make_reported(results_of_many[6:8])
    with pytest.raises(NothingTraced, match="None of these 2 traced calls passed carrier FOXG6"):
        of_many.what_if(few, ALL, read_profile("carrier:FOXG6"))
    with pytest.raises(UnknownCarrier, match="NOBODY"):
        of_many.what_if(few, ALL, read_profile("carrier:NOBODY"))


@pytest.mark.parametrize("text", ["", "carrier", "carrier:", "public:X", "everybody", "investigator:1"])
def test_a_profile_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="investigator, regulator, carrier:ID"):
        read_profile(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("call +1 (202) 555-0134 now", "call [number] now"),
        ("202.555.0134", "[number]"),
        ("campaign 17 of 2026", "campaign 17 of 2026"),
        ("+442079460123", "[number]"),
    ],
)
def test_numbers_in_free_text_are_masked(text: str, told: str) -> None:
    assert masked(text) == told


@pytest.mark.parametrize("profile", ["public", "carrier:CEDR3"])
def test_a_heading_tells_no_reference_and_no_number(profile: str, reported: Workspace) -> None:
    one = of_many.campaign(reported, of_many.Which(call_refs=("REF-secret-0",)), read_profile(profile))
    assert one.subject == "One call"
    named = of_many.campaign(reported, of_many.Which(campaign="bank alert 2025550166"), read_profile(profile))
    assert named.subject == "Campaign bank alert [number]"
    assert named.sources.results == "the stored traces of campaign bank alert [number]"


paths = st.lists(
    st.tuples(st.text("ABCDEF", min_size=1, max_size=7), st.text("ABCDEF", max_size=2)), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None)
@given(paths, st.sampled_from("ABCDEF"))
def test_a_carrier_never_sees_who_is_not_beside_it(told_call, reported: Workspace, world, letter: str) -> None:
    """Held against the paths themselves, any paths, hairpins too, in the campaign report and in each trace report."""
    directory = reported.catalog.directory.carriers()
    carriers = {carrier.carrier_id: carrier for carrier in directory}
    me = next(each for each in carriers if each[0] == letter)
    results = [
        told_call(at, Verdict.DISPUTED, path, silent, point_of_entry=None) for at, (path, silent) in enumerate(world)
    ]
    known = material_of(results, directory, read_profile(f"carrier:{me}"))
    text = campaign_report(known, "any").model_dump_json()
    seen = {other for result in results for other in beside(result.path, me)}
    assert {each for each in carriers if each in text} <= seen | {me}
    for result in results:
        if me not in result.path:
            continue
        report = redact_trace(trace_report(result, carriers), read_profile(f"carrier:{me}"))
        told = report.model_dump_json()
        assert {each for each in carriers if each in told} <= set(beside(result.path, me)) | {me}
        assert [hop.position for hop in report.hops] == list(range(1, len(report.hops) + 1))


def beside(path: tuple[str, ...], me: str) -> list[str]:
    """The carriers next to `me` wherever it stands on the path."""
    return [path[at] for at, _ in enumerate(path) if me in path[max(0, at - 1) : at + 2]]


def material_of(results: list[TraceResult], directory: list[Carrier], profile: Profile) -> Material:
    """What reports are built from, of results that are in no workspace."""
    read = read_traced(((("line", at), each.as_json()) for at, each in enumerate(results)), Saying("a test"))
    frame = directory_frame(directory)
    unsigned = pl.DataFrame(schema={"batch": pl.String, "row": pl.Int64, "signer": pl.String})
    return Material(seen(read, frame, unsigned, profile), frame, Signers(), profile)
