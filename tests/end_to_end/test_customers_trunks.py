"""A call that was delivered over a customer's own trunk went no further, though the switch names the trunk."""

from __future__ import annotations

from pathlib import Path

import pytest

import hoptrace
from hoptrace.workspace import init_workspace

HEAD = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream,release_code\n"
DAY = "2026-06-11T14:00:"
SAME = "30,+12025550131,+13125550182"
DELIVERED = f"{DAY}00.000Z,{DAY}04.500Z,{SAME},,cust-17,PBX-9,200\n"
CAME_IN = f"{DAY}00.300Z,{DAY}04.400Z,{SAME},alder,,,200\n"


@pytest.mark.parametrize(
    ("trunk", "path", "customer"),
    [
        ("PBX-9", ("birch", "alder"), None),
        ("PBX-8", ("birch", "alder", "rowan"), "cust-17"),
    ],
)
def test_only_a_call_over_a_trunk_of_nobody_may_have_gone_on(
    tmp_path: Path, trunk: str, path: tuple[str, ...], customer: str | None
) -> None:
    (tmp_path / "carriers.csv").write_text("carrier_id,country\nrowan,US\nalder,US\nbirch,US\n")
    (tmp_path / "trunks.csv").write_text(f"carrier_id,trunk,peer,customer\nrowan,{trunk},,cust-9\n")
    for carrier, row in (("rowan", DELIVERED), ("birch", CAME_IN)):
        (tmp_path / f"{carrier}.csv").write_text(HEAD + row)
    with init_workspace(tmp_path / "workspace") as workspace:
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")
        for carrier in ("rowan", "birch"):
            hoptrace.submit(workspace, [tmp_path / f"{carrier}.csv"], carrier)
        hoptrace.learn_clocks(workspace)
        call = hoptrace.ReportedCall("c1", f"{DAY}00Z", "+13125550182", "+12025550131", "birch")
        (result,) = hoptrace.trace(workspace, [call])
        forward = hoptrace.trace_forward(workspace, "+13125550182")
    assert (result.path, result.customer) == (path, customer)
    assert ("cust-9" in str(forward.as_dict())) == (customer is None), "a forward trace names the customer reached"
