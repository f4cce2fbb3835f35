"""A statement that was made of several rows: all of them are in a package, wherever they stand, and stay when due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import hoptrace
from hoptrace.evidence.citing import original_members
from hoptrace.intake.keeping_files import expire_files
from hoptrace.intake.kept_files import KeptFiles
from hoptrace.intake.originals import Originals
from hoptrace.workspace import Workspace, init_workspace

ROTATED = Path(__file__).parents[2] / "fixtures" / "formats" / "yate"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "carriers.csv").write_text("carrier_id,name,country\noak,Oak,US\n")
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv")
        yield made


def submitted(workspace: Workspace, *files: Path) -> dict[str, list[int]]:
    """Submit files and give the rows that stand for statements, by batch."""
    hoptrace.submit(workspace, list(files), "oak")
    lake = workspace.lake.view(None, workspace.catalog.batches.after).scan().select("batch", "row").collect()
    return {batch: sorted(part["row"]) for (batch,), part in lake.partition_by("batch", as_dict=True).items()}


def lines_of(workspace: Workspace, cited: dict[str, list[int]]) -> tuple[list[dict[str, object]], dict[str, bytes]]:
    packed = original_members(workspace, cited, Originals.of([], KeptFiles.of(workspace.path)))
    listed, *members = packed.members
    return [json.loads(line) for line in listed.content.splitlines()], {each.name: each.content for each in members}


def as_written(line: dict[str, object], folder: Path) -> bytes:
    return (folder / str(line["file"])).read_bytes().splitlines()[int(str(line["row"])) - 1]


def stands_in(line: dict[str, object]) -> object:
    return line["with"]["batch"] if isinstance(line["with"], dict) else None


def one_file(folder: Path) -> Path:
    """The rows of both rotated files in one."""
    path = folder / "whole.tsv"
    path.write_bytes(b"".join(part.read_bytes() for part in sorted(ROTATED.glob("yate-cdr.tsv*"), reverse=True)))
    return path


def test_every_row_of_the_statements_is_there(workspace: Workspace, tmp_path: Path) -> None:
    cited = submitted(workspace, one_file(tmp_path))
    lines, members = lines_of(workspace, cited)
    assert {str(line["path"]): as_written(line, tmp_path) for line in lines} == members
    (receipt,) = (stored.receipt for stored in workspace.catalog.batches.list("oak"))
    assert len(lines) == receipt.accepted > receipt.statements
    standing = {(batch, row) for batch, rows in cited.items() for row in rows}
    assert {(line["batch"], line["row"]) for line in lines if line["with"] is None} == standing
    assert {tuple(line["with"].values()) for line in lines if isinstance(line["with"], dict)} <= standing


def test_rows_in_another_file_of_the_submission_are_there_too(workspace: Workspace) -> None:
    cited = submitted(workspace, *sorted(ROTATED.glob("yate-cdr.tsv*")))
    lines, members = lines_of(workspace, cited)
    assert {str(line["path"]): as_written(line, ROTATED) for line in lines} == members
    assert [line for line in lines if stands_in(line) not in (None, line["batch"])]
    assert len(lines) == sum(stored.receipt.accepted for stored in workspace.catalog.batches.list("oak"))


def test_of_files_that_are_not_kept_the_standing_rows_are_listed(workspace: Workspace, tmp_path: Path) -> None:
    workspace.settings = replace(workspace.settings, keep_files=False)
    cited = submitted(workspace, one_file(tmp_path))
    lines, members = lines_of(workspace, cited)
    assert not members
    assert [line["row"] for line in lines] == [row for rows in cited.values() for row in rows]


def test_they_stay_when_the_files_time_is_over(workspace: Workspace, tmp_path: Path) -> None:
    cited = submitted(workspace, one_file(tmp_path))
    before = lines_of(workspace, cited)
    assert (
        expire_files(workspace, date(2100, 1, 1), [(batch, row) for batch, rows in cited.items() for row in rows]) == 1
    )
    (receipt,) = (stored.receipt for stored in workspace.catalog.batches.list("oak"))
    assert not KeptFiles.of(workspace.path).is_whole(receipt.digest)
    assert lines_of(workspace, cited) == before
