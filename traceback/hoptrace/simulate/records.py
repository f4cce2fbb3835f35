"""What every carrier on a call's way saw, before clocks, spellings and files: one row a carrier, call and attempt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hoptrace.simulate.chance import Ints, scramble, stream
from hoptrace.simulate.kinds import TRANSIT, FileKind, Role
from hoptrace.simulate.network import Network
from hoptrace.simulate.routes import LONGEST, RouteTable
from hoptrace.simulate.scenarios import Scenario
from hoptrace.simulate.traffic import OK, SECOND, Calls

REFUSED = 503

SEEN = pl.Schema(
    {
        "leg": pl.Int64,
        "call": pl.Int64,
        "pos": pl.Int64,
        "attempt": pl.Int64,
        "last": pl.Boolean,
        "carrier": pl.Int64,
        "upstream": pl.Int64,
        "customer": pl.Int64,
        "downstream": pl.Int64,
        "delivered": pl.Boolean,
        "received": pl.Int64,
        "begun": pl.Int64,
        "answered": pl.Int64,
        "ended": pl.Int64,
        "code": pl.Int64,
        "caller": pl.Int64,
        "called": pl.Int64,
        "called_out": pl.Int64,
        "redirecting": pl.Int64,
        "call_id": pl.UInt64,
        "call_id_out": pl.UInt64,
        "signer": pl.Int64,
        "attestation": pl.String,
    }
)
"""Carriers are indices, -1 for none; times are true microseconds since 1970; a `leg` is one arrival at a carrier.

`pos` counts from the originating carrier; a carrier that only refused a call has `pos` -1. `attempt` numbers the routes
tried; `begun` is when this route was tried, `received` when the call came in. `delivered`: to an own subscriber.
`signer` is the carrier whose signature the call bore when it came in or was signed here.
"""


@dataclass(frozen=True, slots=True)
class Branches:
    """Failed branches of route advance, one entry a call: at position `at` the call went to `to` in vain."""

    at: Ints
    to: Ints
    lost: Ints
    """Microseconds that the attempt took; 0 where the call has no failed branch."""


@dataclass(frozen=True, slots=True)
class Tour:
    """The calls along their paths: one entry a call and position, in columns."""

    call: Ints
    pos: Ints
    length: Ints
    carrier: Ints
    before: Ints
    after: Ints


def build_records(calls: Calls, network: Network, routes: RouteTable, scenario: Scenario, seed: int) -> pl.DataFrame:
    """All true records of a world in the SEEN schema."""
    paths = routes.matrix()[calls.route]
    tour = _tour(paths)
    branches = _branches(paths, network, scenario, seed)
    through = _along_the_path(calls, tour, branches, network, routes, seed)
    through = _signed(through, tour, calls, network, scenario, seed)
    redirecting = stream(seed, "redirecting").random(through.height) < scenario.faults.redirecting_given
    through = through.with_columns(redirecting=pl.when(pl.lit(pl.Series(redirecting))).then("redirecting"))
    frames = [through, *_failed(through, branches, calls, network, seed)]
    together = pl.concat([frame.select(list(SEEN)).cast(pl.Schema(SEEN)) for frame in frames])
    return together.sort("received", "leg", "attempt")


def _tour(paths: Ints) -> Tour:
    call, pos = np.nonzero(paths >= 0)
    padded = np.pad(paths, ((0, 0), (1, 1)), constant_values=-1)
    length = (paths >= 0).sum(axis=1)
    return Tour(call, pos, length[call], paths[call, pos], padded[call, pos], padded[call, pos + 2])


def _branches(paths: Ints, network: Network, scenario: Scenario, seed: int) -> Branches:
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


def _transit_neighbours(network: Network) -> Ints:
    lists = [
        [other for other in network.neighbours(carrier.index) if network.carriers[other].role in TRANSIT]
        for carrier in network.carriers
    ]
    table = np.full((len(lists), max(1, *(len(each) for each in lists))), -1, dtype=np.int64)
    for index, each in enumerate(lists):
        table[index, : len(each)] = each
    return table


def _along_the_path(
    calls: Calls, tour: Tour, branches: Branches, network: Network, routes: RouteTable, seed: int
) -> pl.DataFrame:
    call, pos = tour.call, tour.pos
    times = _times(calls, tour, branches, seed)
    forwarder = routes.forwarder_positions()[calls.route][call]
    forwards = (forwarder == pos) & (calls.called[call] != calls.dialled[call])
    ids_in, ids_out = _call_ids(tour, network, seed)
    detour = (branches.lost[call] > 0) & (branches.at[call] == pos)
    return pl.DataFrame(
        {
            **times,
            "leg": call * (LONGEST + 1) + pos,
            "call": call,
            "pos": pos,
            "attempt": detour.astype(np.int64),
            "last": True,
            "carrier": tour.carrier,
            "upstream": tour.before,
            "customer": np.where(pos == 0, calls.customer[call], -1),
            "downstream": tour.after,
            "delivered": tour.after < 0,
            "begun": times["received"] + np.where(detour, branches.lost[call], 0),
            "code": calls.code[call],
            "caller": _shown(calls, tour),
            "called": np.where((forwarder >= 0) & (pos > forwarder), calls.called[call], calls.dialled[call]),
            "called_out": np.where((forwarder < 0) | (pos < forwarder), calls.dialled[call], calls.called[call]),
            "redirecting": pl.Series(np.where(forwards, calls.dialled[call], -1)).replace(-1, None),
            "call_id": ids_in,
            "call_id_out": ids_out,
        }
    )


def _shown(calls: Calls, tour: Tour) -> pl.Series:
    """The caller as each carrier sees it; a withheld one is seen by the originating carrier alone, null after it."""
    hidden = calls.withheld[tour.call] & (tour.pos > 0)
    return pl.Series(np.where(hidden, -1, calls.caller[tour.call])).replace(-1, None)


def _times(calls: Calls, tour: Tour, branches: Branches, seed: int) -> dict[str, Ints | pl.Series]:
    """Arrival at each carrier in turn; the answer travels back, so upstream carriers see it a little later."""
    chance = stream(seed, "delays")
    call, pos = tour.call, tour.pos
    count = len(call)
    step = (chance.lognormal(-3.4, 0.6, size=count) * SECOND).astype(np.int64)
    step[pos == 0] = 0
    step += np.where(pos == branches.at[call] + 1, branches.lost[call], 0)
    since = np.cumsum(step)
    starts = np.flatnonzero(pos == 0)
    received = calls.start[call] + since - since[starts][call]
    arrived = received[np.append(starts[1:], count) - 1][call]
    back = (tour.length - 1 - pos) * 12_000 + chance.integers(0, 9_000, size=count)
    final = arrived + calls.ring[call] + back
    answered = calls.code[call] == OK
    jitter = chance.integers(0, 25_000, size=count)
    return {
        "received": received,
        "answered": pl.Series(np.where(answered, final, -1)).replace(-1, None),
        "ended": np.where(answered, final + calls.talk[call] + jitter, final),
    }


def _call_ids(tour: Tour, network: Network, seed: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The SIP Call-ID on the way in and out: proxies keep it, all others end it and start another."""
    keeps = np.array([carrier.keeps_call_id for carrier in network.carriers])[tour.carrier]
    changed = np.cumsum(~keeps)
    starts = np.flatnonzero(tour.pos == 0)
    before = (changed - ~keeps) - (changed - ~keeps)[starts][tour.call]
    after = before + ~keeps
    base = tour.call * (LONGEST + 2)
    return scramble(base + before, seed, "call-id"), scramble(base + after, seed, "call-id")


def _signed(
    through: pl.DataFrame, tour: Tour, calls: Calls, network: Network, scenario: Scenario, seed: int
) -> pl.DataFrame:
    """STIR: a signing originator attests A or B, a signing gateway C; carriers that re-originate may lose it."""
    chance = stream(seed, "stir")
    kinds = len(network.carriers)
    signs = chance.random(kinds) < scenario.faults.signed
    loses = (chance.random(kinds) < 0.3) & np.array([not carrier.keeps_call_id for carrier in network.carriers])
    entry = np.array([carrier.role in {Role.ORIGINATING, Role.GATEWAY} for carrier in network.carriers])
    here = signs[tour.carrier] & entry[tour.carrier]
    gone = np.cumsum(loses[tour.carrier])
    place = np.where(here, np.arange(len(here)), -1)
    latest = np.maximum.accumulate(place)
    alive = (latest >= 0) & (tour.call[latest] == tour.call)
    lost_since = gone - loses[tour.carrier] - gone[np.maximum(latest, 0)] + loses[tour.carrier][np.maximum(latest, 0)]
    alive &= (lost_since <= 0) | here
    signer = np.where(alive, tour.carrier[np.maximum(latest, 0)], -1)
    gateway = np.array([carrier.role is Role.GATEWAY for carrier in network.carriers])[np.maximum(signer, 0)]
    grade = np.where(gateway, "C", np.where(calls.spoofed[tour.call], "B", "A"))
    return through.with_columns(
        pl.Series("signer", signer),
        pl.when(pl.lit(pl.Series(alive))).then(pl.lit(pl.Series(grade))).alias("attestation"),
    )


def _failed(through: pl.DataFrame, branches: Branches, calls: Calls, network: Network, seed: int) -> list[pl.DataFrame]:
    """The two rows of a failed branch: the attempt in the upstream's books, the refusal in the downstream's."""
    tried = through.filter(pl.col("attempt") == 1)
    call = tried.get_column("call").to_numpy()
    tried = tried.with_columns(
        lost=pl.Series(branches.lost[call]), to=pl.Series(branches.to[call]), hidden=pl.Series(calls.withheld[call])
    )
    nothing = pl.lit(None, dtype=pl.Int64)
    attempt = tried.with_columns(
        attempt=pl.lit(0),
        last=pl.lit(False),
        downstream="to",
        delivered=pl.lit(False),
        begun="received",
        answered=nothing,
        ended=pl.col("received") + pl.col("lost"),
        code=pl.lit(REFUSED),
    )
    keeps = pl.Series([carrier.keeps_call_id for carrier in network.carriers])
    other = pl.Series(scramble(call, seed, "failed branch"))
    on_wire = pl.when(pl.lit(keeps.gather(tried.get_column("carrier")))).then("call_id").otherwise(pl.lit(other))
    # A back-to-back agent starts one Call-ID for each branch; a proxy has the one.
    attempt = attempt.with_columns(call_id_out=on_wire)
    refusal = attempt.with_columns(
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
        redirecting=nothing,
        call_id="call_id_out",
        caller=pl.when("hidden").then(nothing).otherwise("caller"),
    )
    return [attempt, refusal]
