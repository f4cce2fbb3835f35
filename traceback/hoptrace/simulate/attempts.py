"""How call attempts end, and that some calls are tried again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hoptrace.simulate.calls import BUSY, CANCELLED, OK, SCAM, SECOND, UNAVAILABLE, Calls
from hoptrace.simulate.chance import stream
from hoptrace.simulate.knobs import Scenario


def with_outcomes(calls: Calls, scenario: Scenario, seed: int) -> Calls:
    """The calls with a SIP status, how long it rang and how long they talked."""
    chance = stream(seed, "outcomes")
    count = len(calls)
    answered = chance.random(count) < scenario.traffic.answered
    failed = chance.choice([BUSY, UNAVAILABLE, CANCELLED], p=[0.3, 0.35, 0.35], size=count)
    code = np.where(answered, OK, failed)
    waits = {OK: (2.0, 22.0), BUSY: (0.1, 0.9), UNAVAILABLE: (24.0, 38.0), CANCELLED: (6.0, 28.0)}
    low = np.select([code == each for each in waits], [span[0] for span in waits.values()])
    high = np.select([code == each for each in waits], [span[1] for span in waits.values()])
    ring = low + (high - low) * chance.random(count)
    usual = np.select([calls.campaign >= 0, calls.campaign == SCAM], [2.6, 6.2], 4.2)
    talk = np.clip(chance.lognormal(usual, 1.0), 1.0, 5_400.0)
    return replace(
        calls,
        code=code.astype(np.int64),
        ring=(ring * SECOND).astype(np.int64),
        talk=np.where(answered, talk * SECOND, 0).astype(np.int64),
    )


def with_redials(calls: Calls, scenario: Scenario, seed: int) -> Calls:
    """Some calls are tried again: the early attempts are busy or given up, the last one ends as drawn before."""
    faults, chance = scenario.faults, stream(seed, "redials")
    struck = chance.random(len(calls)) < faults.redialled
    attempts = np.where(struck, chance.integers(faults.redials[0], faults.redials[1] + 1, size=len(calls)), 1)
    source = np.repeat(np.arange(len(calls)), attempts)
    count, before = len(source), np.cumsum(attempts) - attempts
    early = np.arange(count) - before[source] < attempts[source] - 1
    low, high = faults.redial_gap
    gap = ((low + (high - low) * chance.random(count)) * SECOND).astype(np.int64)
    elapsed = np.cumsum(gap) - gap
    other = chance.integers(0, scenario.network.routes, size=count)
    rerouted = early & (chance.random(count) < faults.redial_reroute)
    busy = chance.random(count) < 0.5
    calls = calls.take(source)
    return replace(
        calls,
        start=calls.start + elapsed - elapsed[before[source]],
        alternative=np.where(rerouted, other, calls.alternative),
        code=np.where(early, np.where(busy, BUSY, CANCELLED), calls.code),
        ring=np.where(early, np.where(busy, SECOND // 3, gap * 7 // 10), calls.ring),
        talk=np.where(early, 0, calls.talk),
    )
