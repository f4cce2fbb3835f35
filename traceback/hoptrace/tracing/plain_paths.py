"""The paths of plain calls: which statement, or which carrier without records, each of their carriers is of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.chains import Places, Truths
from hoptrace.tracing.plain import Plain
from hoptrace.tracing.plain_judging import NAMED


class Way(NamedTuple):
    """The carriers of all paths, chain n from `begin[n]` to `begin[n + 1]`: each one's place among the statements.

    `statements`: -1 for a carrier without records; `telling`: the statement itself, or the one that names such a
    carrier; `delivered`: whether that one says that it handed the call to it.
    """

    begin: Places
    statements: Places
    telling: Places
    delivered: Truths


def way_of(plain: Plain) -> Way:
    """The paths of chains: carriers without records that statements name stand between, above and below them."""
    chains, answers = plain.chains, plain.answers
    over = np.flatnonzero(chains.bridged)
    above = chains.begin[1:][NAMED[answers.endings]]
    below = chains.begin[:-1][answers.delivered]
    upper = np.sort(np.concatenate([over, above]))
    # Of two at one place the one above a chain comes before the one below the next.
    silent = np.concatenate([upper, below])
    order = np.argsort(silent, kind="stable")
    statements = np.insert(np.arange(len(chains.members)), silent[order], -1)
    begin = chains.begin + np.searchsorted(upper, chains.begin, "right") + np.searchsorted(below, chains.begin, "left")
    delivered = np.zeros(len(statements), np.bool_)
    delivered[begin[:-1][answers.delivered]] = True
    telling = np.maximum.accumulate(statements)
    telling[delivered] = below
    return Way(begin, statements, telling, delivered)


def paths_of(facts: pl.DataFrame, way: Way) -> pl.Series:
    """The carriers of all paths."""
    if not (way.statements < 0).any():
        return facts["carrier"]
    told = facts.select("carrier", "upstream", "downstream")[way.telling]
    carrier = pl.when(pl.Series(way.statements >= 0)).then("carrier").when(pl.Series(way.delivered))
    return told.select(carrier.then("downstream").otherwise("upstream").alias("carrier")).to_series()


def entries_of(paths: pl.Series, way: Way, around: Surroundings) -> pl.Series:
    """The point of entry of each path (`hoptrace.tracing.trail.point_of_entry`), null where there is none."""
    every = paths.unique()
    foreign = dict(zip(every, (around.foreign(carrier) for carrier in every), strict=True))
    if not any(foreign.values()):
        return pl.Series([None] * (len(way.begin) - 1), dtype=pl.String)
    abroad = paths.replace_strict(foreign, return_dtype=pl.Boolean).to_numpy()
    enters = np.zeros(len(paths), np.bool_)
    enters[:-1] = abroad[1:] & ~abroad[:-1]
    # A path's last carrier has none above it.
    enters[way.begin[1:] - 1] = False
    places = np.where(enters, np.arange(len(paths)), len(paths))
    entry = np.minimum.reduceat(places, way.begin[:-1])
    some = pl.Series(entry < len(paths))
    return pl.select(pl.when(some).then(paths.gather(np.where(some, entry, 0)))).to_series()
