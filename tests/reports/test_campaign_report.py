"""The campaign report counts right: held against counting by hand over the results themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.errors import InputRefused, NotFound, UnknownCampaign, UnknownTrace, UsageError
from hoptrace.model.verdicts import TraceResult, Verdict
from hoptrace.reports import of_many
from hoptrace.reports.campaign.building import campaign_report
from hoptrace.reports.campaign.model import CampaignReport
from hoptrace.reports.many.material import Material, seen
from hoptrace.reports.many.placing import Certainty, directory_frame
from hoptrace.reports.many.traced_reading import read_traced
from hoptrace.reports.pictures.flow import Flow, Node, lay_out
from hoptrace.reports.pictures.sankey import draw, sankey_of
from hoptrace.reports.profiles import INVESTIGATOR
from hoptrace.reports.roles import roles_of
from hoptrace.reports.wording.language import Saying
from hoptrace.tracing.signatures.signers import Signers
from hoptrace.workspace import Workspace


@pytest.fixture(scope="module")
def whole(reported: Workspace, results_of_many: list[TraceResult], tmp_path_factory: pytest.TempPathFactory):
    """The report of all results, out of a file."""
    path = tmp_path_factory.mktemp("results") / "results.jsonl"
    path.write_bytes(b"\n".join(each.as_json() for each in results_of_many) + b"\n")
    return of_many.campaign(reported, of_many.Which(results=path))


def test_verdicts_and_shares(whole: CampaignReport, results_of_many: list[TraceResult]) -> None:
    counted = Counter(each.verdict.value for each in results_of_many)
    assert {row["verdict"]: row["calls"] for row in whole.verdicts.rows()} == dict(counted)
    assert sum(row["share"] for row in whole.verdicts.rows()) == pytest.approx(1.0)
    assert whole.sources.calls == len(results_of_many)
    assert whole.figures[0].value == "17"


def test_upstreams_are_ranked_by_calls_each_counted_once(
    whole: CampaignReport, results_of_many: list[TraceResult]
) -> None:
    counted = Counter(carrier for each in results_of_many for carrier in set(each.path[1:]))
    rows = whole.upstreams.rows()
    assert {row["carrier"]: row["calls"] for row in rows} == dict(counted)
    assert [row["calls"] for row in rows] == sorted((row["calls"] for row in rows), reverse=True)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        roles = ("originating", "point_of_entry", "gateway", "trail_end", "transit", "named")
        assert sum(row[role] for role in roles) == row["calls"]


def test_a_carrier_that_only_carried_is_called_nothing_else(whole: CampaignReport) -> None:
    (birch,) = [row for row in whole.upstreams.rows() if row["carrier"] == "BRCH2"]
    assert (birch["transit"], birch["trail_end"]) == (birch["calls"] - 1, 1)
    assert birch["role"] == "transit"
    assert [row["carrier"] for row in whole.originators.rows()] == ["FOXG6"]


def test_originators_entries_and_customers(whole: CampaignReport) -> None:
    assert [(row["carrier"], row["calls"], row["customers"]) for row in whole.originators.rows()] == [("FOXG6", 6, 1)]
    assert [(row["carrier"], row["calls"], row["came_from"]) for row in whole.entries.rows()] == [("ELMG5", 7, "FOXG6")]
    assert [(row["customer"], row["calls"]) for row in whole.customers.rows()] == [("cust-secret-1187", 6)]


def test_what_is_open_says_where_and_why(whole: CampaignReport) -> None:
    rows = whole.unresolved.rows()
    assert next((row["verdict"], row["carrier"], row["calls"]) for row in rows) == ("non_participating", "DOGW4", 6)
    assert sum(row["calls"] for row in rows) == 10
    assert all(row["why"] for row in rows)
    assert {row["carrier"] for row in rows if row["verdict"] == "not_found"} == {""}


def test_handoffs_add_up(whole: CampaignReport, results_of_many: list[TraceResult]) -> None:
    pairs = Counter(
        (upper, lower) for each in results_of_many for lower, upper in zip(each.path, each.path[1:], strict=False)
    )
    rows = whole.handoffs.rows()
    assert {(row["upstream"], row["downstream"]): row["calls"] for row in rows} == dict(pairs)
    assert all(row["both"] + row["one"] + row["named"] + row["inferred"] == row["calls"] for row in rows)


def test_volumes_have_every_day_also_the_empty_ones(whole: CampaignReport) -> None:
    rows = whole.volumes.rows()
    assert [row["begins"] for row in rows] == [f"2026-11-{day:02d}" for day in range(2, 19)]
    assert sum(row["calls"] for row in rows) == 17
    assert all(row["settled"] + row["open"] == row["calls"] for row in rows)


def test_caller_ids(whole: CampaignReport) -> None:
    told = {row["behaviour"]: row["calls"] for row in whole.behaviours.rows()}
    assert told["Showed a caller id"] == 17
    assert told["Showed a caller id that ten or more of these calls showed"] == 17
    assert told["Showed a caller id that looks like a neighbour of the called number"] == 17
    assert [(row["calling"], row["calls"]) for row in whole.callers.rows()] == [("+12025550187", 17)]


def test_samples_have_every_verdict(whole: CampaignReport) -> None:
    assert {row["verdict"] for row in whole.samples.rows()} == {verdict.value for verdict in Verdict}


def test_the_newest_of_two_results_of_a_call_counts(reported: Workspace, told_call, tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    older, newer = told_call(1, Verdict.AMBIGUOUS, "AB"), told_call(1, Verdict.NO_RECORD, "ABC", "C")
    path.write_bytes(older.as_json() + b"\n" + newer.as_json() + b"\n")
    report = of_many.campaign(reported, of_many.Which(results=path))
    assert [row["verdict"] for row in report.verdicts.rows()] == ["no_record"]
    assert "1 older result of the same calls was left out." in report.completeness


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([Verdict.ORIGINATOR_IDENTIFIED], ["The traced call is settled."]),
        ([Verdict.NO_RECORD], ["Of 1 traced call 0 is settled (0 %).", "The one open call ends at "]),
        ([Verdict.NOT_FOUND], ["The one open call has no known end (not found)."]),
        ([Verdict.NO_RECORD] * 2, ["Of the 2 open ones 2 end at "]),
        ([Verdict.NO_RECORD, Verdict.NOT_FOUND], ["Of the 2 open ones 1 "]),
    ],
)
def test_sentences_count_as_people_do(reported: Workspace, told_call, tmp_path, verdicts, said) -> None:
    path = tmp_path / "results.jsonl"
    told = [told_call(n, each, "" if each is Verdict.NOT_FOUND else "ABC") for n, each in enumerate(verdicts)]
    path.write_bytes(b"".join(each.as_json() + b"\n" for each in told))
    says = of_many.campaign(reported, of_many.Which(results=path)).says
    assert [sentence for sentence in said if sentence not in says] == []


def test_a_campaign_of_a_file_and_of_the_store_are_the_same(reported: Workspace, results_of_many, tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    ordered = sorted(results_of_many, key=lambda each: each.call_ref)
    path.write_bytes(b"".join(each.as_json() + b"\n" for each in ordered))
    of_file = of_many.campaign(reported, of_many.Which(results=path, campaign="bank alert"))
    stored = of_many.campaign(reported, of_many.Which(campaign="bank alert"))
    assert of_file.tables() == stored.tables()


def test_calls_by_their_references(reported: Workspace) -> None:
    report = of_many.campaign(reported, of_many.Which(call_refs=("REF-secret-1", "REF-secret-6")))
    assert report.sources.calls == 2


def test_what_is_not_there_is_said_clearly(reported: Workspace, tmp_path) -> None:
    with pytest.raises(UnknownCampaign, match=r"'nonsense'. There are, with their calls: bank alert \(9\)"):
        of_many.campaign(reported, of_many.Which(campaign="nonsense"))
    with pytest.raises(UnknownTrace, match="'REF-none'"):
        of_many.campaign(reported, of_many.Which(call_refs=("REF-secret-1", "REF-none")))
    with pytest.raises(NotFound, match="no file"):
        of_many.campaign(reported, of_many.Which(results=tmp_path / "none.jsonl"))
    with pytest.raises(UsageError, match="Say which calls"):
        of_many.campaign(reported, of_many.ALL)
    with pytest.raises(UsageError, match="either"):
        of_many.campaign(reported, of_many.Which(results=tmp_path, call_refs=("X",)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no result"),
        (b"\n\n", "holds no result"),
        (b"[]\n", r"line 1, holds no result of a trace"),
        (b"{}\n", r"line 1, holds no result of a trace \(KeyError"),
        (b"not JSON\n", "line 1, is not JSON"),
        (b'{"call_ref": "1", "verdict": "guilty", "hops": []}\n', "line 1, holds no result"),
    ],
)
def test_a_file_that_holds_no_results_is_refused(content: bytes, message: str, reported: Workspace, tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputRefused, match=message):
        of_many.campaign(reported, of_many.Which(results=path))


def test_the_line_that_is_wrong_is_named(reported: Workspace, results_of_many, tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    lines = [each.as_json() for each in results_of_many]
    path.write_bytes(b"\n".join([*lines[:3], lines[3][:200], *lines[4:]]))
    with pytest.raises(InputRefused, match="line 4, is not JSON"):
        of_many.campaign(reported, of_many.Which(results=path))


def test_text_that_is_no_unicode_is_read(reported: Workspace, told_call, tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(told_call(1, Verdict.ORIGINATOR_IDENTIFIED, "AB", customer="x\ud800").as_json())
    assert of_many.campaign(reported, of_many.Which(results=path)).sources.calls == 1


def test_a_packed_file_is_read(reported: Workspace, results_of_many, tmp_path) -> None:
    import gzip

    path = tmp_path / "results.jsonl.gz"
    content = gzip.compress(b"\n".join(each.as_json() for each in results_of_many))
    path.write_bytes(content)
    assert of_many.campaign(reported, of_many.Which(results=path)).sources.calls == 17
    path.write_bytes(content[:-20])
    with pytest.raises(InputRefused, match="cut short or damaged"):
        of_many.campaign(reported, of_many.Which(results=path))


worlds = st.lists(
    st.tuples(
        st.sampled_from(list(Verdict)),
        st.text("ABCDEF", min_size=0, max_size=7),
        st.text("ABCDEF", max_size=2),
        st.sampled_from([None, "ELMG5", "ALDR1"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_roles_are_those_of_the_trace_report(told_call: Callable[..., TraceResult], reported: Workspace, world) -> None:
    """Every hop of any trail has the role that the trace report gives first, and every report can be made and drawn."""
    carriers = {carrier.carrier_id: carrier for carrier in reported.catalog.directory.carriers()}
    results = []
    for at, (verdict, path, silent, entry) in enumerate(world):
        made = told_call(at, verdict, path, silent, point_of_entry=entry)
        last = made.path[-1] if made.path and verdict is Verdict.ORIGINATOR_IDENTIFIED else None
        results.append(told_call(at, verdict, path, silent, point_of_entry=entry, originating_carrier=last))
    traced = read_traced(((("line", at), each.as_json()) for at, each in enumerate(results)), Saying("a test"))
    directory = directory_frame(carriers.values())
    unsigned = pl.DataFrame(schema={"batch": pl.String, "row": pl.Int64, "signer": pl.String})
    known = Material(seen(traced, directory, unsigned, INVESTIGATOR), directory, Signers(), INVESTIGATOR)
    hops = known.hops.collect()
    for row in hops.iter_rows(named=True):
        result = results[row["call"]]
        assert row["role"] == roles_of(result, row["position"] - 1, carriers)[0].value
        assert (row["certainty"] in (Certainty.BOTH_SIDES, Certainty.OWN_RECORD)) == bool(
            result.hops[row["position"] - 1].records
        )
    assert hops.height == sum(len(each.hops) for each in results)
    report = campaign_report(known, "any")
    for column in range(1, 6):
        here = [row for row in report.stages.rows() if row["stage"] == column]
        passed = [row for row in report.passages.rows() if row["stage"] == column]
        assert sum(row["calls"] for row in passed) <= sum(row["calls"] for row in here)
    draw(sankey_of(report), 700.0)


def test_ribbons_fill_their_nodes_and_nothing_more() -> None:
    nodes = [Node(1, "t", "T", "", 10), Node(2, "a", "A", "", 7), Node(2, "b", "B", "", 3)]
    flows = [Flow(2, 1, "a", "t", 7), Flow(2, 1, "b", "t", 3)]
    layout = lay_out(nodes, flows, 800.0, 20.0)
    low = {place.node.carrier: place for place in layout.places}
    assert sum(ribbon.thick for ribbon in layout.ribbons) == pytest.approx(low["t"].height)
    for ribbon in layout.ribbons:
        assert low["t"].y <= ribbon.y1 <= low["t"].y + low["t"].height
        assert ribbon.x0 < ribbon.x1
