"""What the name of a file says of how it is packed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.model.packing import GZIP, ZSTANDARD, packing_of, unpacked_name


@pytest.mark.parametrize(
    ("name", "packing", "bare"),
    [
        ("a.csv", "", "a.csv"),
        ("a.csv.gz", GZIP, "a.csv"),
        ("A.CSV.GZ", GZIP, "A.CSV"),
        ("acc.log.Zst", ZSTANDARD, "acc.log"),
        ("a.gz.csv", "", "a.gz.csv"),
    ],
)
def test_endings_in_capitals_or_not(name, packing, bare):
    assert (packing_of(Path(name)), unpacked_name(name)) == (packing, bare)
