"""A package of a signed call holds the certificates that its signature was held against, and replays with them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from hoptrace.engines.local import trace
from hoptrace.evidence.keys import make_key
from hoptrace.evidence.packing import Contents, package
from hoptrace.evidence.verifying import verify
from hoptrace.intake.submit import submit
from hoptrace.model.verdicts import ReportedCall
from hoptrace.workspace import init_workspace

from .conftest import NOW, URL, Chain

HEADER = "start_time,duration,calling_number,called_number,upstream,customer,downstream,identity\n"


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_certificates_go_along(tmp_path: Path, chain: Chain, language: str) -> None:
    (tmp_path / "carriers.csv").write_text("carrier_id,name,country,ocn\norig,Origin,US,505A\nterm,Term,US,\n")
    at = NOW.isoformat()
    rows = {
        "orig": f'{at},30,+12025550143,+13125550187,,cust-1,term,"{chain.leaf.header()}"\n',
        "term": f'{at},30,+12025550143,+13125550187,orig,,,"{chain.leaf.header()}"\n',
    }
    for name, signed in (("root", chain.root), ("ca", chain.ca), ("leaf", chain.leaf)):
        (tmp_path / f"{name}.pem").write_text(signed.pem)
    with init_workspace(tmp_path / "workspace") as workspace:
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv")
        workspace.catalog.certificates.load_certificates([tmp_path / "root.pem"], anchor=True)
        workspace.catalog.certificates.load_certificates([tmp_path / "ca.pem"])
        workspace.catalog.certificates.load_certificates([tmp_path / "leaf.pem"], url=URL)
        for carrier, row in rows.items():
            (tmp_path / f"{carrier}.csv").write_text(HEADER + row)
            submit(workspace, [tmp_path / f"{carrier}.csv"], carrier)
        (result,) = trace(workspace, [ReportedCall("c1", at, "+13125550187")])
        assert result.certificates_version == 3
        package(workspace, ["c1"], tmp_path / "case.zip", make_key(tmp_path), Contents(language=language))
    found = verify(tmp_path / "case.zip")
    assert found.sound, found.problems
    assert found.replayed is not None
    assert found.replayed[0].same_bytes
    with zipfile.ZipFile(io.BytesIO((tmp_path / "case.zip").read_bytes())) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("certificates.jsonl")]
        assert archive.read(name).count(b"BEGIN CERTIFICATE") == 3
