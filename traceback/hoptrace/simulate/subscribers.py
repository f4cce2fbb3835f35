"""Who has which number: the home country's subscribers, and the own numbers of every customer that places calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoptrace.model.arrays import Int64s
from hoptrace.simulate.chance import stream
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.network import Network
from hoptrace.simulate.numbers import gb_numbers, us_numbers

OWN_NUMBERS = 30
"""Numbers of each customer."""


@dataclass(frozen=True, slots=True)
class Subscribers:
    """The home country's numbers, which terminating carrier serves each, and every caller's own numbers.

    `customers[carrier, place]` are the numbers of one customer.
    """

    numbers: Int64s
    served_by: Int64s
    customers: Int64s


def build_subscribers(network: Network, seed: int) -> Subscribers:
    """The subscribers of a world."""
    chance = stream(seed, "subscribers")
    numbers = us_numbers()
    terminating = np.array([carrier.index for carrier in network.of(Role.TERMINATING)])
    shares = 1.0 / np.arange(1, len(terminating) + 1)
    served = chance.choice(terminating, size=len(numbers), p=shares / shares.sum())
    most = max(len(carrier.customers) for carrier in network.carriers)
    customers = np.zeros((len(network.carriers), most, OWN_NUMBERS), dtype=np.int64)
    for carrier in network.of(Role.ORIGINATING, Role.FOREIGN):
        pool = gb_numbers() if carrier.country == "GB" else numbers
        for place in range(len(carrier.customers)):
            customers[carrier.index, place] = chance.choice(pool, size=OWN_NUMBERS, replace=False)
    return Subscribers(numbers, served, customers)
