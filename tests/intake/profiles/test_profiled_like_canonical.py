"""A canonical file read by a profile gives the calls that the canonical reader gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.intake.formats.canonical.checks import NOTHING
from hoptrace.intake.formats.canonical.columns import COLUMNS
from hoptrace.intake.formats.canonical.reader import Canonical
from hoptrace.intake.profile import read_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier

PROFILE = read_profile(
    'format = "delimited"\n[time]\ncomplete = false\n[fields]\n' + "".join(f'{name} = "{name}"\n' for name in COLUMNS),
    "canonical.toml",
    "canonical",
)
# What a switch did not write is worked out differently: the canonical reader takes rows as they are.
COMPARED = ["row", "start_time", "precision", "calling_number", "called_number", "upstream", "downstream", "call_id"]
COMPARED += ["release_code", "record_id", "egress_called_number", "attestation"]

MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)
# A profile says itself which words stand for nothing.
texts = st.text(st.characters(codec="ascii", min_codepoint=33, exclude_characters='",;|'), max_size=12).filter(
    lambda text: text not in NOTHING
)
numbers = st.integers(2_01_555_0100, 9_89_555_0199).map(lambda number: f"+1{number}")
rows = st.fixed_dictionaries(
    {
        "start_time": st.integers(0, 86_400_000).map(lambda ms: f"{MIDNIGHT + timedelta(milliseconds=ms):%FT%T.%fZ}"),
        "calling_number": numbers | st.just(""),
        "called_number": numbers,
        "upstream": texts.filter(lambda text: text not in {"0", "::"}),
        "downstream": st.sampled_from(["", "TG-1", "bravo"]),
        "call_id": texts,
        "release_code": st.sampled_from(["", "200", "486", "16"]),
        "record_id": texts,
        "egress_called_number": numbers | st.just(""),
        "attestation": st.sampled_from(["", "A", "b"]),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, min_size=1, max_size=12))
def test_both_read_the_same(tmp_path: Path, take, written: list[dict[str, str]]) -> None:
    path = tmp_path / "cdr.csv"
    pl.DataFrame(written).write_csv(path)
    source = Source(0, path, path.name, "")
    chunks = Canonical().read([source], Context(Carrier("acme", country="US")))
    # What repeats to the letter the one leaves out by itself, the other where it is asked.
    canonical = pl.concat([chunk.calls.filter(~chunk.again()) if chunk.again else chunk.calls for chunk in chunks])
    told = take(PROFILE, path)
    assert told.calls.select(COMPARED).equals(canonical.select(COMPARED))
