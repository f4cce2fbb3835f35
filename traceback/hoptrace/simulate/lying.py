"""What lies there are, and what those who tell them know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.simulate.calls import Calls
from hoptrace.simulate.chance import some_of, stream, struck_by
from hoptrace.simulate.faults import Conditions
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network
from hoptrace.simulate.routes import RouteTable

FABRICATED = -2
"""The place (`pos`) of a record of a call that never crossed the carrier."""


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

    def of_role(self, share: float, subject: str, *roles: Role) -> Truths:
        """A share of the carriers of some roles that take part."""
        fits = np.array([carrier.role in roles for carrier in self.network.carriers]) & self.conditions.takes_part
        return some_of(fits, share, stream(self.seed, subject))

    def chosen(self, call: Int64s, subject: str) -> Truths:
        """Which calls a liar lies about; redials of one call fare alike."""
        return struck_by(self.calls.group[call], self.scenario.faults.lie_rate, self.seed, subject)


def lied_about(filed: pl.DataFrame, where: pl.Expr, liars: Truths, about: Circumstances, subject: str) -> pl.Series:
    """The rows that liars lie about, as flags."""
    carrier, call = filed.get_column("carrier").to_numpy(), filed.get_column("call").to_numpy()
    fits = filed.select(where.alias("fits")).to_series().to_numpy()
    return pl.Series(fits & liars[carrier] & about.chosen(call, subject))


def lies_of(rows: pl.DataFrame, lie: Lie, accused: str | None = None) -> pl.DataFrame:
    """The LIES that false (or missing) records make; `accused` names the column of whom they accuse."""
    named = pl.lit(-1, dtype=pl.Int64) if accused is None else pl.col(accused)
    return rows.select("call", "pos", "carrier", accused=named, lie=pl.lit(str(lie))).cast(pl.Schema(LIES))
