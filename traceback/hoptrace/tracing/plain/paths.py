"""The paths of plain calls: which statement, or which carrier without records, each of their carriers is of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.plain.answers import NAMED
from hoptrace.tracing.plain.calls import Plain


class Way(NamedTuple):
    """The carriers of all paths, chain n from `begin[n]` to `begin[n + 1]`: each one's place among the statements.

    `statements`: -1 for a carrier without records; `telling`: the statement itself, or the one that names such a
    carrier; `kinds`: as what that one names it, `below` the statement below it (that itself, where it is one).
    """

    begin: Int64s
    statements: Int64s
    telling: Int64s
    below: Int64s
    kinds: Int64s


OWN, UPSTREAM, DELIVERED, INFERRED = range(4)
"""What a carrier of a path is: it has a statement; the one below names it as its upstream; the lowest statement says
that it handed the call to it; it is the second of two without records, which the one above names."""


def way_of(plain: Plain) -> Way:
    """The paths of chains: carriers without records that statements name stand between, above and below them."""
    chains, answers = plain.chains, plain.answers
    above, end = NAMED[answers.endings], len(chains.members)
    # At one place stand the one above a chain, the one below the next, those between two statements, a statement.
    told = (
        (chains.begin[1:][above], UPSTREAM),
        (chains.begin[:-1][answers.delivered], DELIVERED),
        (np.flatnonzero(chains.over > 0), UPSTREAM),
        (np.flatnonzero(chains.over > 1), INFERRED),
        (np.arange(end), OWN),
    )
    places = np.concatenate([each for each, _ in told])
    order = np.argsort(places, kind="stable")
    places, kinds = places[order], np.repeat([kind for _, kind in told], [len(each) for each, _ in told])[order]
    statements = np.where(kinds == OWN, places, -1)
    below = np.maximum.accumulate(statements)
    telling = np.where((kinds == DELIVERED) | (kinds == INFERRED), places, below)
    begin = np.searchsorted(places, chains.begin, "left")
    begin[1:] += above
    return Way(begin, statements, telling, np.where(kinds == DELIVERED, telling, below), kinds)


def paths_of(facts: pl.DataFrame, way: Way) -> pl.Series:
    """The carriers of all paths."""
    if (way.kinds == OWN).all():
        return facts["carrier"]
    told = facts.select("carrier", "upstream", "downstream")[way.telling]
    carrier = pl.when(pl.Series(way.kinds == OWN)).then("carrier").when(pl.Series(way.kinds == UPSTREAM))
    return told.select(carrier.then("upstream").otherwise("downstream").alias("carrier")).to_series()


def entries_of(paths: pl.Series, way: Way, around: Surroundings, at_entry: Truths) -> pl.Series:
    """The point of entry of each path (`hoptrace.tracing.trail.entry_told`), null where there is none.

    `at_entry`: whether the trail of each path ends there.
    """
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
    told = (way.kinds[np.minimum(entry + 1, len(paths) - 1)] != INFERRED) | at_entry
    some = pl.Series((entry < len(paths)) & told)
    return pl.select(pl.when(some).then(paths.gather(np.where(some, entry, 0)))).to_series()
