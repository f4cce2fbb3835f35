"""Carriers that lie: they blame others for their customers' calls, leave records out, invent originations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from hoptrace.simulate.calls import Calls
from hoptrace.simulate.chance import Flags, Ints, scramble, some_of, stream, struck_by
from hoptrace.simulate.faults import Conditions
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network
from hoptrace.simulate.routes import LONGEST, RouteTable

FABRICATED = -2
"""The place (`pos`) of a record of a call that never crossed the carrier."""

_COVERED = 1 / 3  # of a liar's upstream neighbours, the share that it covers up for


class Lie(StrEnum):
    """What a carrier does about one call."""

    BLAMES = "blames"
    """It names an innocent carrier as upstream of its own customer's call."""
    LEAVES_OUT = "leaves_out"
    """It submits no record of its own customer's call."""
    INVENTS = "invents"
    """It says that a customer of its own placed a call that it got from another carrier."""
    FABRICATES = "fabricates"
    """It says that its customer placed a call that never crossed it."""


LIES = pl.Schema({"call": pl.Int64, "pos": pl.Int64, "carrier": pl.Int64, "accused": pl.Int64, "lie": pl.String})
"""One row a lie told: `accused` is the innocent carrier that it names as upstream, -1 if none."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What liars know: the calls, their routes, the network and its conditions."""

    calls: Calls
    network: Network
    routes: RouteTable
    conditions: Conditions
    scenario: Scenario
    seed: int

    def of_role(self, share: float, subject: str, *roles: Role) -> Flags:
        """A share of the carriers of some roles that take part."""
        fits = np.array([carrier.role in roles for carrier in self.network.carriers]) & self.conditions.takes_part
        return some_of(fits, share, stream(self.seed, subject))

    def lied_about(self, call: Ints, subject: str) -> Flags:
        """Which calls a liar lies about; redials of one call fare alike."""
        return struck_by(self.calls.group[call], self.scenario.faults.lie_rate, self.seed, subject)


def tell_lies(filed: pl.DataFrame, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is submitted instead of the true records, and the LIES that were told."""
    faults = about.scenario.faults
    told: list[pl.DataFrame] = []
    if faults.fabricating > 0:
        made, lies = _fabricated(filed, about)
        filed, told = pl.concat([filed, made]), [lies]
    own = (pl.col("customer") >= 0) & (pl.col("pos") == 0)
    if faults.leaving_out > 0:
        quiet = about.of_role(faults.leaving_out, "leaving out", Role.ORIGINATING, Role.FOREIGN)
        gone = _rows(filed, own, quiet, about, "left out")
        told.append(_lies(filed.filter(gone), Lie.LEAVES_OUT))
        filed = filed.filter(~gone)
    if faults.blaming > 0:
        filed, lies = _blaming(filed, own, about)
        told.append(lies)
    if faults.inventing > 0:
        filed, lies = _inventing(filed, about)
        told.append(lies)
    return filed, pl.concat([LIES.to_frame(), *told]).unique().sort("call", "pos", "carrier")


def _rows(filed: pl.DataFrame, where: pl.Expr, liars: Flags, about: Circumstances, subject: str) -> pl.Series:
    """The rows that liars lie about, as flags."""
    carrier, call = filed.get_column("carrier").to_numpy(), filed.get_column("call").to_numpy()
    fits = filed.select(where.alias("fits")).to_series().to_numpy()
    return pl.Series(fits & liars[carrier] & about.lied_about(call, subject))


def _lies(rows: pl.DataFrame, lie: Lie, accused: str | None = None) -> pl.DataFrame:
    named = pl.lit(-1, dtype=pl.Int64) if accused is None else pl.col(accused)
    return rows.select("call", "pos", "carrier", accused=named, lie=pl.lit(str(lie))).cast(pl.Schema(LIES))


def _blaming(filed: pl.DataFrame, own: pl.Expr, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
    liars = about.of_role(about.scenario.faults.blaming, "blaming", Role.ORIGINATING, Role.FOREIGN)
    struck = _rows(filed, own, liars, about, "blamed")
    rows = filed.filter(struck)
    accused = _innocent(rows.get_column("carrier").to_numpy(), rows.get_column("call").to_numpy(), about)
    blamed = np.full(filed.height, -1, dtype=np.int64)
    blamed[struck.to_numpy()] = accused
    filed = filed.with_columns(blamed=pl.Series(blamed))
    lying = pl.col("blamed") >= 0
    told = _lies(filed.filter(lying), Lie.BLAMES, "blamed")
    filed = filed.with_columns(
        upstream=pl.when(lying).then("blamed").otherwise("upstream"),
        customer=pl.when(lying).then(-1).otherwise("customer"),
        signer=pl.when(lying).then(-1).otherwise("signer"),
        attestation=pl.when(~lying).then("attestation"),
    )
    return filed.drop("blamed"), told


def _innocent(carrier: Ints, call: Ints, about: Circumstances) -> Ints:
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


def _scapegoats(about: Circumstances) -> Ints:
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


def _inventing(filed: pl.DataFrame, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
    passing = (Role.TIER1, Role.TIER2, Role.TIER3, Role.GATEWAY)
    liars = about.of_role(about.scenario.faults.inventing, "inventing", *passing)
    where = (pl.col("pos") > 0) & (pl.col("upstream") >= 0) & ~pl.col("delivered")
    pair = filed.get_column("carrier").to_numpy() * len(liars) + filed.get_column("upstream").to_numpy()
    covered = pl.Series(struck_by(pair, _COVERED, about.seed, "covered up"))
    struck = _rows(filed, where, liars, about, "invented") & covered
    told = _lies(filed.filter(struck), Lie.INVENTS)
    lying = pl.lit(struck)
    filed = filed.with_columns(
        upstream=pl.when(lying).then(-1).otherwise("upstream"),
        customer=pl.when(lying).then(0).otherwise("customer"),
        signer=pl.when(lying).then(-1).otherwise("signer"),
        attestation=pl.when(~lying).then("attestation"),
    )
    return filed, told


def _fabricated(filed: pl.DataFrame, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
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
    widths = np.array([max(1, len(carrier.customers)) for carrier in about.network.carriers])
    leg, by = rows.get_column("leg").to_numpy(), rows.get_column("liar").to_numpy()
    draw = scramble(leg, seed, "fabricated customer")
    made = rows.with_columns(
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
        call_id_out=pl.Series(scramble(leg, seed, "fabricated call-id")),
        signer=pl.lit(-1),
        signed_for=pl.lit(-1),
        attestation=pl.lit(None, dtype=pl.String),
    )
    made = made.select(filed.columns).cast(filed.schema)
    return made, _lies(made, Lie.FABRICATES)


def _joined_at(filed: pl.DataFrame, chosen: Ints, liars: Ints, about: Circumstances) -> tuple[Ints, Ints, Flags]:
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
    held[:, 0] = False
    crossed = (paths[:, None, :] == liars[None, :, None]).any(axis=2)
    open_to = near[liars[None, :, None], np.maximum(paths, 0)[:, None, :]] & held[:, None, :] & ~crossed[:, :, None]
    ids = chosen[:, None] * len(liars) + np.arange(len(liars), dtype=np.int64)
    draw = (scramble(ids, about.seed, "fabricator") >> np.uint64(2)).astype(np.int64)
    best = np.where(open_to.any(axis=2), draw, -1).argmax(axis=1)
    places = open_to[np.arange(len(chosen)), best]
    return liars[best], places.argmax(axis=1).astype(np.int64), places.any(axis=1)
