"""The documents: links lead somewhere, pages that list others are whole, examples are about names that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORMATS = ROOT / "docs" / "formats"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


def test_the_formats_page_names_every_reader_and_every_page() -> None:
    from hoptrace.intake.detect import format_name
    from hoptrace.intake.formats import readers
    from hoptrace.intake.formats.profiled.reader import generic_readers

    text = (FORMATS / "README.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    named = [name for row in rows if len(row) == 3 for name in re.findall(r"`([^`]+)`", row[2])]
    by_profile = {format_name(reader) for reader in generic_readers()}
    known = {format_name(reader) for reader in readers()} - by_profile
    assert {"canonical", "asterisk", "sansay"} <= known
    assert set(named) - {"--format", "PROFILE.toml"} == known
    profiles = (FORMATS / "profiles.md").read_text()
    assert {name for name in by_profile if f'"{name}"' not in profiles} == set()
    pages = {page.name for page in FORMATS.glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"({page})" not in text} == set()


def test_the_readme_s_example_uses_public_names() -> None:
    import hoptrace

    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    compile(example, "README.md", "exec")
    used = set(re.findall(r"hoptrace\.(\w+)", example))
    assert used <= set(hoptrace.__all__)
    assert {"open_workspace", "submit", "trace", "report"} <= used


def test_the_readme_names_the_commands_that_the_makefile_has() -> None:
    named = set(re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text(), flags=re.MULTILINE))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert named == {"demo", "test"}
    assert named <= targets
