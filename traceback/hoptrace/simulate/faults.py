"""What goes wrong with carriers and their files: clocks, carriers that stay away, lost and doubled rows, odd trunks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.arrays import Truths
from hoptrace.simulate.campaigns import campaign_origin
from hoptrace.simulate.chance import some_of, stream, struck_by
from hoptrace.simulate.clocks import Clocks, build_clocks
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network


@dataclass(frozen=True, slots=True)
class Conditions:
    """The state of every carrier, by index: its clock, whether it submits, whether it tells which callers it changed.

    `listed[a, b]`: whether trunks.csv says which of a's trunks lead to its neighbour b.
    """

    clocks: Clocks
    takes_part: Truths
    tells_callers: Truths
    listed: Truths


def build_conditions(scenario: Scenario, network: Network, seed: int) -> Conditions:
    """The conditions of a world's carriers."""
    everyone = np.ones(len(network.carriers), dtype=np.bool_)
    return Conditions(
        clocks=build_clocks(scenario, network, seed),
        takes_part=_takes_part(scenario, network, seed),
        tells_callers=some_of(everyone, scenario.faults.rewriting_told, stream(seed, "tells callers")),
        listed=_listed(scenario, network, seed),
    )


def on_file(records: pl.DataFrame, conditions: Conditions, scenario: Scenario, seed: int) -> pl.DataFrame:
    """The records that carriers submit: those of carriers that take part, without the rows that were lost."""
    leg = records.get_column("leg").to_numpy()
    lost = struck_by(leg, scenario.faults.dropped, seed, "dropped")
    taking = conditions.takes_part[records.get_column("carrier").to_numpy()]
    return records.filter(pl.Series(~lost & taking))


def with_duplicates(rows: pl.DataFrame, scenario: Scenario, seed: int) -> pl.DataFrame:
    """Some arrivals of calls stand in the file twice, row for row."""
    struck = struck_by(rows.get_column("leg").to_numpy(), scenario.faults.duplicated, seed, "duplicated")
    doubled = rows.filter(pl.Series(struck))
    return pl.concat([rows, doubled]) if doubled.height else rows


def _takes_part(scenario: Scenario, network: Network, seed: int) -> Truths:
    chance = stream(seed, "taking part")
    abroad = np.array([carrier.role is Role.FOREIGN for carrier in network.carriers])
    share = scenario.faults.taking_part
    taking = some_of(~abroad, share, chance)
    taking |= some_of(abroad, min(share, scenario.faults.foreign_taking_part), chance)
    if scenario.faults.origin_takes_part:
        taking[campaign_origin(network, seed)] = True
    return taking


def _listed(scenario: Scenario, network: Network, seed: int) -> Truths:
    """Every link is listed, but for a few between carriers at home; those towards foreign carriers always are."""
    chance, count = stream(seed, "unknown trunks"), len(network.carriers)
    struck = chance.random((count, count)) < scenario.faults.unknown_trunks
    spared = np.array([carrier.role in {Role.FOREIGN, Role.ORIGINATING} for carrier in network.carriers])
    both = struck & struck.T
    return ~(struck & ~both & ~spared[:, None] & ~spared[None, :])
