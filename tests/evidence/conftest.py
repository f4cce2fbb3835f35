"""A small workspace with traced calls, and a package made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import hoptrace
from hoptrace.evidence.keys import SigningKey, the_key
from hoptrace.evidence.packing import Contents, Packaged, package
from hoptrace.workspace import Workspace, init_workspace

HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream\n"
DIRECTORY = """carrier_id,name,country,contact_email
orig,Origin Voice,US,t@orig.example.net
mid,Middle,US,
term,Term,US,
abroad,Loin,FR,
"""
MADE = "1700000000"


def row(second: int, called: str, upstream: str, customer: str, downstream: str) -> str:
    at = f"2026-11-02T15:00:{second:02d}"
    return f"{at}Z,{at[:-2]}{second + 4:02d}Z,30,+12025550143,{called},{upstream},{customer},{downstream}\n"


FILES = {
    "term": row(2, "+13125550187", "mid", "", "") + row(20, "+13125550188", "mid", "", ""),
    "mid": row(1, "+13125550187", "orig", "", "term") + row(19, "+13125550188", "abroad", "", "term"),
    "orig": row(0, "+13125550187", "", "cust-1", "mid"),
}
CALLS = [
    hoptrace.ReportedCall("c1", "2026-11-02T15:00:02Z", "+13125550187", "+12025550143", "term", "bank"),
    hoptrace.ReportedCall("c2 ü/..", "2026-11-02T15:00:20Z", "+13125550188", None, "term"),
    hoptrace.ReportedCall("c3", "2026-11-02T15:00:30Z", "+13125550189"),
]


@dataclass(frozen=True)
class Case:
    """A workspace whose calls are traced, and the folder with the files that were submitted."""

    workspace: Workspace
    files: Path
    folder: Path

    def pack(
        self, *refs: str, name: str = "case.zip", originals: bool = False, key: SigningKey | None = None, **how: Any
    ) -> Packaged:
        wanted = refs or [call.call_ref for call in CALLS]
        files = [self.files] if originals else []
        return package(
            self.workspace, wanted, self.folder / name, key or the_key(self.workspace.path), Contents(files, **how)
        )


@pytest.fixture(scope="session")
def make_case() -> Callable[[Path], Case]:
    def make(folder: Path, *, keep_files: bool = True) -> Case:
        files = folder / "files"
        files.mkdir()
        (folder / "carriers.csv").write_text(DIRECTORY)
        workspace = init_workspace(folder / "workspace")
        workspace.settings = replace(workspace.settings, keep_files=keep_files)
        workspace.catalog.directory.load_directory(folder / "carriers.csv")
        for carrier, text in FILES.items():
            (files / f"{carrier}.csv").write_text(HEADER + text)
            hoptrace.submit(workspace, [files / f"{carrier}.csv"], carrier)
        hoptrace.learn_clocks(workspace)
        hoptrace.trace(workspace, CALLS)
        return Case(workspace, files, folder)

    return make


@pytest.fixture(scope="session")
def case(make_case: Callable[[Path], Case], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    made = make_case(tmp_path_factory.mktemp("case"))
    yield made
    made.workspace.close()


@pytest.fixture(scope="session")
def packed(case: Case) -> bytes:
    """A package of all calls, with the original rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", MADE)
        made = case.pack(name="session.zip")
    return made.out.read_bytes()
