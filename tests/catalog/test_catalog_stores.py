from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import zstandard

from hoptrace.catalog.batches import NewBatch, RejectedRow
from hoptrace.catalog.catalog import Catalog
from hoptrace.catalog.clocks import ClockRow
from hoptrace.catalog.traces import Stored
from hoptrace.errors import StorageFailed, UnknownBatch, UnknownTrace
from hoptrace.model.receipts import Receipt

FIRST, LAST = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 5, 1, 13, 0, 0, 250_000, tzinfo=UTC)


def _receipt(batch: str, carrier: str = "alpha", digest: str | None = None) -> Receipt:
    return Receipt(
        file="cdr.csv",
        digest=digest or batch,
        batch=batch,
        carrier=carrier,
        format="canonical",
        timezone="UTC",
        first_time="2026-05-01T12:00:00Z",
        last_time="2026-05-01T13:00:00.250000Z",
        rows=3,
        accepted=1,
        duplicates=0,
        skipped=1,
        rejected={"no called number": 1},
        statements=1,
        unknown_trunks={"TG-\x00": 1},
        flags=("re-saved by a spreadsheet",),
    )


def _enter(catalog: Catalog, commit_id: str, *receipts: Receipt) -> None:
    catalog.batches.begin(commit_id, receipts[0].carrier)
    rejected = [RejectedRow(receipt.batch, 2, b"\x00\xffraw", ("no called number", "=1+1")) for receipt in receipts]
    catalog.batches.enter(commit_id, [NewBatch(r, FIRST, LAST, b"a,b") for r in receipts], rejected)


def test_a_finished_commit_shows_its_batches(catalog: Catalog) -> None:
    first, second = _receipt("b1"), _receipt("b2")
    _enter(catalog, "c", first, second)
    catalog.batches.finish("c", 1)
    assert [stored.receipt for stored in catalog.batches.list()] == [first, second]
    stored = catalog.batches.show("b2")
    assert (stored.receipt, stored.commit_id, stored.header) == (second, "c", b"a,b")
    assert catalog.batches.by_digest("alpha", ["b1", "other"])["b1"].receipt == first
    assert catalog.batches.by_digest("beta", ["b1"]) == {}
    assert catalog.batches.spans() == [("alpha", "b1", FIRST, LAST), ("alpha", "b2", FIRST, LAST)]
    assert catalog.batches.rejected_rows("b1") == [RejectedRow("b1", 2, b"\x00\xffraw", ("no called number", "=1+1"))]


def test_a_pending_commit_shows_only_when_the_lake_has_it(catalog: Catalog, in_lake: set[str]) -> None:
    _enter(catalog, "c", _receipt("b1"))
    assert catalog.batches.pending() == ["c"]
    assert catalog.batches.list() == []
    assert catalog.batches.spans() == []
    with pytest.raises(UnknownBatch, match="batches list"):
        catalog.batches.rejected_rows("b1")
    in_lake.add("c")
    assert len(catalog.batches.list()) == 1
    assert len(catalog.batches.rejected_rows("b1")) == 1


def test_a_commit_that_is_taken_out_leaves_nothing(catalog: Catalog, in_lake: set[str]) -> None:
    _enter(catalog, "c", _receipt("b1"))
    catalog.batches.rollback("c")
    in_lake.add("c")
    assert (catalog.batches.list(), catalog.batches.pending()) == ([], [])
    _enter(catalog, "d", _receipt("b1"))
    catalog.batches.finish("d", 2)
    assert catalog.batches.show("b1").commit_id == "d"


def test_one_file_of_a_carrier_is_one_batch(catalog: Catalog) -> None:
    _enter(catalog, "c", _receipt("b1", digest="same"))
    catalog.batches.begin("d", "alpha")
    with pytest.raises(StorageFailed, match="database refused"):
        catalog.batches.enter("d", [NewBatch(_receipt("b2", digest="same"))], [])
    _enter(catalog, "e", _receipt("b3", carrier="beta", digest="same"))


def test_a_clock_table_made_of_one_that_is_not_the_newest_is_not_stored(catalog: Catalog) -> None:
    rows = [ClockRow("alpha", 1.0, 0.1, 9)]
    assert catalog.clocks.save_clocks(7, rows, follows=0) == 1
    assert catalog.clocks.save_clocks(8, [], follows=0) == 0
    assert catalog.clocks.save_clocks(8, [], follows=1) == 2
    assert catalog.clocks.latest_version() == 2


def test_clock_tables_get_a_version_when_they_change(catalog: Catalog) -> None:
    assert catalog.clocks.latest_clocks().version == 0
    rows = [ClockRow("beta", -1.5, 0.1, 20), ClockRow("alpha", 143.0, 0.25, 900)]
    assert catalog.clocks.save_clocks(7, rows) == 1
    assert catalog.clocks.save_clocks(8, rows[::-1]) == 1
    assert catalog.clocks.save_clocks(9, rows[:1]) == 2
    latest = catalog.clocks.latest_clocks()
    assert (latest.version, latest.lake_version, latest.rows) == (2, 9, (rows[0],))
    assert catalog.clocks.clocks(1).rows == (rows[1], rows[0])
    assert catalog.clocks.clocks(99).rows == ()
    assert catalog.clocks.save_clocks(10, []) == 3
    assert catalog.clocks.latest_clocks().rows == ()


def _stored(result: dict[str, Any]) -> Stored:
    return Stored(result["call_ref"], result["verdict"], result["call"]["campaign"], json.dumps(result))


def test_the_newest_trace_of_a_call_counts(catalog: Catalog) -> None:
    def result(call_ref: str, verdict: str, campaign: str | None = None) -> dict[str, object]:
        return {"call_ref": call_ref, "verdict": verdict, "call": {"campaign": campaign}, "path": ["alpha"]}

    assert catalog.traces.latest("x") is None
    with pytest.raises(UnknownTrace, match="Trace it first"):
        catalog.traces.get("x")
    first, second, other = result("x", "not_found"), result("x", "ambiguous", "c1"), result("a", "not_found")
    assert catalog.traces.save([_stored(first)]) == 1
    assert catalog.traces.save(_stored(each) for each in (second, other)) == 2
    assert catalog.traces.get("x") == second
    assert catalog.traces.list() == [other, second]
    assert catalog.traces.list(campaign="c1") == [second]


def test_results_are_given_one_by_one_as_they_were_written(catalog: Catalog) -> None:
    def result(call_ref: str, verdict: str, campaign: str | None = None) -> dict[str, Any]:
        return {"call_ref": call_ref, "verdict": verdict, "call": {"campaign": campaign}, "path": ["Téléc", "b"]}

    old, new = result("x", "not_found", "c1"), result("x", "ambiguous", "c1")
    others = [result("a", "not_found", "c2"), result("b", "disputed", "c1"), result("c", "no_record")]
    catalog.traces.save(_stored(each) for each in (old, *others, new))
    assert {ref: json.loads(text) for ref, text in catalog.traces.newest()} == {
        each["call_ref"]: each for each in (new, *others)
    }
    assert [ref for ref, _ in catalog.traces.newest(campaign="c1")] == ["b", "x"]
    assert [json.loads(text) for _, text in catalog.traces.newest(call_refs=["x", "none"])] == [new]
    assert catalog.traces.campaigns() == {"c1": 2, "c2": 1}


def test_results_that_were_stored_long_ago_are_forgotten_and_hold_nothing(catalog: Catalog) -> None:
    def result(call_ref: str, row: int) -> dict[str, Any]:
        records = [{"batch": "b-1", "row": row, "record_id": None}]
        return {
            "call_ref": call_ref,
            "verdict": "no_record",
            "call": {"campaign": None},
            "hops": [{"records": records}],
        }

    def file(*results: dict[str, Any]) -> None:
        lines = b"".join(json.dumps(each).encode() + b"\n" for each in results)
        calls = [(each["call_ref"], each["verdict"], None, 0, line) for line, each in enumerate(results)]
        with catalog.traces.filing() as filing:
            filing.add([zstandard.compress(lines)], calls)

    catalog.traces.save(_stored(result(ref, row)) for ref, row in (("x", 1), ("y", 2)))
    file(result("a", 3), result("b", 4))
    moment = datetime.now(UTC)
    catalog.traces.save([_stored(result("x", 5))])
    file(result("b", 6), result("c", 7))

    assert catalog.traces.cited() == {("b-1", row) for row in range(1, 8)}
    assert catalog.traces.cited(moment) == {("b-1", row) for row in (5, 6, 7)}
    assert catalog.traces.stored_before(moment) == 4
    assert catalog.traces.forget(moment) == 4
    assert (catalog.traces.forget(moment), catalog.traces.stored_before(moment)) == (0, 0)
    assert catalog.traces.cited() == {("b-1", row) for row in (5, 6, 7)}
    assert [each["call_ref"] for each in catalog.traces.list()] == ["b", "c", "x"]
    assert catalog.traces.get("b") == result("b", 6)


def test_traces_are_saved_all_or_none(catalog: Catalog) -> None:
    def broken() -> Iterator[Stored]:
        yield Stored("x", "not_found", None, "{}")
        raise KeyError("y")

    with pytest.raises(KeyError):
        catalog.traces.save(broken())
    assert catalog.traces.list() == []


def test_spans_as_they_were_at_a_version_of_the_lake(catalog: Catalog) -> None:
    _enter(catalog, "c", _receipt("b1"))
    catalog.batches.finish("c", 3)
    _enter(catalog, "d", _receipt("b2"))
    catalog.batches.finish("d", 5)
    assert [span[1] for span in catalog.batches.spans(lake_version=2)] == []
    assert [span[1] for span in catalog.batches.spans(lake_version=4)] == ["b1"]
    assert [span[1] for span in catalog.batches.spans(lake_version=5)] == ["b1", "b2"]


def test_spans_asked_for_again_are_those_of_the_version(catalog: Catalog, in_lake: set[str]) -> None:
    def at(version: int) -> list[str]:
        found = catalog.batches.spans_at(version)
        assert list(found.spans) == catalog.batches.spans(lake_version=version)
        return [span[1] for span in found.spans]

    _enter(catalog, "c", _receipt("b2"))
    catalog.batches.finish("c", 3)
    assert (at(2), at(4)) == ([], ["b2"])
    _enter(catalog, "d", _receipt("b1"))
    assert at(4) == ["b2"]
    in_lake.add("d")
    assert at(5) == at(6) == ["b1", "b2"]
    key = catalog.batches.spans_at(6).key
    catalog.batches.finish("d", 5)
    _enter(catalog, "e", _receipt("b3"))
    catalog.batches.finish("e", 6)
    assert at(6) == ["b1", "b2", "b3"]
    assert catalog.batches.spans_at(6).key != key
    assert (at(3), at(5), at(7)) == (["b2"], ["b1", "b2"], ["b1", "b2", "b3"])


def test_batches_that_came_after_a_version(catalog: Catalog) -> None:
    for commit_id, batch, version in (("c", "b1", 3), ("d", "b2", 5)):
        _enter(catalog, commit_id, _receipt(batch))
        catalog.batches.finish(commit_id, version)
    _enter(catalog, "e", _receipt("b3"))
    assert catalog.batches.after(2) == ["b1", "b2", "b3"]
    assert catalog.batches.after(3) == ["b2", "b3"]
    assert catalog.batches.after(5) == ["b3"]


def _replace(catalog: Catalog) -> None:
    """An all-rejected batch, and a commit under way that reads its file anew, under the same id."""
    _enter(catalog, "old", _receipt("b1", digest="same"))
    catalog.batches.finish("old", 1)
    catalog.batches.begin("new", "alpha")
    catalog.batches.enter("new", [NewBatch(_receipt("b1", digest="same"))], [], ["b1"])


def test_a_replaced_batch_is_back_when_the_newer_one_comes_to_nothing(catalog: Catalog) -> None:
    _replace(catalog)
    catalog.batches.rollback("new")
    assert catalog.batches.show("b1").commit_id == "old"
    assert len(catalog.batches.rejected_rows("b1")) == 1
    assert list(catalog.batches.by_digest("alpha", ["same"])) == ["same"]


def test_a_replaced_batch_is_gone_when_the_newer_one_is_in(catalog: Catalog) -> None:
    _replace(catalog)
    catalog.batches.finish("new", 2)
    assert [stored.commit_id for stored in catalog.batches.list()] == ["new"]
    assert catalog.batches.rejected_rows("b1") == []
