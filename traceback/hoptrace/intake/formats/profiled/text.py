"""Lines of fixed-width and of key=value files become columns named after what the profile calls them."""

from __future__ import annotations

import re

import polars as pl

from hoptrace.intake.formats.profiled.lines import Rows, nothing_bad, silent_lines, texts_of
from hoptrace.intake.formats.profiled.plan import named
from hoptrace.intake.formats.text.blocks import Block
from hoptrace.intake.profiles.file_rules import FileRules


def fixed_rows(block: Block, rules: FileRules) -> Rows:
    """The rows of a fixed-width block; places are counted in characters."""
    cells = {
        named(name): pl.col("text").str.slice(first - 1, last - first + 1)
        for name, (first, last) in rules.columns.items()
    }
    return _rows(block, rules, cells)


def pair_rows(block: Block, rules: FileRules, used: frozenset[str]) -> Rows:
    """The rows of a key=value block; only the keys that are looked at are looked for, in either case."""
    between, pair = re.escape(rules.delimiter), re.escape(rules.pair)
    cells: dict[str, pl.Expr] = {}
    for column in sorted(used):
        key = re.escape(column.removeprefix("n "))
        start = rf"(?i)(?:^|{between})\s*{key}\s*{pair}\s*"
        quoted = pl.col("text").str.extract(rf'{start}"([^"]*)"', 1)
        cells[column] = pl.coalesce(quoted, pl.col("text").str.extract(rf"{start}([^{between}]*)", 1))
    return _rows(block, rules, cells)


def _rows(block: Block, rules: FileRules, cells: dict[str, pl.Expr]) -> Rows:
    records, marked = texts_of(block, rules)
    silent = silent_lines(records, rules, "")
    spoken = records.filter(~silent).select("row", width=pl.lit(0, pl.Int32), **cells)
    return Rows(spoken, records.filter(silent)["row"], nothing_bad(), marked=marked)
