"""A trace is a command that people type: it loads what a trace needs and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]

ROWS = """start_time,calling_number,called_number,ingress_trunk,egress_trunk,duration,outcome
2026-11-02T14:30:00.100Z,+12025550101,+12025550143,,,20,answered
2026-11-02T14:30:09.100Z,+12025550101,+12025550143,,,0,busy
"""

NOT_NEEDED = (
    *("scipy", "networkx", "alembic", "pandas", "jinja2", "weasyprint", "altair", "dataframely", "cryptography"),
    *("pyarrow.compute", "pyarrow.dataset", "sqlalchemy.orm", "lxml", "hoptrace.simulate", "hoptrace.reports"),
    *("hoptrace.intake.formats", "hoptrace.linking.learning"),
)

PROGRAM = """
import sys
from hoptrace.cli import main
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def test_a_trace_loads_nothing_that_it_does_not_use(loaded: Run) -> None:
    Path("rows.csv").write_text(ROWS)
    assert loaded("submit", "rows.csv", "--carrier", "alpha", "--format", "canonical").exit_code == 0
    arguments = ("trace", "--called", "+12025550143", "--at", "2026-11-02T14:30:00Z")
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=False)
    assert "alpha" in done.stdout
    loaded_modules = done.stderr.split()
    assert "hoptrace.tracing.kernel" in loaded_modules
    assert not {name for name in loaded_modules if name in NOT_NEEDED or name.split(".")[0] in NOT_NEEDED}
