"""Files that are submitted while the switch still writes them, and again when they are whole: each call counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.kept_files import KeptFiles
from hoptrace.intake.submit import submit
from hoptrace.linking.restated import without_restated
from hoptrace.workspace import Workspace, init_workspace

FORMATS = Path(__file__).parents[2] / "fixtures" / "formats"
GROWING = {
    "acc/acc_1.log": "acc/flatstore.toml",
    "acc/kamailio-acc-json.log": None,
    "acme/cdr20231218.csv": None,
    "asterisk/export_with_header.csv": None,
    "asterisk/cel.csv": None,
    "audiocodes/syslog.log": None,
    "broadworks/BW-CDR-20260302140000.csv": None,
    "cisco_cube/cdr.gw1.03_02_2026_21_00_00.000": None,
    "freeswitch_csv/Master.csv": None,
    "netsapiens/cdrs.csv": None,
    "radius/detail-20260302": None,
    "ribbon/1000A0B.ACT": None,
    "sansay/cdr.txt": None,
}


@pytest.fixture
def fresh(tmp_path: Path):
    """Makes new workspaces."""
    carriers = tmp_path / "carriers.csv"
    carriers.write_text("carrier_id,country\noak,US\n")
    made: list[Workspace] = []

    def make() -> Workspace:
        workspace = init_workspace(tmp_path / f"workspace-{len(made)}")
        workspace.catalog.directory.load_directory(carriers, None)
        made.append(workspace)
        return workspace

    yield make
    for workspace in made:
        workspace.close()


@pytest.mark.parametrize("share", [0.03, 0.5])
@pytest.mark.parametrize("name", sorted(GROWING))
def test_a_file_that_was_cut_and_comes_again_whole(fresh, tmp_path: Path, name: str, share: float) -> None:
    profile = GROWING[name]
    format_name = "auto" if profile is None else str(FORMATS / profile)
    path = tmp_path / Path(name).name
    content = (FORMATS / name).read_bytes().rstrip(b"\r\n")
    last = content[max(content.rfind(b"\n"), content.rfind(b"\r")) + 1 :]
    once, grown = fresh(), fresh()
    path.write_bytes(content + b"\n")
    submit(once, [path], "oak", format=format_name)
    path.write_bytes(content[: -max(2, int(len(last) * share))])
    submit(grown, [path], "oak", format=format_name)
    path.write_bytes(content + b"\n")
    (again,) = submit(grown, [path], "oak", format=format_name)
    assert not again.already_submitted
    assert again.duplicates
    expected = once.lake.view().scan().collect()
    found = without_restated(grown.lake.view().scan().collect())
    assert sorted(found.drop("batch", "row").rows(), key=str) == sorted(expected.drop("batch", "row").rows(), key=str)


CUT = "last line is cut: file still being written?"
APPENDED = ("acc/acc_1.log", "acme/cdr20231218.csv", "asterisk/Master.csv", "audiocodes/syslog.log")
APPENDED += (
    "cisco_cube/cdr.gw1.03_02_2026_21_00_00.000",
    "freeswitch_csv/Master.csv",
    "ribbon/1000A0B.ACT",
    "yate/yate-cdr.tsv",
)


@pytest.mark.parametrize("name", APPENDED)
def test_a_last_line_without_its_end_waits_until_it_is_whole(fresh, tmp_path: Path, name: str) -> None:
    """However little is missing: what stands there may be half of a number."""
    profile = GROWING.get(name)
    format_name = "auto" if profile is None else str(FORMATS / profile)
    lines = [line for line in (FORMATS / name).read_bytes().splitlines() if line.strip()]
    if name == "acme/cdr20231218.csv":
        lines = [line for line in lines if not line.startswith(b"7,") and not line.startswith(b"8,")]
    path = tmp_path / Path(name).name
    workspace = fresh()
    path.write_bytes(b"\n".join(lines))
    (begun,) = submit(workspace, [path], "oak", format=format_name, timezone="UTC")
    assert begun.rejected.get(CUT) == 1
    path.write_bytes(b"\n".join(lines) + b"\n")
    (whole,) = submit(workspace, [path], "oak", format=format_name, timezone="UTC")
    assert CUT not in whole.rejected
    assert whole.rows - whole.duplicates - whole.skipped >= 1
    assert whole.accepted + whole.duplicates + whole.skipped + sum(whole.rejected.values()) == whole.rows


@pytest.mark.parametrize("name", ["asterisk/Master.csv", "freeswitch_csv/Master.csv"])
def test_a_file_that_grows_while_it_is_read_is_refused(fresh, tmp_path: Path, name: str) -> None:
    """Its digest, its rows and the copy that is kept would be of different bytes, and the copy no evidence."""
    path = tmp_path / "Master.csv"
    path.write_bytes((FORMATS / name).read_bytes())
    workspace = fresh()

    def grow(done: int, whole: int) -> None:
        with path.open("ab") as stream:
            stream.write(b"\n")

    with pytest.raises(InputRefused, match="was written to while it was being read"):
        submit(workspace, [path], "oak", timezone="UTC", progress=grow)
    assert workspace.catalog.batches.list() == []
    assert workspace.lake.view().scan().collect().is_empty()
    assert KeptFiles.of(workspace.path).digests() == set()
    (receipt,) = submit(workspace, [path], "oak", timezone="UTC")
    assert receipt.accepted
