"""Fabricating: an originating carrier says that its customer placed a call that never crossed it."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.simulate.chance import scramble, struck_by
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.lying import FABRICATED, LIES, Circumstances, Lie, lies_of
from hoptrace.simulate.routes import LONGEST


def fabricated(filed: pl.DataFrame, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records of reported calls that never crossed the liar: it says that it handed them to a carrier on their way."""
    faults, calls, seed = about.scenario.faults, about.calls, about.seed
    liars = np.flatnonzero(about.of_role(faults.fabricating, "fabricating", Role.ORIGINATING))
    whole = np.arange(len(calls))
    chosen = np.flatnonzero(calls.traced & struck_by(whole, faults.fabricated, seed, "fabricated"))
    if not len(liars) or not len(chosen):
        return filed.clear(), LIES.to_frame()
    liar, pos, fits = _joined_at(filed, chosen, liars, about)
    picked = pl.DataFrame({"leg": (chosen * (LONGEST + 1) + pos)[fits], "liar": liar[fits]})
    rows = filed.filter("last").join(picked, on="leg", how="inner", maintain_order="left")
    made = _told(rows, about).select(filed.columns).cast(filed.schema)
    return made, lies_of(made, Lie.FABRICATES)


def _told(rows: pl.DataFrame, about: Circumstances) -> pl.DataFrame:
    """Records of neighbours as each row's `liar` tells of the call: that its customer placed it, just before."""
    widths = np.array([max(1, len(carrier.customers)) for carrier in about.network.carriers])
    leg, by = rows.get_column("leg").to_numpy(), rows.get_column("liar").to_numpy()
    draw = scramble(leg, about.seed, "fabricated customer")
    return rows.with_columns(
        leg=-1 - pl.col("leg"),
        pos=pl.lit(FABRICATED),
        attempt=pl.lit(0),
        carrier="liar",
        upstream=pl.lit(-1),
        customer=pl.Series((draw >> np.uint64(8)).astype(np.int64) % widths[by]),
        downstream="carrier",
        delivered=pl.lit(False),
        received=pl.col("received") - 40_000,
        begun=pl.col("received") - 40_000,
        caller_out="caller",
        rewritten=pl.lit(False),
        called_out="called",
        redirecting=pl.lit(None, dtype=pl.Int64),
        call_id=pl.Series(draw),
        call_id_out=pl.Series(scramble(leg, about.seed, "fabricated call-id")),
        signer=pl.lit(-1),
        signed_for=pl.lit(-1),
        attestation=pl.lit(None, dtype=pl.String),
    )


def _joined_at(
    filed: pl.DataFrame, chosen: Int64s, liars: Int64s, about: Circumstances
) -> tuple[Int64s, Int64s, Truths]:
    """For each call a liar, and where on its way that could have handed it in: to a neighbour with a record on file.

    The last tells for which calls there is any such liar.
    """
    paths = about.routes.matrix()[about.calls.route[chosen]]
    count = len(about.network.carriers)
    near = np.zeros((count, count), dtype=np.bool_)
    edges = np.array(list(about.network.links.edges), dtype=np.int64).reshape(-1, 2)
    near[edges[:, 0], edges[:, 1]] = near[edges[:, 1], edges[:, 0]] = True
    legs = chosen[:, None] * (LONGEST + 1) + np.arange(LONGEST)
    held = np.isin(legs, filed.get_column("leg").to_numpy()) & (paths >= 0)
    # The carrier that it names must say itself from whom it had the call.
    above = np.pad(paths, ((0, 0), (1, 0)), constant_values=-1)[:, :-1]
    held &= (above >= 0) & about.conditions.listed[np.maximum(paths, 0), np.maximum(above, 0)]
    crossed = (paths[:, None, :] == liars[None, :, None]).any(axis=2)
    open_to = near[liars[None, :, None], np.maximum(paths, 0)[:, None, :]] & held[:, None, :] & ~crossed[:, :, None]
    ids = chosen[:, None] * len(liars) + np.arange(len(liars), dtype=np.int64)
    draw = (scramble(ids, about.seed, "fabricator") >> np.uint64(2)).astype(np.int64)
    best = np.where(open_to.any(axis=2), draw, -1).argmax(axis=1)
    places = open_to[np.arange(len(chosen)), best]
    return liars[best], places.argmax(axis=1).astype(np.int64), places.any(axis=1)
