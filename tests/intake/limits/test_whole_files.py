"""Files that are read at once: all their bytes, however many the system gives at a time, and none beyond the most."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.text import content
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.reading import Source

TEXT = b"one\ntwo\nthree\n"


def source(folder: Path) -> Source:
    path = folder / "calls.csv"
    path.write_bytes(TEXT)
    return Source(0, path, path.name, "")


def read_in_pieces(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    whole = os.read

    def read(handle: int, size: int) -> bytes:
        return whole(handle, min(size, most))

    monkeypatch.setattr(os, "read", read)


def test_a_file_that_comes_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_in_pieces(monkeypatch, 3)
    assert content_of(source(tmp_path)) == TEXT


@pytest.mark.parametrize("piece", [3, len(TEXT), 100])
def test_a_file_of_the_most_bytes_is_read_and_a_longer_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    read_in_pieces(monkeypatch, piece)
    monkeypatch.setattr(content, "MOST_BYTES", len(TEXT))
    assert content_of(source(tmp_path)) == TEXT
    for most in (len(TEXT) - 1, 3):
        monkeypatch.setattr(content, "MOST_BYTES", most)
        with pytest.raises(InputRefused, match=r"calls\.csv: larger than"):
            content_of(source(tmp_path))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be read"):
        content_of(Source(0, tmp_path, "calls.csv", ""))


def test_a_file_whose_size_the_system_does_not_tell_is_read() -> None:
    path = Path("/proc/self/status")
    if not path.exists():
        pytest.skip("no such files here")
    assert b"Name:" in content_of(Source(0, path, path.name, ""))
