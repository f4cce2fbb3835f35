"""Rows told apart by their type and their number of columns: which layout they have, or why none fits."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hoptrace.intake.formats.profiled.lines import nothing_bad
from hoptrace.intake.formats.profiled.plan import Kind, Plan
from hoptrace.intake.profile import Profile

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Apart:
    """A block's rows: those of each kind, those that carry no call (row), and those that fit no kind (row, why)."""

    kinds: list[tuple[pl.DataFrame, Kind]]
    skipped: pl.Series
    bad: pl.DataFrame


def told_apart(cells: pl.DataFrame, plan: Plan, profile: Profile, names: int) -> Apart:
    """The rows by kind; `names`: how many columns the header has, 0 where there is none."""
    cells, skipped, strange = _by_type(cells, plan, profile)
    kinds: list[tuple[pl.DataFrame, Kind]] = []
    left = cells
    for kind in plan.kinds:
        fits = _fits(kind, plan, profile, names)
        every = left.select(fits.all()).item()
        kinds.append((left if every else left.filter(fits), kind))
        left = left.clear() if every else left.filter(~fits)
    wrong = left.select("row", why=_why(plan, profile, names))
    return Apart(kinds, skipped, pl.concat([strange, wrong]))


def _by_type(cells: pl.DataFrame, plan: Plan, profile: Profile) -> tuple[pl.DataFrame, pl.Series, pl.DataFrame]:
    rules, nobody = profile.records, cells.clear()["row"]
    if plan.type is None:
        return cells, nobody, nothing_bad()
    kind = pl.col(plan.type)
    silent = kind.is_in(list(rules.skip)).fill_null(value=False)
    carries = kind.is_in(list(rules.call)).fill_null(value=False) if rules.call else ~silent & kind.is_not_null()
    other = ~silent & ~carries
    if rules.others == "skip":
        silent, other = silent | other, pl.lit(value=False)
    shown = pl.coalesce(kind.str.slice(0, _SHOWN), pl.lit("nothing"))
    strange = cells.filter(other).select(
        "row", why=pl.format("row of a type that the profile does not name: {}", shown)
    )
    return cells.filter(carries & ~silent), cells.filter(silent)["row"], strange


def _fits(kind: Kind, plan: Plan, profile: Profile, names: int) -> pl.Expr:
    fits = pl.lit(value=True)
    if kind.types and plan.type is not None:
        fits = pl.col(plan.type).is_in(list(kind.types)).fill_null(value=False)
    if profile.format != "delimited":
        return fits
    widths = kind.widths or ((names,) if names else ())
    if not widths:
        return fits & (pl.col("width") >= plan.last_place)
    if profile.file.trailing_delimiter:
        widths = (*widths, *(width + 1 for width in widths))
    return fits & pl.col("width").is_in(list(widths))


def _why(plan: Plan, profile: Profile, names: int) -> pl.Expr:
    widths = sorted({width for kind in plan.kinds for width in kind.widths})
    wanted = ", ".join(map(str, widths)) or str(names or plan.last_place)
    where = "the profile names" if widths else ("the header has" if names else "the profile needs")
    return pl.format("{} columns where " + f"{where} {wanted}", pl.col("width"))
