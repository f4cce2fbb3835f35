"""A call that was delivered to the carrier's own side goes no further, though the switch names where it sent it."""

from __future__ import annotations

from pathlib import Path

import pytest

import hoptrace
from hoptrace.workspace import init_workspace

HEAD = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream,release_code\n"
DAY = "2026-06-11T14:00:"
SAME = "30,+12025550131,+13125550182"
DELIVERED = f"{DAY}00.000Z,{DAY}04.500Z,{SAME},,cust-17,192.0.2.5:5060,200\n"
CAME_IN = f"{DAY}00.300Z,{DAY}04.400Z,{SAME},alder,,,200\n"


@pytest.mark.parametrize(
    ("own", "path", "customer"),
    [("192.0.2.0/24", ("birch", "alder"), None), ("192.0.2.9", ("birch", "alder", "rowan"), "cust-17")],
)
def test_only_a_call_that_left_over_an_unlisted_trunk_may_have_gone_on(
    tmp_path: Path, own: str, path: tuple[str, ...], customer: str | None
) -> None:
    (tmp_path / "carriers.csv").write_text("carrier_id,country\nrowan,US\nalder,US\nbirch,US\n")
    (tmp_path / "rowan.csv").write_text(HEAD + DELIVERED)
    (tmp_path / "rowan.toml").write_text(f'[trunks]\nown = ["{own}"]\n')
    (tmp_path / "birch.csv").write_text(HEAD + CAME_IN)
    with init_workspace(tmp_path / "workspace") as workspace:
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv")
        hoptrace.submit(workspace, [tmp_path / "rowan.csv"], "rowan", format=str(tmp_path / "rowan.toml"))
        hoptrace.submit(workspace, [tmp_path / "birch.csv"], "birch")
        call = hoptrace.ReportedCall("c1", f"{DAY}00Z", "+13125550182", "+12025550131", "birch")
        (result,) = hoptrace.trace(workspace, [call])
    assert (result.path, result.customer) == (path, customer)
