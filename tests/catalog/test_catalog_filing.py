"""Results of many calls filed as frames: told as those that are stored one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.catalog.catalog import Catalog
from hoptrace.catalog.filing import cited_by, cited_in
from hoptrace.catalog.traces import Stored
from hoptrace.errors import StorageFailed

CITED = [("b1", 2), ('b"2', 30)]


def _result(call_ref: str, campaign: str | None = None, cited: Sequence[tuple[str, int]] = ()) -> dict[str, Any]:
    records = [{"batch": batch, "row": row, "record_id": None} for batch, row in cited]
    call = {"campaign": campaign}
    return {
        "call_ref": call_ref,
        "verdict": "no_record",
        "call": call,
        "path": ["Téléc"],
        "hops": [{"records": records}],
    }


def _frame(results: Sequence[dict[str, Any]]) -> bytes:
    return zstandard.compress(b"".join(orjson.dumps(result) + b"\n" for result in results))


def _file(catalog: Catalog, *frames: Sequence[dict[str, Any]]) -> None:
    rows = [
        (result["call_ref"], result["verdict"], result["call"]["campaign"], number, line)
        for number, frame in enumerate(frames)
        for line, result in enumerate(frame)
    ]
    with catalog.traces.filing() as filing:
        filing.add([_frame(frame) for frame in frames], rows)


def _save(catalog: Catalog, result: dict[str, Any]) -> None:
    stored = Stored(result["call_ref"], result["verdict"], result["call"]["campaign"], json.dumps(result))
    catalog.traces.save([stored])


def test_filed_results_are_given_as_stored_ones(catalog: Catalog) -> None:
    first = [_result("d", "c1", CITED[:1]), _result("a")]
    second = [_result("c", "c1"), _result("b", "c2", CITED[1:])]
    _file(catalog, first, second)
    every = sorted([*first, *second], key=lambda result: result["call_ref"])
    assert catalog.traces.list() == every
    assert [catalog.traces.get(result["call_ref"]) for result in every] == every
    assert {ref: json.loads(text) for ref, text in catalog.traces.newest(call_refs=["d", "b"])} == {
        "d": first[0],
        "b": second[1],
    }
    assert catalog.traces.list("c1") == [second[0], first[0]]
    assert catalog.traces.campaigns() == {"c1": 2, "c2": 1}
    assert catalog.traces.cited() == set(CITED)


def test_the_newest_counts_however_it_was_stored(catalog: Catalog) -> None:
    results = [_result("x", f"c{number}", [(f"b{number}", number)]) for number in range(3)]
    _save(catalog, results[0])
    _file(catalog, [results[1]])
    assert catalog.traces.get("x") == results[1]
    _save(catalog, results[2])
    assert catalog.traces.list() == [results[2]]
    assert catalog.traces.cited() == {("b0", 0), ("b1", 1), ("b2", 2)}


def test_results_are_filed_all_or_none(catalog: Catalog) -> None:
    with pytest.raises(KeyError), catalog.traces.filing() as filing:
        filing.add([_frame([_result("x")])], [("x", "no_record", None, 0, 0)])
        raise KeyError("x")
    with pytest.raises(StorageFailed), catalog.traces.filing() as filing:
        filing.add([b""], [(None, "no_record", None, 0, 0)])  # type: ignore[list-item]
    assert (catalog.traces.list(), catalog.traces.cited()) == ([], set())
    with catalog._engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM trace_frames")).scalar() == 0


def test_stretch_after_stretch_is_filed(catalog: Catalog) -> None:
    _file(catalog, [_result("z")])
    stretches = [[_result(f"{stretch}{place}") for place in range(3)] for stretch in "cab"]
    with catalog.traces.filing() as filing:
        for results in stretches:
            rows = [(result["call_ref"], "no_record", None, place, 0) for place, result in enumerate(results)]
            filing.add([_frame([result]) for result in results], rows)
    every = sorted((result for results in stretches for result in results), key=lambda result: result["call_ref"])
    assert catalog.traces.list() == [*every, _result("z")]


def test_nothing_to_file(catalog: Catalog) -> None:
    with catalog.traces.filing() as filing:
        filing.add([], [])
    assert catalog.traces.list() == []


@given(
    cited=st.lists(st.tuples(st.text(), st.integers(0, 2**40)), max_size=4),
    detail=st.one_of(
        st.text(), st.sampled_from(['"batch":"b","row":1', '\\"batch":"b","row":1', '{"batch": "b", "row": 2}'])
    ),
    dumps=st.sampled_from([orjson.dumps, lambda told: json.dumps(told).encode()]),
)
def test_cited_statements_are_found_in_the_bytes(cited: list[tuple[str, int]], detail: str, dumps: Any) -> None:
    told = _result("x", None, cited) | {"summary": detail, detail: detail}
    assert list(cited_in(dumps(told))) == list(cited_by(told))
