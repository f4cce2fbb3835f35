"""A long file is read while its digest is worked out; nothing is written before, and nothing comes out otherwise."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Event

import pytest
from polars.testing import assert_frame_equal

from hoptrace.errors import FormatUnknown, InputRefused
from hoptrace.intake import sources
from hoptrace.intake.batches import stored_batches
from hoptrace.intake.submit import rejected_rows, submit
from hoptrace.intake.taking import Taking
from hoptrace.lake.appending import Appending
from hoptrace.workspace import init_workspace

PATIENCE = 60
TOLD = sources._digest


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a long one."""
    monkeypatch.setattr(sources, "LONG_BYTES", 1)


@pytest.fixture
def day(write, line) -> Path:
    return write("day.csv", *map(line, range(90)), line(3), "no time,1,2,3,4,5,6,7", line(91, called="none"))


def _take_in(folder: Path, carriers: Path, day: Path):
    with init_workspace(folder) as workspace:
        workspace.catalog.directory.load_directory(carriers, None)
        (receipt,) = submit(workspace, [day], "alpha")
        kept = rejected_rows(workspace, receipt.batch)
        return receipt, workspace.lake.view().scan().collect().sort("row"), kept


def test_it_comes_out_as_one_whose_digest_was_known(tmp_path, workspace, day, monkeypatch) -> None:
    carriers = tmp_path / "carriers.csv"
    receipt, statements, kept = _take_in(tmp_path / "known", carriers, day)
    monkeypatch.setattr(sources, "LONG_BYTES", 1)
    told, found, rejected = _take_in(tmp_path / "beside", carriers, day)
    assert (told, rejected) == (receipt, kept)
    assert receipt.rejected
    assert_frame_equal(found, statements)


@pytest.mark.parametrize("size", [0, 1, 6, 7, 8, 14, 50])
def test_a_digest_is_of_all_pieces(tmp_path, monkeypatch, size: int) -> None:
    monkeypatch.setattr(sources, "_DIGESTED", 7)
    path, content = tmp_path / "day.csv", bytes(range(size))
    path.write_bytes(content)
    assert sources._digest(path) == hashlib.sha256(content).hexdigest()


@pytest.mark.usefixtures("long")
def test_reading_begins_before_the_digest_is_known_and_writing_after_it(workspace, day, monkeypatch) -> None:
    read, known, take, stage = Event(), Event(), Taking._take, Appending.stage

    def digest(path: Path) -> str:
        assert read.wait(PATIENCE)
        known.set()
        return TOLD(path)

    def taken(self, chunk):
        read.set()
        return take(self, chunk)

    def staged(self, frames, commit_id):
        assert known.is_set()
        return stage(self, frames, commit_id)

    monkeypatch.setattr(sources, "_digest", digest)
    monkeypatch.setattr(Taking, "_take", taken)
    monkeypatch.setattr(Appending, "stage", staged)
    (receipt,) = submit(workspace, [day], "alpha")
    assert receipt.statements == 90


@pytest.mark.usefixtures("long")
def test_one_that_is_in_already_adds_nothing(workspace, day, monkeypatch) -> None:
    (receipt,) = submit(workspace, [day], "alpha")
    version = workspace.lake.version()
    monkeypatch.setattr(Appending, "stage", lambda *_: pytest.fail("written"))
    (again,) = submit(workspace, [day], "alpha")
    assert again.already_submitted
    assert (again.batch, again.statements) == (receipt.batch, receipt.statements)
    assert [stored.receipt for stored in stored_batches(workspace)] == [receipt]
    assert workspace.lake.version() == version
    assert workspace.catalog.batches.pending() == []


@pytest.mark.usefixtures("long")
def test_one_that_is_in_already_is_not_refused_for_what_reading_it_anew_would_find(workspace, day) -> None:
    submit(workspace, [day], "alpha")
    (again,) = submit(workspace, [day], "alpha", format="asterisk")
    assert again.already_submitted


@pytest.mark.usefixtures("long")
def test_a_new_one_that_cannot_be_read_is_refused_as_ever(workspace, tmp_path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing that is a record\n" * 9)
    with pytest.raises(FormatUnknown):
        submit(workspace, [path], "alpha")
    assert stored_batches(workspace) == []


@pytest.mark.usefixtures("long")
def test_one_whose_digest_cannot_be_worked_out_is_not_taken_in(workspace, day, monkeypatch) -> None:
    def digest(path: Path) -> str:
        raise InputRefused(f"{path}: cannot be read: Input/output error. Nothing was taken in.")

    monkeypatch.setattr(sources, "_digest", digest)
    with pytest.raises(InputRefused, match="Input/output error"):
        submit(workspace, [day], "alpha")
    assert stored_batches(workspace) == []
    assert workspace.lake.view().files.is_empty()
