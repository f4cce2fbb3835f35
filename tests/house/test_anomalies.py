"""The page of anomalies: every row of it names the tests that hold it, and they exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \|(.*)\|(.*)\|(.*)\|$", re.MULTILINE)
NUMBERS = [*range(1, 22), *range(30, 40), *range(50, 63), *range(70, 78)]


def rows() -> dict[int, tuple[str, ...]]:
    text = (ROOT / "docs" / "anomalies.md").read_text(encoding="utf-8")
    return {int(number): tuple(cell.strip() for cell in cells) for number, *cells in ROW.findall(text)}


@cache
def names_in(file: str) -> set[str]:
    found = list((ROOT / "tests").rglob(file))
    assert len(found) == 1, f"there is no test file {file}"
    tree = ast.parse(found[0].read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_anomaly_has_a_row() -> None:
    assert list(rows()) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_each_row_says_what_is_done_and_names_tests_that_exist(number: int) -> None:
    seen, done, held = rows()[number]
    assert seen
    assert done
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", held)
    assert named, "no test holds it"
    assert [f"{file}::{name}" for file, name in named if name not in names_in(file)] == []
