"""Imports stay light, and the rooms keep their layers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    *("polars", "deltalake", "sqlalchemy", "networkx", "scipy", "jinja2", "pydantic", "rich", "weasyprint", "numpy"),
    *("cryptography", "pyasn1", "pyasn1_modules"),
)


def modules_after(code: str) -> set[str]:
    program = f"import sys; sys.path.insert(0, 'traceback'); {code}; print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import hoptrace",
        "import hoptrace.errors",
        "from hoptrace.cli import main",
        "from hoptrace.cli.app import hoptrace; hoptrace(['--help'], standalone_mode=False)",
        "from hoptrace.cli.app import hoptrace; hoptrace(['submit', '--help'], standalone_mode=False)",
        "from hoptrace.cli.app import hoptrace; hoptrace(['certificates', 'load', '--help'], standalone_mode=False)",
        "from hoptrace.cli.app import hoptrace; hoptrace(['profile', 'show', '--help'], standalone_mode=False)",
        "from hoptrace.cli.app import hoptrace; hoptrace(['trace', '--help'], standalone_mode=False)",
    ],
)
def test_loads_nothing_heavy(code: str) -> None:
    assert modules_after(code) & set(HEAVY) == set()


def test_every_public_name_loads() -> None:
    import hoptrace

    assert sorted(hoptrace.__all__) == list(hoptrace.__all__)
    for name in hoptrace.__all__:
        assert getattr(hoptrace, name).__name__ == name


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    import hoptrace

    with pytest.raises(AttributeError, match="no_such_name"):
        _ = hoptrace.no_such_name  # type: ignore[attr-defined]


def test_rooms_never_import_from_higher_ones() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("lint-imports is not installed beside this Python")
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, env={"PYTHONPATH": "traceback"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
