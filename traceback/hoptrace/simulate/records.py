"""What every carrier on a call's way saw, before clocks, spellings and files: one row a carrier, call and attempt."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hoptrace.model.arrays import Int64s
from hoptrace.simulate.branches import Branches, build_branches, failed_branches
from hoptrace.simulate.calls import OK, SECOND, Calls
from hoptrace.simulate.chance import scramble, stream
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network
from hoptrace.simulate.routes import LONGEST, RouteTable
from hoptrace.simulate.signing import signed
from hoptrace.simulate.tours import Tour, tour_of

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
        "caller_out": pl.Int64,
        "rewritten": pl.Boolean,
        "called": pl.Int64,
        "called_out": pl.Int64,
        "redirecting": pl.Int64,
        "call_id": pl.UInt64,
        "call_id_out": pl.UInt64,
        "signer": pl.Int64,
        "signed_for": pl.Int64,
        "attestation": pl.String,
    }
)
"""Carriers are indices, -1 for none; times are true microseconds since 1970; a `leg` is one arrival at a carrier.

`pos` counts from the originating carrier; a carrier that only refused a call has `pos` -1. `attempt` numbers the routes
tried; `begun` is when this route was tried, `received` when the call came in. `delivered`: to an own subscriber.
`caller_out` is what is sent on, which differs from `caller` where it is `rewritten` here or was withheld by its owner.
`signer` is the carrier whose signature the call bore when it came in or was signed here, `signed_for` the place of the
customer that the signature's orig_id stands for, -1 where it stands for the whole network.
"""


def build_records(calls: Calls, network: Network, routes: RouteTable, scenario: Scenario, seed: int) -> pl.DataFrame:
    """All true records of a world in the SEEN schema."""
    paths = routes.matrix()[calls.route]
    tour = tour_of(paths)
    branches = build_branches(paths, network, scenario, seed)
    through = _along_the_path(calls, tour, branches, network, seed)
    through = signed(through, tour, calls, network, scenario, seed)
    redirecting = stream(seed, "redirecting").random(through.height) < scenario.faults.redirecting_given
    through = through.with_columns(redirecting=pl.when(pl.lit(pl.Series(redirecting))).then("redirecting"))
    frames = [through, *failed_branches(through, branches, network, seed)]
    together = pl.concat([frame.select(list(SEEN)).cast(pl.Schema(SEEN)) for frame in frames])
    return together.sort("received", "leg", "attempt")


def _along_the_path(calls: Calls, tour: Tour, branches: Branches, network: Network, seed: int) -> pl.DataFrame:
    call, pos = tour.call, tour.pos
    times = _times(calls, tour, branches, seed)
    moved_at, rewritten_at = calls.moved_at[call], calls.rewritten_at[call]
    forwards = (moved_at == pos) & ~calls.toll_free[call]
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
            "caller": _unless_withheld(np.where(pos == 0, calls.caller[call], _on_wire(calls, call, pos - 1))),
            "caller_out": _unless_withheld(_on_wire(calls, call, pos)),
            "rewritten": rewritten_at == pos,
            "called": np.where((moved_at >= 0) & (pos > moved_at), calls.called[call], calls.dialled[call]),
            "called_out": np.where((moved_at < 0) | (pos < moved_at), calls.dialled[call], calls.called[call]),
            "redirecting": pl.Series(np.where(forwards, calls.dialled[call], -1)).replace(-1, None),
            "call_id": ids_in,
            "call_id_out": ids_out,
        }
    )


def _on_wire(calls: Calls, call: Int64s, pos: Int64s) -> Int64s:
    """The caller that the carrier at a place sends on, -1 where withheld."""
    plain = np.where(calls.withheld[call], -1, calls.caller[call])
    changed = (calls.rewritten_at[call] >= 0) & (pos >= calls.rewritten_at[call])
    return np.where(changed, calls.rewritten_to[call], plain)


def _unless_withheld(numbers: Int64s) -> pl.Series:
    return pl.Series(numbers).replace(-1, None)


def _times(calls: Calls, tour: Tour, branches: Branches, seed: int) -> dict[str, Int64s | pl.Series]:
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
