"""What goes wrong with carriers and their files: clocks, carriers that stay away, lost and doubled rows, odd trunks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.simulate.chance import Flags, Ints, scramble, stream
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.network import Network
from hoptrace.simulate.scenarios import Scenario
from hoptrace.simulate.traffic import SECOND, campaign_origin


@dataclass(frozen=True, slots=True)
class Conditions:
    """The state of every carrier, by index: how far its clock runs fast (microseconds), whether it submits.

    `listed[a, b]`: whether trunks.csv says which of a's trunks lead to its neighbour b.
    """

    offsets: Ints
    takes_part: Flags
    listed: Flags


def build_conditions(scenario: Scenario, network: Network, seed: int) -> Conditions:
    """The conditions of a world's carriers."""
    return Conditions(
        offsets=_offsets(scenario, network, seed),
        takes_part=_takes_part(scenario, network, seed),
        listed=_listed(scenario, network, seed),
    )


def on_file(records: pl.DataFrame, conditions: Conditions, scenario: Scenario, seed: int) -> pl.DataFrame:
    """The records that carriers submit: those of carriers that take part, without the rows that were lost."""
    leg = records.get_column("leg").to_numpy()
    share = scramble(leg, seed, "dropped") % np.uint64(1_000_000)
    kept = share >= round(scenario.faults.dropped * 1_000_000)
    taking = conditions.takes_part[records.get_column("carrier").to_numpy()]
    return records.filter(pl.Series(kept & taking))


def with_duplicates(rows: pl.DataFrame, scenario: Scenario, seed: int) -> pl.DataFrame:
    """Some arrivals of calls stand in the file twice, row for row."""
    share = scramble(rows.get_column("leg").to_numpy(), seed, "duplicated") % np.uint64(1_000_000)
    doubled = rows.filter(pl.Series(share < round(scenario.faults.duplicated * 1_000_000)))
    return pl.concat([rows, doubled]) if doubled.height else rows


def _offsets(scenario: Scenario, network: Network, seed: int) -> Ints:
    chance, count = stream(seed, "clocks"), len(network.carriers)
    usual = chance.normal(0.0, 1.0, size=count) * scenario.faults.clock_spread
    far = chance.uniform(20.0, 150.0, size=count) * chance.choice([-1.0, 1.0], size=count)
    struck = _some(count, scenario.faults.wrong_clocks, chance)
    return (np.where(struck, far, usual) * SECOND).astype(np.int64)


def _takes_part(scenario: Scenario, network: Network, seed: int) -> Flags:
    chance, count = stream(seed, "taking part"), len(network.carriers)
    abroad = np.array([carrier.role is Role.FOREIGN for carrier in network.carriers])
    share = scenario.faults.taking_part
    taking = np.zeros(count, dtype=np.bool_)
    taking[~abroad] = _some(int((~abroad).sum()), share, chance)
    taking[abroad] = _some(int(abroad.sum()), min(share, scenario.faults.foreign_taking_part), chance)
    if scenario.faults.origin_takes_part:
        origin = campaign_origin(network, seed)
        taking[origin] = True
    return taking


def _some(count: int, share: float, chance: np.random.Generator) -> Flags:
    """Exactly a share of the carriers, so that a world of 40 has as many as its scenario says."""
    order = chance.permutation(count)
    return order < round(share * count)


def _listed(scenario: Scenario, network: Network, seed: int) -> Flags:
    """Every link is listed, but for a few between carriers at home; those towards foreign carriers always are."""
    chance, count = stream(seed, "unknown trunks"), len(network.carriers)
    struck = chance.random((count, count)) < scenario.faults.unknown_trunks
    spared = np.array([carrier.role in {Role.FOREIGN, Role.ORIGINATING} for carrier in network.carriers])
    both = struck & struck.T
    return ~(struck & ~both & ~spared[:, None] & ~spared[None, :])
