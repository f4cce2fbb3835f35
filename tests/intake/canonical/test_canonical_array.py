"""Canonical rows as one JSON array: written over several lines or on one, damaged, cut, and what is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hoptrace.errors import ColumnMissing
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.canonical.array import CanonicalArray
from hoptrace.intake.formats.canonical.reader import Canonical
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

GOLDEN = Path(__file__).parents[3] / "fixtures" / "formats" / "canonical_json" / "calls.json"
ROW = {"start_time": "2026-11-24T02:03:04Z", "called_number": "+12025550101", "upstream": "bravo"}
Written = Callable[[str], Source]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str) -> Source:
        path = tmp_path / "calls.json"
        path.write_text(text)
        return Source(0, path, path.name, "")

    return write


def read(source: Source, profile: Profile | None = None) -> Chunk:
    (chunk,) = CanonicalArray().read([source], Context(Carrier("acme", country="US"), profile or Profile()))
    return chunk


def test_an_array_says_what_the_same_rows_say_as_lines(written: Written, tmp_path: Path) -> None:
    lines = tmp_path / "calls.ndjson"
    lines.write_text("".join(json.dumps(row) + "\n" for row in json.loads(GOLDEN.read_text())))
    told = read(Source(0, GOLDEN, GOLDEN.name, ""))
    (known,) = Canonical().read([Source(0, lines, lines.name, "")], Context(Carrier("acme", country="US")))
    assert told.calls.equals(known.calls)
    assert told.rows.drop("raw").equals(known.rows.drop("raw"))
    assert told.flags == known.flags == ((0, "columns that are not canonical were left out: queue"),)
    assert told.calls["customer"].to_list() == [None, "Example [North], Branch", None]


def test_the_bytes_of_a_row_are_those_of_its_object(written: Written) -> None:
    text = GOLDEN.read_text()
    first, _, third = read(Source(0, GOLDEN, GOLDEN.name, "")).rows["raw"].to_list()
    assert first.decode() == text[text.index("{") : text.index("}") + 1]
    assert json.loads(third)["queue"] == "east"


@pytest.mark.parametrize("form", ["[{}]", "[\n{}\n]\n", " [ {} ] "])
def test_it_is_recognised_however_it_is_laid_out(written: Written, form: str) -> None:
    source = written(form.replace("{}", json.dumps(ROW)))
    assert find_format(source, readers()).name == "canonical_json"
    assert read(source).calls["called_number"].to_list() == ["+12025550101"]


def test_objects_over_several_lines_need_no_array(written: Written) -> None:
    """As rejected rows of an array are exported, to be corrected and submitted again."""
    source = written("\n".join([json.dumps(ROW, indent=2)] * 2 + [json.dumps(ROW | {"upstream": "c"})]) + "\n")
    assert find_format(source, readers()).name == "canonical_json"
    chunk = read(source)
    assert chunk.calls["upstream"].to_list() == ["bravo", "bravo", "c"]
    assert chunk.flags == ()


@pytest.mark.parametrize("first", [json.dumps(ROW), json.dumps(ROW)[:-9]])
def test_json_lines_are_not_of_this_form_though_the_first_is_cut(written: Written, first: str) -> None:
    assert find_format(written(f"{first}\n{json.dumps(ROW)}\n"), readers()).name == "canonical"


def test_damaged_rows_are_rejected_one_by_one(written: Written) -> None:
    rows = [
        json.dumps(ROW),
        json.dumps(ROW | {"start_time": "yesterday"}),
        "17",
        '{"start_time": "2026-',
        json.dumps(ROW),
    ]
    chunk = read(written("[" + ",\n".join(rows) + "]"))
    assert chunk.rows["fate"].to_list() == ["accepted", "rejected", "rejected", "rejected", "accepted"]
    assert chunk.rows["reasons"].to_list()[2] == ["not a JSON object"]


def test_an_array_without_its_end_is_told(written: Written) -> None:
    chunk = read(written("[" + json.dumps(ROW) + ",\n" + json.dumps(ROW)[:-9]))
    assert chunk.rows["fate"].to_list() == ["accepted", "rejected"]
    assert ["the array has no end" in text for _, text in chunk.flags] == [True]


def test_a_profile_names_its_columns(written: Written) -> None:
    row = {"setup": ROW["start_time"], "dialled": "+12025550101"}
    profile = Profile(fields={"start_time": ("setup",), "called_number": ("dialled",)})
    assert read(written(json.dumps([row])), profile).calls["called_number"].to_list() == ["+12025550101"]


@pytest.mark.parametrize("text", ["[]", '[{"a": 1}]'])
def test_without_the_required_columns_it_is_refused(written: Written, text: str) -> None:
    assert CanonicalArray().detect(written(text), text.encode()) is None
    with pytest.raises(ColumnMissing, match="start_time"):
        read(written(text))


def test_a_list_of_calls_to_trace_is_no_record_of_a_carrier(written: Written) -> None:
    text = json.dumps([ROW | {"call_ref": "c1"}])
    assert CanonicalArray().detect(written(text), text.encode()) is None
