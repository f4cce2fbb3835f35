from __future__ import annotations

import gzip
import os
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

import hoptrace.intake.submit as submit_module
from hoptrace.errors import (
    FormatUnknown,
    InputRefused,
    ProfileInvalid,
    StorageFailed,
    UnknownBatch,
    UnknownCarrier,
    UnknownTimezone,
    UsageError,
)
from hoptrace.intake.batches import stored_batches
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Detection
from hoptrace.intake.submit import rejected_rows, submit, write_reasons, write_rejected


def _statements(workspace) -> pl.DataFrame:
    return workspace.lake.view().scan().collect().sort("start_time", "batch", "row")


def _sum(receipt) -> int:
    return receipt.accepted + receipt.duplicates + receipt.skipped + sum(receipt.rejected.values())


def test_a_file_becomes_a_batch_with_a_receipt(workspace, write, line) -> None:
    path = write("a.csv", line(1), line(2, upstream="203.0.113.7"), line(3, called="none"), line(4, upstream="TG-x"))
    (receipt,) = submit(workspace, [path], "alpha")
    assert receipt.file == "a.csv"
    assert receipt.batch == f"alpha-20260501-{receipt.digest[:8]}"
    assert (receipt.carrier, receipt.format, receipt.already_submitted) == ("alpha", "canonical", False)
    assert (receipt.first_time, receipt.last_time) == ("2026-05-01T12:00:01Z", "2026-05-01T12:00:04Z")
    assert (receipt.rows, receipt.accepted, receipt.skipped, receipt.statements) == (5, 3, 1, 3)
    assert sum(receipt.rejected.values()) == 1
    assert _sum(receipt) == receipt.rows
    assert receipt.unknown_trunks == {"TG-x": 1}
    found = _statements(workspace)
    assert found.select("batch", "row", "carrier", "upstream", "downstream").rows() == [
        (receipt.batch, 2, "alpha", "beta", "gamma"),
        (receipt.batch, 3, "alpha", "gamma", "gamma"),
        (receipt.batch, 5, "alpha", None, "gamma"),
    ]
    assert [stored.receipt for stored in stored_batches(workspace)] == [receipt]
    assert workspace.catalog.batches.show(receipt.batch).receipt == receipt
    assert stored_batches(workspace, "beta") == []


def test_the_same_file_again_adds_nothing(workspace, write, line) -> None:
    path = write("a.csv", line(1), line(2))
    (first,) = submit(workspace, [path], "alpha")
    renamed = path.rename(path.with_name("b.csv"))
    version = workspace.lake.version()
    (again,) = submit(workspace, [renamed], "alpha")
    assert again.already_submitted
    assert again.file == "b.csv"
    assert (again.batch, again.accepted, again.statements) == (first.batch, 2, 2)
    assert workspace.lake.version() == version
    assert [stored.receipt for stored in stored_batches(workspace)] == [first]


def test_one_file_named_twice_is_one_batch(workspace, write, line) -> None:
    path = write("a.csv", line(1))
    first, second = submit(workspace, [path, path], "alpha")
    assert (first.already_submitted, second.already_submitted) == (False, True)
    assert first.batch == second.batch
    assert len(stored_batches(workspace)) == 1


def test_another_carrier_may_submit_the_same_bytes(workspace, write, line) -> None:
    path = write("a.csv", line(1))
    submit(workspace, [path], "alpha")
    (receipt,) = submit(workspace, [path], "beta")
    assert (receipt.already_submitted, receipt.statements) == (False, 1)
    assert _statements(workspace)["carrier"].to_list() == ["alpha", "beta"]


def test_rows_sent_again_in_another_file_are_duplicates(workspace, write, line) -> None:
    submit(workspace, [write("a.csv", line(1), line(2))], "alpha")
    (receipt,) = submit(workspace, [write("b.csv", line(2), line(3), line(1, day=2))], "alpha")
    assert (receipt.accepted, receipt.duplicates, receipt.statements) == (2, 1, 2)
    assert _sum(receipt) == receipt.rows
    assert _statements(workspace).height == 4
    (other,) = submit(workspace, [write("c.csv", line(2))], "beta")
    assert other.duplicates == 0


def test_many_files_give_receipts_in_their_order(workspace, write, line) -> None:
    paths = [write(f"{n}.csv", line(n)) for n in (3, 1, 2)]
    told: list[tuple[int, int]] = []
    receipts = submit(workspace, paths, "alpha", progress=lambda done, total: told.append((done, total)))
    assert [receipt.file for receipt in receipts] == ["3.csv", "1.csv", "2.csv"]
    total = sum(path.stat().st_size for path in paths)
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_a_file_without_one_good_row_is_a_batch_without_statements(workspace, write, line) -> None:
    path = write("a.csv", line(1, called="none"))
    version = workspace.lake.version()
    (receipt,) = submit(workspace, [path], "alpha")
    assert (receipt.statements, receipt.first_time) == (0, None)
    assert receipt.batch.startswith("alpha-nocalls-")
    assert workspace.lake.version() == version
    assert submit(workspace, [path], "alpha")[0].already_submitted
    assert len(rejected_rows(workspace, receipt.batch)) == 1


def test_rejected_rows_are_written_out_mended_and_submitted(workspace, write, line, tmp_path: Path) -> None:
    bad = line(2, called="none")
    (receipt,) = submit(workspace, [write("a.csv", line(1), bad, line(3), "garbage")], "alpha")
    rows = rejected_rows(workspace, receipt.batch)
    assert [row.row for row in rows] == [3, 5]
    assert [row.raw for row in rows] == [bad.encode(), b"garbage"]
    assert all(row.reasons for row in rows)
    out = tmp_path / "mend.csv"
    assert write_rejected(workspace, receipt.batch, out) == 2
    header, *lines = out.read_bytes().splitlines()
    assert header.startswith(b"start_time,")
    assert lines == [bad.encode(), b"garbage"]
    out.write_bytes(b"\n".join([header, bad.replace("none", "+13125550188").encode()]) + b"\n")
    (mended,) = submit(workspace, [out], "alpha")
    assert (mended.accepted, mended.rejected) == (1, {})
    assert _statements(workspace).height == 3


def test_no_cell_of_the_reasons_runs_as_a_formula(workspace, write, tmp_path: Path) -> None:
    (receipt,) = submit(workspace, [write("a.csv", "=1+1", "-2", "@x", "+3", "plain")], "alpha")
    out = tmp_path / "reasons.csv"
    assert write_reasons(workspace, receipt.batch, out) == 5
    cells = pl.read_csv(out, infer_schema=False)["as_written"].to_list()
    assert cells == ["'=1+1", "'-2", "'@x", "'+3", "plain"]


def test_a_place_that_cannot_be_written_is_told(workspace, write, tmp_path: Path) -> None:
    (receipt,) = submit(workspace, [write("a.csv", "bad")], "alpha")
    for writes in (write_rejected, write_reasons):
        with pytest.raises(StorageFailed, match="cannot be written"):
            writes(workspace, receipt.batch, tmp_path / "nowhere" / "out.csv")


def test_an_unknown_batch_is_told(workspace) -> None:
    with pytest.raises(UnknownBatch, match="hoptrace batches list"):
        rejected_rows(workspace, "nothing")


def test_an_unknown_carrier_is_told(workspace, write, line) -> None:
    with pytest.raises(UnknownCarrier, match="Did you mean alpha"):
        submit(workspace, [write("a.csv", line(1))], "alhpa")


@pytest.mark.parametrize(
    ("name", "says"), [("nowhere.csv", "no such file"), ("folder", "is a directory"), ("unknown.bin", "unknown.bin")]
)
def test_one_bad_file_keeps_all_out(workspace, write, line, tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "unknown.bin").write_bytes(bytes(range(256)) * 20)
    good = write("good.csv", line(1))
    with pytest.raises(InputRefused, match=says):
        submit(workspace, [good, tmp_path / name], "alpha")
    assert stored_batches(workspace) == []
    assert workspace.lake.version() == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(workspace, write, line) -> None:
    path = write("a.csv", line(1))
    path.chmod(0)
    with pytest.raises(InputRefused, match="cannot be read"):
        submit(workspace, [path], "alpha")


def test_a_cut_archive_leaves_nothing(workspace, write, line) -> None:
    path = write("a.csv", *(line(n) for n in range(20_000)))
    whole = gzip.compress(path.read_bytes(), mtime=0)
    cut = path.with_name("cut.csv.gz")
    cut.write_bytes(whole[: len(whole) * 9 // 10])
    with pytest.raises(InputRefused, match=r"cut.csv.gz"):
        submit(workspace, [cut], "alpha")
    assert stored_batches(workspace) == []
    assert _statements(workspace).is_empty()
    assert list(Path(workspace.lake.uri).rglob("*.parquet")) == []


def test_wrong_words_are_told(workspace, write, line, tmp_path: Path) -> None:
    path = write("a.csv", line(1))
    (tmp_path / "p.toml").write_text('format = "nothing"\n')
    with pytest.raises(UsageError, match=r"There is no format 'nothing'\. Known are auto, canonical"):
        submit(workspace, [path], "alpha", format="nothing")
    with pytest.raises(ProfileInvalid, match=r"p.toml, line 1: format: there is no format 'nothing'"):
        submit(workspace, [path], "alpha", format=str(tmp_path / "p.toml"))
    with pytest.raises(UsageError, match="needs a profile"):
        submit(workspace, [path], "alpha", format="acc_flatstore")
    with pytest.raises(UnknownTimezone):
        submit(workspace, [path], "alpha", timezone="Mars/Base")
    assert stored_batches(workspace) == []


def test_a_profile_without_a_format_leaves_it_to_the_file(workspace, write, line, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('[numbers]\ntech_prefixes = ["99"]\n[trunks]\nown = ["192.0.2.0/24"]\n')
    path = write("a.csv", line(1, called="9913125550187").replace("gamma", "192.0.2.5"), line(2))
    (receipt,) = submit(workspace, [path], "alpha", format=str(tmp_path / "p.toml"))
    assert receipt.unknown_trunks == {}
    assert _statements(workspace).select("called", "downstream", "downstream_trunk").rows() == [
        (13125550187, None, None),
        (13125550102, "gamma", "gamma"),
    ]


@dataclass
class Shares:
    """A grouped format for these tests: `call,part` lines; a call's parts may lie in several files."""

    name: str = "shares"
    title: str = "shares"
    grouped: bool = True
    needs_profile: bool = False
    rows_are_lines: bool = True
    breaks: bool = False
    groups: list[list[str]] = field(default_factory=list)

    def detect(self, source, head: bytes) -> Detection | None:
        return Detection(self.name, 0.9, "starts with shares") if head.startswith(b"shares") else None

    def read(self, sources, context):
        self.groups.append([source.name for source in sources])
        ledger = Ledger()
        rows: dict[str, list[tuple[int, int]]] = {}
        for source in sources:
            for number, raw in enumerate(source.open().read().splitlines(), start=1):
                ledger.row(source.index, number, raw)
                if number == 1:
                    ledger.skip(source.index, number)
                else:
                    rows.setdefault(raw.decode().split(",")[0], []).append((source.index, number))
        for call, where in rows.items():
            start = pl.Series([1_777_636_800_000_000 + int(call)]).cast(pl.Datetime("us", "UTC"))[0]
            ledger.call(where, start_time=start, called_number="+13125550187", upstream="who")
        yield ledger.chunk()
        if self.breaks:
            raise InputRefused("the end is missing.")


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> Shares:
    reader = Shares()
    plain = submit_module.readers()
    monkeypatch.setattr(submit_module, "readers", lambda: (reader, *plain))
    return reader


def _share(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["shares", *lines]) + "\n")
    return path


def test_files_of_a_grouped_format_are_one_commit(workspace, shares, write, line, tmp_path: Path) -> None:
    first = _share(tmp_path / "1.log", "1,a", "2,a")
    other = write("a.csv", line(1))
    second = _share(tmp_path / "2.log", "2,b", "3,a", "3,b")
    before = workspace.lake.version()
    receipts = submit(workspace, [first, other, second], "alpha")
    assert shares.groups == [["1.log", "2.log"]]
    assert workspace.lake.version() == before + 1, "all that is submitted at once is one commit"
    assert [(r.file, r.rows, r.accepted, r.statements, r.skipped) for r in receipts] == [
        ("1.log", 3, 2, 2, 1),
        ("a.csv", 2, 1, 1, 1),
        ("2.log", 4, 3, 1, 1),
    ]
    assert [r.unknown_trunks for r in receipts] == [{"who": 2}, {}, {"who": 3}]
    found = _statements(workspace).filter(pl.col("upstream_trunk") == "who").select("batch", "row").rows()
    assert found == [(receipts[0].batch, 2), (receipts[0].batch, 3), (receipts[2].batch, 3)]


def test_what_is_submitted_at_once_goes_in_whole_or_not_at_all(workspace, shares, write, line, tmp_path: Path) -> None:
    shares.breaks = True
    files = [write("a.csv", line(1)), _share(tmp_path / "1.log", "1,a"), _share(tmp_path / "2.log", "2,a")]
    with pytest.raises(InputRefused, match=r"the end is missing. None of the 3 files was taken in"):
        submit(workspace, files, "alpha")
    assert stored_batches(workspace) == []
    assert workspace.lake.view().info()["statements"] == 0
    shares.breaks = False
    assert [receipt.already_submitted for receipt in submit(workspace, files, "alpha")] == [False, False, False]
    assert _statements(workspace).height == 3


def test_a_folder_of_json_documents_is_opened(workspace, tmp_path: Path) -> None:
    folder = tmp_path / "json_cdr"
    folder.mkdir()
    (folder / "b.json").write_text("{}")
    (folder / "a.json").write_text("[]")
    (folder / "c.txt").write_text("")
    with pytest.raises(FormatUnknown, match=r"a\.json|b\.json"):
        submit(workspace, [folder], "alpha")
    with pytest.raises(InputRefused, match="is a directory"):
        submit(workspace, [folder], "alpha", format="canonical")
