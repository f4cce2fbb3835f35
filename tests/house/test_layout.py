"""The house keeps its shape: rooms, no stray files, nothing that shadows the standard library's traceback."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "traceback"
TOP_LEVEL = {
    *("traceback", "fixtures", "benchmarks", "tests", "docs", "tools"),
    *("pyproject.toml", "constraints.txt", "Makefile", ".ci", ".gitignore"),
    *("README.md", "CHANGELOG.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md"),
}
ROOMS = (
    *("model", "catalog", "intake", "lake", "linking", "tracing", "engines"),
    *("reports", "evidence", "simulate", "cli"),
)


def tracked_files() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout: there is no list of tracked files")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_source_root_is_no_package() -> None:
    assert SOURCE.is_dir()
    assert not (SOURCE / "__init__.py").exists()
    assert [path.name for path in SOURCE.iterdir() if path.suffix == ".py"] == []


@pytest.mark.parametrize("way", ["-c", "-m"])
def test_traceback_is_the_standard_library_s_from_the_root(way: str, tmp_path: Path) -> None:
    script = tmp_path / "where_is_traceback.py"
    script.write_text("import traceback; print(traceback.__file__); traceback.format_exc()")
    arguments = ["-c", script.read_text()] if way == "-c" else ["-m", script.stem]
    environment = {"PYTHONPATH": str(tmp_path)} if way == "-m" else {}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ROOT not in Path(done.stdout.strip()).parents


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_there(room: str) -> None:
    assert (SOURCE / "hoptrace" / room / "__init__.py").is_file()


def test_nothing_stray_at_the_top() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert found <= TOP_LEVEL, f"not part of the house: {sorted(found - TOP_LEVEL)}"


def test_tests_are_no_packages_and_have_names_of_their_own() -> None:
    files = [path for path in tracked_files() if path.is_relative_to(ROOT / "tests")]
    assert [path for path in files if path.name == "__init__.py"] == []
    names = [path.name for path in files if path.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))


# Put together from pieces, so that this file is no finding of its own.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.-])/(?:" + "|".join(("work", "root", "home", "farm")) + r")/\w",
    "a registry's host": "|".join((r"pypi\.o" + "rg", r"pythonhosted\.o" + "rg", r"npmjs\.o" + "rg")),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked_files()
        for number, line in enumerate(path.read_bytes().decode("utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_one_version_everywhere() -> None:
    import hoptrace

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == hoptrace.__version__


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.+]*", line)] == []
    names = [line.split("==")[0].lower().replace("_", "-") for line in lines]
    assert sorted(names) == sorted(set(names))


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["pdf"], *extras["postgres"], *extras["dev"]]
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    names = {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in wanted}
    assert names - pinned == set()
