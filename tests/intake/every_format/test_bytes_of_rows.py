"""The bytes that evidence shows of a row are those that the reader took it from, in every format."""

from __future__ import annotations

from typing import Any

from hoptrace.intake.formats import readers
from hoptrace.intake.originals import NO_BYTES, Originals
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier


def test_the_bytes_of_each_row(sample: Any) -> None:
    source = Source(0, sample.path, sample.path.name, "digest")
    reader = next(each for each in readers() if each.name == sample.reader)
    profile = load_profile(sample.path.parents[1] / sample.profile) if sample.profile else Profile()
    chunks = reader.read([source], Context(Carrier("oak", country="US"), profile, "UTC"))
    told = {row: raw for chunk in chunks for row, raw in chunk.rows.select("row", "raw").iter_rows() if raw is not None}
    if sample.reader not in NO_BYTES:
        assert Originals({"digest": source}).rows("digest", sample.reader, list(told)) == told
