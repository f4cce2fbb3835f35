"""A call that was delivered over a customer's own trunk went no further, though the switch names the trunk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hoptrace
from hoptrace import Workspace

HEAD = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream,release_code\n"
DAY = "2026-06-11T14:00:"
SAME = "30,+12025550131,+13125550182"
DELIVERED = f"{DAY}00.000Z,{DAY}04.500Z,{SAME},,cust-17,PBX-9,200\n"
CAME_IN = f"{DAY}00.300Z,{DAY}04.400Z,{SAME},alder,,,200\n"


CALL = hoptrace.ReportedCall("c1", f"{DAY}00Z", "+13125550182", "+12025550131", "birch")


@pytest.fixture
def filled(tmp_path: Path) -> Callable[..., Workspace]:
    """A workspace in which that trunk of rowan's is cust-9's, with these carriers' records."""

    def fill(trunk: str, **rows: str) -> Workspace:
        (tmp_path / "carriers.csv").write_text("carrier_id,country\nrowan,US\nalder,US\nbirch,US\n")
        (tmp_path / "trunks.csv").write_text(f"carrier_id,trunk,peer,customer\nrowan,{trunk},,cust-9\n")
        workspace = hoptrace.init_workspace(tmp_path / "workspace")
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")
        for carrier, row in rows.items():
            (tmp_path / f"{carrier}.csv").write_text(HEAD + row)
            hoptrace.submit(workspace, [tmp_path / f"{carrier}.csv"], carrier)
        hoptrace.learn_clocks(workspace)
        return workspace

    return fill


@pytest.mark.parametrize(
    ("trunk", "path", "customer"),
    [("PBX-9", ("birch", "alder"), None), ("PBX-8", ("birch", "alder", "rowan"), "cust-17")],
)
def test_only_a_call_over_a_trunk_of_nobody_may_have_gone_on(
    filled: Callable[..., Workspace], trunk: str, path: tuple[str, ...], customer: str | None
) -> None:
    with filled(trunk, rowan=DELIVERED, birch=CAME_IN) as workspace:
        (result,) = hoptrace.trace(workspace, [CALL])
        version = workspace.catalog.clocks.latest_version()
        assert hoptrace.learn_clocks(workspace) == version, "nothing new is found"
    assert (result.path, result.customer) == (path, customer)


def test_a_forward_trace_names_the_customer_whose_trunk_it_was(filled: Callable[..., Workspace]) -> None:
    with filled("PBX-9", rowan=DELIVERED) as workspace:
        told = hoptrace.trace_forward(workspace, "+13125550182")
    assert (told.serving_carrier, told.customer) == ("rowan", "cust-9")
