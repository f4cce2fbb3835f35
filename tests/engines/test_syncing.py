"""A long file put on the disk while it is written."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hoptrace.engines import syncing
from hoptrace.engines.syncing import synced_meanwhile


def test_the_disk_takes_in_what_there_is_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(syncing, "AFTER", 0.001)
    monkeypatch.setattr(os, "fsync", synced.append)
    with (tmp_path / "long").open("wb") as stream:
        with synced_meanwhile(stream):
            stream.write(b"x")
            until = time.monotonic() + 10
            while len(synced) < 3 and time.monotonic() < until:
                time.sleep(0.001)
        assert set(synced) == {stream.fileno()}
        times = len(synced)
        time.sleep(0.02)
    assert len(synced) == times >= 3


def test_what_the_disk_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(syncing, "AFTER", 0.001)
    monkeypatch.setattr(os, "fsync", refuse)
    with (tmp_path / "long").open("wb") as stream, pytest.raises(OSError, match="No space"), synced_meanwhile(stream):
        time.sleep(0.05)


def test_an_error_meanwhile_is_told_as_it_is(tmp_path: Path) -> None:
    with (tmp_path / "long").open("wb") as stream, pytest.raises(KeyError), synced_meanwhile(stream):
        raise KeyError("x")


def test_a_device_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "AFTER", 0.001)
    with Path(os.devnull).open("wb") as stream, synced_meanwhile(stream):
        stream.write(b"x")
        time.sleep(0.02)
