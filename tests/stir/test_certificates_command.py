"""hoptrace certificates load and list, and what the catalog keeps of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from click.testing import CliRunner, Result

from hoptrace.catalog.catalog import Catalog
from hoptrace.catalog.database import open_engine
from hoptrace.cli.app import hoptrace
from hoptrace.model.certificates import Trust
from hoptrace.model.identity import read_identities
from hoptrace.model.signatures import SignatureState, check_signature

from .conftest import URL, Chain

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: Chain) -> Run:
    """The command line in a folder with a workspace and the files of a chain."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOPTRACE_WORKSPACE", "HOPTRACE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    Path("root.pem").write_text(chain.root.pem)
    Path("alpha.pem").write_text(chain.leaf.pem + "\n" + chain.ca.pem)

    def run_command(*arguments: str) -> Result:
        return CliRunner().invoke(hoptrace, arguments, prog_name="hoptrace")

    assert run_command("init").exit_code == 0
    return run_command


def listed(run: Run) -> list[tuple[str, str, str | None]]:
    told = json.loads(run("certificates", "list", "--json").stdout)
    return [(each["kind"], each["subject"], each["url"]) for each in told]


def test_a_chain_and_its_anchor_are_loaded(run: Run) -> None:
    assert run("certificates", "load", "root.pem", "--anchor").exit_code == 0
    told = json.loads(run("certificates", "load", "alpha.pem", "--url", URL, "--json").stdout)
    assert told == {"added": 2, "unchanged": 0, "version": 3}
    assert listed(run) == [
        ("anchor", "CN=Example Root", None),
        ("signer", "CN=SHAKEN 505A", URL),
        ("CA", "CN=Example CA", None),
    ]
    assert "505A" in run("certificates", "list").stdout


def test_loading_again_changes_nothing(run: Run) -> None:
    run("certificates", "load", "alpha.pem", "--url", URL)
    told = json.loads(run("certificates", "load", "alpha.pem", "--url", URL, "--json").stdout)
    assert told == {"added": 0, "unchanged": 2, "version": 2}


def test_a_csv_says_where_the_files_came_from(run: Run) -> None:
    Path("urls.csv").write_text(f"file,url\nalpha.pem,{URL}\nother.pem,https://c.example.net/o.pem\n")
    assert run("certificates", "load", "alpha.pem", "--urls", "urls.csv").exit_code == 0
    assert listed(run)[0] == ("signer", "CN=SHAKEN 505A", URL)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (f"file,url\nother.pem,{URL}\n", "has no row for alpha.pem"),
        ("file,url\nalpha.pem,ftp://x\n", "line 2: 'ftp://x' is not a URL"),
        (f"file,url\nalpha.pem,{URL}\nalpha.pem,{URL}2\n", "second URL"),
        (f"name,url\nalpha.pem,{URL}\n", "column file is missing"),
    ],
)
def test_a_csv_that_does_not_fit_is_refused(run: Run, content: str, word: str) -> None:
    Path("urls.csv").write_text(content)
    told = run("certificates", "load", "alpha.pem", "--urls", "urls.csv")
    assert told.exit_code == 1
    assert word in told.stderr
    assert listed(run) == []


@pytest.mark.parametrize(
    ("content", "way_out"),
    [
        (b"", "fetch it again"),
        (b"hello", "fetch it again"),
        (b"\x30\x82\x01", "openssl x509 -inform DER -in letter.pem -out letter-converted.pem"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "fetch it again"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "It holds a private key"),
    ],
)
def test_a_file_without_certificates_is_refused_with_all_others(run: Run, content: bytes, way_out: str) -> None:
    Path("letter.pem").write_bytes(content)
    told = run("certificates", "load", "root.pem", "letter.pem")
    assert told.exit_code == 1
    assert "letter.pem: not a readable certificate in PEM form" in told.stderr
    assert way_out in told.stderr
    assert listed(run) == []


def test_a_file_that_is_not_there(run: Run) -> None:
    assert "nowhere.pem: cannot be read" in run("certificates", "load", "nowhere.pem").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("alpha.pem", "root.pem", "--url", URL),
        ("alpha.pem", "--url", URL, "--urls", "urls.csv"),
        ("root.pem", "--anchor", "--url", URL),
        (),
    ],
)
def test_options_that_contradict_each_other(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("certificates", "load", *arguments).exit_code == 2


def test_an_earlier_version_is_what_was_at_hand_then(tmp_path: Path, chain: Chain) -> None:
    catalog = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}", lambda _commit: False)
    files = {"root": chain.root.pem, "ca": chain.ca.pem, "leaf": chain.leaf.pem}
    for name, pem in files.items():
        (tmp_path / f"{name}.pem").write_text(pem)
    assert catalog.certificates.version() == 0
    first = catalog.certificates.load_certificates([tmp_path / "ca.pem", tmp_path / "leaf.pem"])
    second = catalog.certificates.load_certificates([tmp_path / "root.pem"], anchor=True)
    assert (first.version, second.version, catalog.certificates.version()) == (2, 3, 3)

    def state(trust: Trust) -> SignatureState:
        return check_signature(read_identities(chain.leaf.header())[0], trust).state

    assert state(catalog.certificates.trust(first.version)) is SignatureState.NOT_TRUSTED
    assert state(catalog.certificates.trust()) is SignatureState.VERIFIED
    catalog.close()


def test_a_catalog_of_before_gets_the_table(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", "hoptrace.catalog:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        assert not sa.inspect(connection).has_table("certificates")
    catalog = Catalog(url, lambda _commit: False)
    assert catalog.certificates.list() == []
    catalog.close()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        assert not sa.inspect(connection).has_table("certificates")
    engine.dispose()


def test_a_certificate_whose_list_is_damaged_is_refused(run: Run, chain: Chain) -> None:
    Path("odd.pem").write_text(chain.pki.make("SHAKEN", chain.ca, extension=b"\x30\x80").pem)
    told = run("certificates", "load", "odd.pem")
    assert told.exit_code == 1
    assert "its TNAuthList cannot be read" in told.stderr
