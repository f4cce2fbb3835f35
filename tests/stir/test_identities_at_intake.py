"""Raw Identity headers of submitted rows: what they fill in, and what they never change."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from hoptrace.engines.local import trace
from hoptrace.intake.identities import signers_by_url, with_claims
from hoptrace.intake.submit import submit
from hoptrace.model.statements import RAW_CALLS
from hoptrace.model.verdicts import ReportedCall
from hoptrace.workspace import Workspace, init_workspace

from .conftest import NOW, URL, Chain

ORIG_ID = "7c0f1d5e-2f43-4c57-8d38-0d7a1f3b9e21"


def filled(signers: dict[str, str] | None = None, **facts: str | None) -> tuple[str | None, ...]:
    calls = pl.DataFrame([{"call": 0, **facts}], schema=RAW_CALLS)
    out = with_claims(calls, signers or {})
    assert out.schema == RAW_CALLS
    return out.select("attestation", "orig_id", "signer", "identity").row(0)


def test_empty_columns_are_filled_from_the_header(chain: Chain) -> None:
    header = chain.leaf.header(attest="B")
    assert filled(identity=header) == ("B", ORIG_ID, None, header)
    assert filled({URL: "505A"}, identity=header) == ("B", ORIG_ID, "505A", header)


def test_what_the_carrier_gave_itself_stays(chain: Chain) -> None:
    header = chain.leaf.header(attest="B")
    given = {"attestation": "C", "orig_id": "mine", "signer": "606B"}
    assert filled({URL: "505A"}, identity=header, **given) == ("C", "mine", "606B", header)
    assert filled({URL: "505A"}, identity=header, attestation="C") == ("C", ORIG_ID, "505A", header)


@pytest.mark.parametrize("cell", ["nonsense", "", "..x;ppt=shaken"])
def test_what_cannot_be_read_fills_nothing(cell: str) -> None:
    assert filled(identity=cell) == (None, None, None, cell)


def test_the_shaken_header_counts_beside_a_div(chain: Chain) -> None:
    div = chain.leaf.header(ppt="div", attest=None, origid=None, div={"tn": "13125550187"})
    assert filled(identity=div)[:2] == (None, None)
    assert filled(identity=f"{div},{chain.leaf.header()}")[:2] == ("A", ORIG_ID)


def test_a_url_of_two_codes_names_no_signer(chain: Chain) -> None:
    other = chain.pki.make("SHAKEN 606B", chain.ca, spcs=("606B",))
    assert signers_by_url([chain.leaf.stored(URL), chain.root.stored()]) == {URL: "505A"}
    assert signers_by_url([chain.leaf.stored(URL), other.stored(URL)]) == {}


@pytest.fixture
def workspace(tmp_path: Path, chain: Chain) -> Workspace:
    made = init_workspace(tmp_path / "w")
    carriers = tmp_path / "carriers.csv"
    carriers.write_text("carrier_id,name,country,spc\nalpha,Alpha Voice,US,505A\nbravo,Bravo Transit,US,606B\n")
    made.catalog.directory.load_directory(carriers)
    for name, pem in (("root", chain.root.pem), ("alpha", chain.leaf.pem + chain.ca.pem)):
        (tmp_path / f"{name}.pem").write_text(pem)
    return made


def cdr(path: Path, header: str, record: str = "r1") -> Path:
    at = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    path.write_text(
        "start_time,calling_number,called_number,upstream,duration,identity,record_id\n"
        f'{at},+12025550143,+13125550187,alpha,9,"{header}",{record}\n'
    )
    return path


def test_a_canonical_file_may_have_identity_and_a_trace_tells_of_it(
    workspace: Workspace, tmp_path: Path, chain: Chain
) -> None:
    header = chain.leaf.header()
    (receipt,) = submit(workspace, [cdr(tmp_path / "bravo.csv", header)], "bravo")
    assert (receipt.accepted, receipt.flags) == (1, ())
    call = ReportedCall("c1", f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "+13125550187")
    (before,) = trace(workspace, [call])
    told = [line for line in before.hops[0].evidence if line.about in ("signer", "identity")]
    assert (before.path, before.hops[0].attestation) == (("bravo", "alpha"), "A")
    assert [(line.about, line.agrees) for line in told] == [("identity", None), ("identity", True), ("identity", True)]

    certificates = workspace.catalog.certificates
    certificates.load_certificates([tmp_path / "root.pem"], anchor=True)
    certificates.load_certificates([tmp_path / "alpha.pem"], url=URL)
    (after,) = trace(workspace, [call])
    assert (before.certificates_version, after.certificates_version) == (0, 3)
    assert trace(workspace, [call], replay=(before.lake_version, before.clock_version)) == [before]
    assert trace(workspace, [call], replay=(after.lake_version, after.clock_version, 3)) == [after]
    lines = {line.detail: line.agrees for line in after.hops[0].evidence}
    assert lines["The signature is verified: made with the certificate of CN=SHAKEN 505A (SPC 505A)."] is True
    whose = "The signature that bravo recorded is that of Alpha Voice (alpha), hop 2 of this trail; this is where the"
    assert lines[f"{whose} trail ends."] is True
    assert (after.verdict, after.path, after.confidence) == (before.verdict, before.path, before.confidence)
    workspace.close()


def test_a_row_is_known_again_when_its_certificate_has_come(workspace: Workspace, tmp_path: Path, chain: Chain) -> None:
    header = chain.leaf.header()
    submit(workspace, [cdr(tmp_path / "one.csv", header)], "bravo")
    workspace.catalog.certificates.load_certificates([tmp_path / "alpha.pem"], url=URL)
    again = cdr(tmp_path / "two.csv", header)
    again.write_text(again.read_text() + again.read_text().splitlines()[1].replace("r1", "r2") + "\n")
    (receipt,) = submit(workspace, [again], "bravo")
    assert (receipt.duplicates, receipt.statements) == (1, 1)
    rows = workspace.lake.view().scan().select("record_id", "signer").sort("record_id").collect()
    assert rows.rows() == [("r1", None), ("r2", "505A")]
    workspace.close()
