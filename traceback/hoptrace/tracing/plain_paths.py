"""The paths of plain calls: which statement, or which carrier without records, each of their carriers is of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.chains import Places
from hoptrace.tracing.plain import Plain
from hoptrace.tracing.plain_judging import ENDINGS
from hoptrace.tracing.trail import Ending


class Way(NamedTuple):
    """The carriers of all paths, chain n from `begin[n]` to `begin[n + 1]`: each one's place among the statements.

    `statements`: -1 for a carrier without records; `lower`: the statement that names such a one.
    """

    begin: Places
    statements: Places
    lower: Places


def way_of(plain: Plain) -> Way:
    """The paths of chains: carriers without records that statements name stand between them, and above the last."""
    chains = plain.chains
    over = np.flatnonzero(chains.bridged)
    open_ = np.flatnonzero(plain.answers.endings != ENDINGS.index(Ending.CUSTOMER))
    silent = np.sort(np.concatenate([over, chains.begin[1:][open_]]))
    statements = np.insert(np.arange(len(chains.members)), silent, -1)
    # What stands where a chain begins is above the one before it: no bridge leads to a first statement.
    begin = chains.begin + np.searchsorted(silent, chains.begin, "right")
    return Way(begin, statements, np.maximum.accumulate(statements))


def paths_of(facts: pl.DataFrame, way: Way) -> pl.Series:
    """The carriers of all paths."""
    if not (way.statements < 0).any():
        return facts["carrier"]
    told = facts["carrier"].gather(way.lower)
    silent = np.flatnonzero(way.statements < 0)
    return told.scatter(silent, facts["upstream"].gather(way.lower[silent]))


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
