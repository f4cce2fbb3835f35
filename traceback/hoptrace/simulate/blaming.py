"""Blaming: an originating carrier says that another carrier handed it its own customer's call."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.simulate.chance import scramble
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.lying import Circumstances, Lie, lied_about, lies_of


def blaming(filed: pl.DataFrame, own: pl.Expr, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records with some rows of `own` customers' calls falsified, and the LIES that were told so."""
    liars = about.of_role(about.scenario.faults.blaming, "blaming", Role.ORIGINATING, Role.FOREIGN)
    struck = lied_about(filed, own, liars, about, "blamed")
    rows = filed.filter(struck)
    call = rows.get_column("call").to_numpy()
    accused = _innocent(rows.get_column("carrier").to_numpy(), call, about)
    if not about.scenario.faults.irrefutable_lies:
        accused = np.where(_has_records_of(filed, accused, about.calls.start[call]), accused, -1)
    blamed = np.full(filed.height, -1, dtype=np.int64)
    blamed[struck.to_numpy()] = accused
    filed = filed.with_columns(blamed=pl.Series(blamed))
    lying = pl.col("blamed") >= 0
    told = lies_of(filed.filter(lying), Lie.BLAMES, "blamed")
    filed = filed.with_columns(
        upstream=pl.when(lying).then("blamed").otherwise("upstream"),
        customer=pl.when(lying).then(-1).otherwise("customer"),
        signer=pl.when(lying).then(-1).otherwise("signer"),
        attestation=pl.when(~lying).then("attestation"),
    )
    return filed.drop("blamed"), told


def _innocent(carrier: Int64s, call: Int64s, about: Circumstances) -> Int64s:
    """For each call a neighbour of its origin that it did not cross, one that takes part if there is any; else -1."""
    paths = about.routes.matrix()[about.calls.route[call]]
    table = _scapegoats(about)[carrier]
    width, call_group = int(table.shape[1]), about.calls.group[call]
    crossed = (table[:, :, None] == paths[:, None, :]).any(axis=2)
    absent = ~about.conditions.takes_part[np.maximum(table, 0)]
    whom = scramble(call_group[:, None] * width + np.arange(width, dtype=np.int64), about.seed, "blamed whom")
    rank = (whom >> np.uint64(3)).astype(np.float64) + np.where(absent, 1e19, 0.0)
    rank[(table < 0) | crossed] = np.inf
    best = rank.argmin(axis=1)
    rows = np.arange(len(call))
    return np.where(np.isfinite(rank[rows, best]), table[rows, best], -1)


def _scapegoats(about: Circumstances) -> Int64s:
    """Each carrier's neighbours that could have handed it a call: abroad foreign ones, at home transit carriers."""
    carriers, listed = about.network.carriers, about.conditions.listed
    lists: list[list[int]] = []
    for carrier in carriers:
        near = [other for other in about.network.neighbours(carrier.index) if listed[carrier.index, other]]
        alike = [other for other in near if carriers[other].country == carrier.country]
        foreign = [other for other in near if carriers[other].role is Role.FOREIGN]
        lists.append(foreign or alike or near if carrier.role is Role.FOREIGN else alike or near)
    table = np.full((len(lists), max(1, *(len(each) for each in lists))), -1, dtype=np.int64)
    for index, each in enumerate(lists):
        table[index, : len(each)] = each
    return table


def _has_records_of(filed: pl.DataFrame, carrier: Int64s, time: Int64s) -> Truths:
    """Whether carriers (-1 for none) have submitted records that cover the times."""
    spans = filed.group_by("carrier").agg(first=pl.col("received").min(), final=pl.col("received").max())
    asked = pl.DataFrame({"carrier": carrier, "time": time})
    found = asked.join(spans, on="carrier", how="left", maintain_order="left")
    covered = pl.col("time").is_between("first", "final").fill_null(False)
    return found.select(covered).to_series().to_numpy()
