"""STIR/SHAKEN on the way: who signs a call, who loses the signature, who signs it anew."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.model.arrays import Truths
from hoptrace.simulate.calls import Calls
from hoptrace.simulate.chance import some_of, stream
from hoptrace.simulate.kinds import TRANSIT, Role
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network
from hoptrace.simulate.tours import Tour


def signed(
    through: pl.DataFrame, tour: Tour, calls: Calls, network: Network, scenario: Scenario, seed: int
) -> pl.DataFrame:
    """A signing originator attests A or B, a signing gateway C; carriers that re-originate may lose it.

    Some transit carriers and gateways throw away what they receive and sign everything anew, with C.
    """
    chance = stream(seed, "stir")
    kinds = len(network.carriers)
    signs = chance.random(kinds) < scenario.faults.signed
    loses = (chance.random(kinds) < 0.3) & np.array([not carrier.keeps_call_id for carrier in network.carriers])
    entry = np.array([carrier.role in {Role.ORIGINATING, Role.GATEWAY} for carrier in network.carriers])
    anew = _some_transit(network, scenario.faults.resigned, seed)
    loses &= ~anew
    here = (signs & entry | anew)[tour.carrier]
    gone = np.cumsum(loses[tour.carrier])
    place = np.where(here, np.arange(len(here)), -1)
    latest = np.maximum.accumulate(place)
    alive = (latest >= 0) & (tour.call[latest] == tour.call)
    lost_since = gone - loses[tour.carrier] - gone[np.maximum(latest, 0)] + loses[tour.carrier][np.maximum(latest, 0)]
    alive &= (lost_since <= 0) | here
    signer = np.where(alive, tour.carrier[np.maximum(latest, 0)], -1)
    passing = np.array([carrier.role is not Role.ORIGINATING for carrier in network.carriers])
    grade = np.where(passing[np.maximum(signer, 0)], "C", np.where(calls.spoofed[tour.call], "B", "A"))
    everyone = np.ones(kinds, dtype=np.bool_)
    fine = some_of(everyone, scenario.faults.fine_orig_ids, stream(seed, "fine orig_ids")) & ~passing
    return through.with_columns(
        pl.Series("signer", signer),
        pl.Series("signed_for", np.where(alive & fine[np.maximum(signer, 0)], calls.customer[tour.call], -1)),
        pl.when(pl.lit(pl.Series(alive))).then(pl.lit(pl.Series(grade))).alias("attestation"),
    )


def _some_transit(network: Network, share: float, seed: int) -> Truths:
    """The carriers that sign anew: a share of those that pass calls on at home."""
    fits = np.array([carrier.role in TRANSIT or carrier.role is Role.GATEWAY for carrier in network.carriers])
    return some_of(fits, share, stream(seed, "signed anew"))
