from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hoptrace.cli.app import hoptrace

CARRIERS = """carrier_id,name,country,timezone,lei
alpha,Alpha [bold]Voice,US,America/Chicago,X1
bravo,Bravo Transit,US,,
charlie,Charlie Telecom,US,,
"""
TRUNKS = """carrier_id,trunk,peer,customer
bravo,203.0.113.0/24,alpha,
alpha,T1,,cust-81
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in an empty folder, with nothing of the tester's environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOPTRACE_WORKSPACE", "HOPTRACE_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def run_command(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(hoptrace, arguments, env=environment, prog_name="hoptrace")

    return run_command


@pytest.fixture
def loaded(run: Run) -> Run:
    """The same, in a workspace with three carriers."""
    Path("carriers.csv").write_text(CARRIERS)
    Path("trunks.csv").write_text(TRUNKS)
    assert run("init").exit_code == 0
    assert run("carriers", "load", "carriers.csv", "--trunks", "trunks.csv").exit_code == 0
    return run
