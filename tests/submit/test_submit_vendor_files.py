"""Every golden file of a switch goes the whole way: found out by itself, taken in, and every row accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.intake.submit import submit
from hoptrace.linking.restated import without_restated
from hoptrace.workspace import Workspace, init_workspace

FORMATS = Path(__file__).parents[2] / "fixtures" / "formats"
GOLDEN = {
    "radius/detail-20260302": ("radius", 3),
    "radius/mvts.json": ("radius", 2),
    "cisco_cube/cdr.gw1.03_02_2026_21_00_00.000": ("cisco_cube", 2),
    "cisco_cube/compact.csv": ("cisco_cube", 1),
    "broadworks/BW-CDR-20260302140000.csv": ("broadworks_csv", 4),
    "broadworks/BW-CDR-20260302.xml": ("broadworks_xml", 2),
    "freeswitch_xml/a_00000001-0000-4000-8000-000000000001.cdr.xml": ("freeswitch_xml", 1),
    "freeswitch_xml/not_encoded.cdr.xml": ("freeswitch_xml", 1),
    "freeswitch_csv/Master.csv": ("freeswitch_csv", 3),
    "cgrates_json/cdrs.json": ("cgrates_json", 3),
    "asterisk/cel.csv": ("asterisk_cel", 3),
    "3gpp/gateway.ber": ("3gpp", 4),
    "3gpp/ims.ber": ("3gpp", 3),
}


@pytest.fixture
def workspace(tmp_path: Path):
    carriers = tmp_path / "carriers.csv"
    carriers.write_text("carrier_id,country\noak,US\nbirch,US\n")
    trunks = tmp_path / "trunks.csv"
    trunks.write_text("carrier_id,trunk,peer,customer\noak,203.0.113.31,birch,\n")
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(carriers, trunks)
        yield made


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_golden_file_is_taken_in(workspace: Workspace, name: str) -> None:
    told, statements = GOLDEN[name]
    if told == "3gpp":
        pytest.importorskip("pycrate_asn1dir")
    (receipt,) = submit(workspace, [FORMATS / name], "oak")
    assert (receipt.format, receipt.statements) == (told, statements)
    assert receipt.rows == receipt.accepted + receipt.duplicates + receipt.skipped + sum(receipt.rejected.values())
    assert receipt.rejected == {}
    (again,) = submit(workspace, [FORMATS / name], "oak")
    assert again.already_submitted


def test_a_folder_of_xml_documents_is_taken_as_a_whole(workspace: Workspace) -> None:
    receipts = submit(workspace, [FORMATS / "freeswitch_xml"], "oak")
    assert [receipt.format for receipt in receipts] == ["freeswitch_xml"] * 3
    assert sum(receipt.statements for receipt in receipts) == 2


def test_radius_starts_and_stops_in_different_batches_are_one_call_when_traced(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A file is cut between start and stop: both batches stand as they are, and the whole statement counts."""
    packets = [f"{text}\n\n" for text in (FORMATS / "radius/detail-20260302").read_text().split("\n\n") if text.strip()]
    first, second = tmp_path / "detail-1", tmp_path / "detail-2"
    first.write_text("".join(text for text in packets if "= Start" in text))
    second.write_text("".join(text for text in packets if "= Start" not in text))
    receipts = [submit(workspace, [path], "oak")[0] for path in (first, second)]
    for receipt in receipts:
        assert receipt.rows == receipt.accepted + receipt.duplicates + receipt.skipped + sum(receipt.rejected.values())
    begun, ended = receipts[0].batch, receipts[1].batch
    stored = workspace.lake.view().scan().collect()
    assert (stored["batch"] == begun).sum() == receipts[0].statements > 0
    spans = stored.select(key="called", from_time="start_time", to_time="start_time").unique()
    found = without_restated(workspace.lake.view().statements(spans))
    assert set(found["batch"]) == {ended}
    assert found.height == receipts[1].statements


@pytest.mark.parametrize(("row", "downstream"), [("oak,7001,birch,", "birch"), ("oak,7001,,cust-1", None)])
def test_a_trunk_that_is_named_like_a_telephone_is_one_where_it_is_listed(
    workspace: Workspace, tmp_path: Path, row: str, downstream: str | None
) -> None:
    (tmp_path / "trunks.csv").write_text(f"carrier_id,trunk,peer,customer\n{row}\n")
    workspace.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")
    columns = "calldate,src,dst,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,uniqueid"
    call = (
        "2026-03-02 09:00:01,+12025550130,+12125550185,SIP/tg-north-00000001,SIP/7001-00000002,Dial,SIP/7001,20,12,"
        "ANSWERED,1772460001.1"
    )
    (tmp_path / "Master.csv").write_text(f"{columns}\n{call}\n")
    submit(workspace, [tmp_path / "Master.csv"], "oak", format="asterisk")
    told = workspace.lake.view().scan().select("downstream", "downstream_trunk").collect().rows()
    assert told == [(downstream, downstream and "7001")]
