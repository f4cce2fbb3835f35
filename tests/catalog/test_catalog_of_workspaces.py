"""A whole workspace whose catalog is in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from hoptrace.intake.batches import stored_batches
from hoptrace.intake.submit import rejected_rows, submit
from hoptrace.workspace import init_workspace, open_workspace

ROWS = """start_time,called_number,upstream
2026-05-01T12:00:00Z,+13125550187,beta
2026-05-01T12:00:01Z,none,beta
"""


def test_a_workspace_with_its_catalog_in_postgresql(postgres_url: str, tmp_path: Path) -> None:
    (tmp_path / "carriers.csv").write_text("carrier_id,country\nalpha,US\nbeta,US\n")
    (tmp_path / "cdr.csv").write_text(ROWS)
    with init_workspace(tmp_path / "w", catalog_url=postgres_url) as workspace:
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv")
        (receipt,) = submit(workspace, [tmp_path / "cdr.csv"], "alpha")
        assert (receipt.accepted, sum(receipt.rejected.values())) == (1, 1)
    with open_workspace(tmp_path / "w") as workspace:
        assert [stored.receipt for stored in stored_batches(workspace)] == [receipt]
        assert [row.row for row in rejected_rows(workspace, receipt.batch)] == [3]
        assert submit(workspace, [tmp_path / "cdr.csv"], "alpha")[0].already_submitted
        assert workspace.lake.view().info()["statements"] == 1
    assert not (tmp_path / "w" / "catalog.sqlite").exists()
