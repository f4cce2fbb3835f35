"""A trace is a command that people type: it loads what a trace needs and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from click.testing import Result

from hoptrace.cli.app import COMMANDS

Run = Callable[..., Result]

ROOT = Path(__file__).parents[2]

ROWS = """start_time,calling_number,called_number,ingress_trunk,egress_trunk,duration,outcome
2026-11-02T14:30:00.100Z,+12025550101,+12025550143,,,20,answered
2026-11-02T14:30:09.100Z,+12025550101,+12025550143,,,0,busy
"""

NOT_NEEDED = {
    *("scipy", "networkx", "alembic", "pandas", "jinja2", "weasyprint", "altair", "dataframely", "cryptography"),
    *("pyarrow", "pydantic", "pydantic_core", "rich", "lxml", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql"),
    *("hoptrace.simulate", "hoptrace.reports", "hoptrace.intake.formats", "hoptrace.linking.learning"),
    *("hoptrace.cli.submit", "hoptrace.cli.carriers", "hoptrace.catalog.migrations"),
}
NUMBERING_PLANS = "phonenumbers.data.region_"
USED_BY_HELP = {"click", "hoptrace", "typing_extensions"}

PROGRAM = """
import sys
before = set(sys.modules)
from hoptrace.cli import main
try:
    main()
finally:
    print(*sorted(sys.modules.keys() - before), file=sys.stderr)
"""


def modules_of(*arguments: str, told: str) -> set[str]:
    """What a process of its own has loaded when a command that prints `told` ends."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "traceback")}
    program = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
    assert told in done.stdout
    return set(done.stderr.split())


@pytest.mark.parametrize("shown", [(), ("--json",)])
def test_a_trace_loads_nothing_that_it_does_not_use(shown: tuple[str, ...], loaded: Run) -> None:
    Path("rows.csv").write_text(ROWS)
    assert loaded("submit", "rows.csv", "--carrier", "alpha", "--format", "canonical").exit_code == 0
    found = modules_of("trace", "--called", "+12025550143", "--at", "2026-11-02T14:30:00Z", *shown, told="alpha")
    assert "hoptrace.tracing.kernel" in found
    assert not {name for name in found if name in NOT_NEEDED or name.split(".")[0] in NOT_NEEDED}
    assert {name for name in found if name.startswith(NUMBERING_PLANS)} <= {f"{NUMBERING_PLANS}US"}


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("trace", "--help")])
def test_help_loads_no_library_but_click(arguments: tuple[str, ...]) -> None:
    found = {name.split(".")[0] for name in modules_of(*arguments, told="hoptrace")}
    assert found & packages_distributions().keys() <= USED_BY_HELP


def test_a_command_does_not_load_the_others() -> None:
    found = {name.removeprefix("hoptrace.cli.") for name in modules_of("trace", "--help", told="hoptrace")}
    assert found & set(COMMANDS) == {"trace"}
