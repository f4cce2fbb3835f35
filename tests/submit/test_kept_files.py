"""Submitted files are kept with the commit that took them in, and go with the time of their calls."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

import hoptrace
import hoptrace.intake.kept_files as kept_files_module
from hoptrace.engines.retention import expire_lake
from hoptrace.errors import InputRefused, StorageFailed
from hoptrace.intake.commit import recover
from hoptrace.intake.kept_files import FOLDER, PLAIN, KeptFiles
from hoptrace.intake.originals import Originals
from hoptrace.intake.reading import Source
from hoptrace.workspace import Workspace, init_workspace

HEADER = "start_time,duration,calling_number,called_number,customer\n"
ROW = "2026-11-02T15:00:0{}Z,30,+12025550143,+1312555018{},cust-1\n"
TEXT = HEADER + "".join(ROW.format(number, number) for number in range(5))


@pytest.fixture
def workspace(tmp_path: Path):
    carriers = tmp_path / "carriers.csv"
    carriers.write_text("carrier_id,country\na1,US\nb1,US\n")
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(carriers)
        yield made


def submitted(workspace: Workspace, path: Path, content: bytes, carrier: str = "a1") -> hoptrace.Receipt:
    path.write_bytes(content)
    (receipt,) = hoptrace.submit(workspace, [path], carrier)
    return receipt


def rows_of(workspace: Workspace, receipt: hoptrace.Receipt, *rows: int) -> dict[int, bytes]:
    return Originals.of([], KeptFiles.of(workspace.path)).rows(receipt.digest, receipt.format, rows)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "A.CSV.GZ"])
def test_rows_are_read_again_as_they_were_written(workspace, tmp_path, name):
    content = gzip.compress(TEXT.encode()) if name.lower().endswith(".gz") else TEXT.encode()
    receipt = submitted(workspace, tmp_path / name, content)
    (tmp_path / name).unlink()
    lines = TEXT.encode().splitlines()
    assert rows_of(workspace, receipt, 2, 4) == {2: lines[1], 4: lines[3]}


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 640, 1000])
def test_a_file_of_several_frames_is_kept_whole(size, tmp_path, monkeypatch):
    monkeypatch.setattr(kept_files_module, "_FRAME", 64)
    content = (TEXT * 20).encode()[:size]
    (tmp_path / "a.csv").write_bytes(content)
    source = Source(0, tmp_path / "a.csv", "a.csv", sha256(content).hexdigest())
    files = KeptFiles.of(tmp_path)
    assert files.keep([source]) == [source.digest]
    kept = files.source(source.digest)
    assert kept is not None
    with kept.open() as stream:
        assert stream.read() == content


def test_a_plain_file_is_kept_compressed_and_once(workspace, tmp_path):
    text = HEADER + "".join(f"2026-11-02T15:00:00Z,{at},+12025550143,+13125550187,cust-1\n" for at in range(999))
    for carrier in ("a1", "b1", "a1"):
        submitted(workspace, tmp_path / "a.csv", text.encode(), carrier)
    (kept,) = (workspace.path / FOLDER).glob("*/*")
    assert kept.name.endswith(PLAIN)
    assert kept.stat().st_size < len(text) / 5


def test_nothing_is_kept_where_the_settings_say_so(workspace, tmp_path):
    workspace.settings = replace(workspace.settings, keep_files=False)
    receipt = submitted(workspace, tmp_path / "a.csv", TEXT.encode())
    assert not (workspace.path / FOLDER).exists()
    assert rows_of(workspace, receipt, 2) == {}


def test_a_refused_file_is_not_kept(workspace, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(TEXT)
    bad.write_text("no,such,columns\n1,2,3\n")
    with pytest.raises(InputRefused):
        hoptrace.submit(workspace, [good, bad], "a1", format="canonical")
    assert KeptFiles.of(workspace.path).digests() == set()


def test_where_files_cannot_be_kept_nothing_is_taken_in(workspace, tmp_path):
    (workspace.path / FOLDER).write_text("in the way")
    with pytest.raises(StorageFailed, match="cannot be written"):
        submitted(workspace, tmp_path / "a.csv", TEXT.encode())
    assert hoptrace.trace(workspace, [a_call()])[0].verdict == "not_found"
    assert workspace.catalog.batches.list() == []
    (workspace.path / FOLDER).unlink()
    assert submitted(workspace, tmp_path / "a.csv", TEXT.encode()).accepted == 5


def test_what_a_killed_process_kept_goes_with_its_commit(workspace, tmp_path):
    receipt = submitted(workspace, tmp_path / "a.csv", TEXT.encode())
    stray = Originals.of([tmp_path / "carriers.csv"]).sources
    KeptFiles.of(workspace.path).keep(stray.values())
    workspace.catalog.batches.begin("killed", "a1")
    with workspace.writing():
        recover(workspace)
    assert KeptFiles.of(workspace.path).digests() == {receipt.digest}


def test_a_kept_file_that_was_damaged_is_taken_for_none(workspace, tmp_path):
    receipt = submitted(workspace, tmp_path / "a.csv", TEXT.encode())
    (kept,) = (workspace.path / FOLDER).glob("*/*")
    content = kept.read_bytes()
    for damaged in (content[: len(content) // 2], b"", TEXT.encode()):
        kept.write_bytes(damaged)
        assert rows_of(workspace, receipt, 2) == {}


def test_files_go_with_the_time_of_their_calls_but_for_cited_rows(workspace, tmp_path):
    cited = submitted(workspace, tmp_path / "a.csv", TEXT.encode())
    other = submitted(workspace, tmp_path / "b.csv", TEXT.replace("+1312", "+1313").encode())
    young = submitted(workspace, tmp_path / "c.csv", TEXT.replace("-11-02", "-11-09").encode())
    assert hoptrace.trace(workspace, [a_call()])[0].hops[0].records[0].row == 2
    assert expire_lake(workspace, date(2026, 11, 5), dry_run=True).kept_files == 2
    assert rows_of(workspace, other, 2) != {}
    assert expire_lake(workspace, date(2026, 11, 5)).kept_files == 2
    assert rows_of(workspace, cited, 2, 3) == {2: TEXT.encode().splitlines()[1]}
    assert rows_of(workspace, other, 2) == {}
    assert list(rows_of(workspace, young, 2, 3)) == [2, 3]
    assert expire_lake(workspace, date(2026, 11, 5)).kept_files == 0
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    done = expire_lake(workspace, date(2026, 11, 5), results_before=tomorrow)
    assert (done.results, done.kept_files, rows_of(workspace, cited, 2)) == (1, 1, {})


def a_call() -> hoptrace.ReportedCall:
    return hoptrace.ReportedCall("c1", "2026-11-02T15:00:00Z", "+13125550180")
