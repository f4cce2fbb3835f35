"""A call over three carriers, two of which send what their switches wrote: the trace goes through their profiles."""

from __future__ import annotations

from pathlib import Path

from hoptrace.engines.local import trace
from hoptrace.intake.submit import submit
from hoptrace.model.verdicts import ReportedCall, Verdict
from hoptrace.workspace import init_workspace

FIXTURES = Path(__file__).parents[2] / "fixtures" / "formats"
CARRIERS = "carrier_id,country\nalfa,US\nbravo,US\ncharlie,US\n"
TRUNKS = """carrier_id,trunk,peer,customer
bravo,000101,alfa,
bravo,000202,charlie,
charlie,CUST-BRAVO,bravo,
"""
ALFA = """start_time,answer_time,duration,calling_number,called_number,customer,downstream,egress_call_id
2026-11-02T08:00:00.900Z,2026-11-02T08:00:08Z,30,+12025550143,+13125550187,cust-7,bravo,a1@203.0.113.7
"""
OWN_PREFIX = 'format = "sansay"\n[numbers.trunks]\n"000202" = ["7701"]\n'


def vos_row(header: str) -> str:
    told = {
        "calleraccesse164": "12025550143",
        "calleeaccesse164": "770113125550187",
        "callergatewayid": "CUST-BRAVO",
        "callerip": "198.51.100.1",
        "starttime": "1793606401400",
        "stoptime": "1793606438400",
        "holdtime": "30",
        "flowno": "900001",
        "callercallid": "b1@198.51.100.9",
    }
    return ",".join(told.get(name, "") for name in header.split(","))


def test_the_originator_is_found_through_switches_own_files(tmp_path: Path) -> None:
    (tmp_path / "carriers.csv").write_text(CARRIERS)
    (tmp_path / "trunks.csv").write_text(TRUNKS)
    (tmp_path / "alfa.csv").write_text(ALFA)
    (tmp_path / "bravo.toml").write_text(OWN_PREFIX)
    header = (FIXTURES / "vos3000" / "e_cdr_20261102.csv").read_text().splitlines()[0]
    (tmp_path / "e_cdr_20261102.csv").write_text(f"{header}\n{vos_row(header)}\n")
    (tmp_path / "charlie.toml").write_text('format = "vos3000"\n[numbers.trunks]\nCUST-BRAVO = ["7701"]\n')
    with init_workspace(tmp_path / "workspace") as workspace:
        workspace.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")
        submit(workspace, [tmp_path / "alfa.csv"], "alfa")
        submit(workspace, [FIXTURES / "sansay" / "cdr.txt"], "bravo", format=str(tmp_path / "bravo.toml"))
        submit(workspace, [tmp_path / "e_cdr_20261102.csv"], "charlie", format=str(tmp_path / "charlie.toml"))
        call = ReportedCall("C1", "2026-11-02T08:00:02Z", "+13125550187", "+12025550143")
        (result,) = trace(workspace, [call])
    assert result.path == ("charlie", "bravo", "alfa")
    assert (result.verdict, result.originating_carrier, result.customer) == (
        Verdict.ORIGINATOR_IDENTIFIED,
        "alfa",
        "cust-7",
    )
