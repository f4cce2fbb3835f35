"""Route advance: a carrier first sends a call to a neighbour that refuses it. Both keep a record of that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s
from hoptrace.simulate.calls import SECOND
from hoptrace.simulate.chance import scramble, stream
from hoptrace.simulate.kinds import TRANSIT, FileKind, Role
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network
from hoptrace.simulate.routes import LONGEST

REFUSED = 503
"""SIP status of a route that did not take the call."""

_NOTHING = pl.lit(None, dtype=pl.Int64)


@dataclass(frozen=True, slots=True)
class Branches:
    """Failed branches of route advance, one entry a call: at position `at` the call went to `to` in vain."""

    at: Int64s
    to: Int64s
    lost: Int64s
    """Microseconds that the attempt took; 0 where the call has no failed branch."""


def build_branches(paths: Int64s, network: Network, scenario: Scenario, seed: int) -> Branches:
    """Which calls (rows of `paths`) take a failed branch first, where and to whom."""
    chance = stream(seed, "route advance")
    count, length = len(paths), (paths >= 0).sum(axis=1)
    at = (chance.random(count) * (length - 1)).astype(np.int64)
    here = paths[np.arange(count), at]
    neighbours = _transit_neighbours(network)
    width = (neighbours[here] >= 0).sum(axis=1)
    to = neighbours[here, (chance.random(count) * np.maximum(width, 1)).astype(np.int64)]
    combined = np.array([carrier.files is FileKind.YATE_COMBINED for carrier in network.carriers])
    abroad = np.array([carrier.role is Role.FOREIGN for carrier in network.carriers])
    fits = (to >= 0) & ~(paths == to[:, None]).any(axis=1) & ~combined[here] & ~abroad[here]
    struck = (chance.random(count) < scenario.faults.route_advance) & fits
    lost = (chance.lognormal(-1.5, 0.8, size=count) * SECOND).astype(np.int64)
    return Branches(at, to, np.where(struck, lost, 0))


def _transit_neighbours(network: Network) -> Int64s:
    lists = [
        [other for other in network.neighbours(carrier.index) if network.carriers[other].role in TRANSIT]
        for carrier in network.carriers
    ]
    table = np.full((len(lists), max(1, *(len(each) for each in lists))), -1, dtype=np.int64)
    for index, each in enumerate(lists):
        table[index, : len(each)] = each
    return table


def failed_branches(through: pl.DataFrame, branches: Branches, network: Network, seed: int) -> list[pl.DataFrame]:
    """The two rows of a failed branch: the attempt in the upstream's books, the refusal in the downstream's."""
    tried = through.filter(pl.col("attempt") == 1)
    call = tried.get_column("call").to_numpy()
    tried = tried.with_columns(lost=pl.Series(branches.lost[call]), to=pl.Series(branches.to[call]))
    keeps = pl.Series([carrier.keeps_call_id for carrier in network.carriers])
    other = pl.Series(scramble(call, seed, "failed branch"))
    # A back-to-back agent starts one Call-ID for each branch; a proxy has the one.
    on_wire = pl.when(pl.lit(keeps.gather(tried.get_column("carrier")))).then("call_id").otherwise(pl.lit(other))
    attempt = _attempt(tried).with_columns(call_id_out=on_wire)
    return [attempt, _refusal(attempt)]


def _attempt(tried: pl.DataFrame) -> pl.DataFrame:
    """The upstream's row: it sent the call `to` a neighbour that refused it after `lost` microseconds."""
    return tried.with_columns(
        attempt=pl.lit(0),
        last=pl.lit(False),
        downstream="to",
        delivered=pl.lit(False),
        begun="received",
        answered=_NOTHING,
        ended=pl.col("received") + pl.col("lost"),
        code=pl.lit(REFUSED),
    )


def _refusal(attempt: pl.DataFrame) -> pl.DataFrame:
    """The row of the neighbour that refused it."""
    return attempt.with_columns(
        leg=pl.col("call") * (LONGEST + 1) + LONGEST,
        pos=pl.lit(-1),
        last=pl.lit(True),
        upstream="carrier",
        carrier="to",
        customer=pl.lit(-1),
        downstream=pl.lit(-1),
        received=pl.col("received") + pl.col("lost") // 3,
        begun=pl.col("received") + pl.col("lost") // 3,
        ended=pl.col("received") + pl.col("lost") * 2 // 3,
        called="called_out",
        redirecting=_NOTHING,
        call_id="call_id_out",
        caller="caller_out",
        rewritten=pl.lit(False),
    )
