"""Scenarios: what network, what traffic and how much of each fault. Every fault is a number that can be turned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from hoptrace.errors import UsageError


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """How many carriers of each role there are, and what they write.

    `switch_formats` is the share of carriers whose switch writes its own format; the others write canonical files.
    `path_lengths` are weights of paths of 2, 3, .. 9 carriers. `routes` is how many routes a pair of carriers knows.
    """

    originating: int = 9
    tier1: int = 4
    tier2: int = 6
    tier3: int = 6
    gateways: int = 3
    foreign: int = 6
    terminating: int = 6
    customers: int = 4
    routes: int = 3
    switch_formats: float = 0.0
    path_lengths: tuple[float, ...] = (1, 7, 19, 32, 25, 10, 4, 2)

    @property
    def carriers(self) -> int:
        """How many carriers there are in all."""
        transit = self.tier1 + self.tier2 + self.tier3
        return self.originating + transit + self.gateways + self.foreign + self.terminating


@dataclass(frozen=True, slots=True)
class TrafficPlan:
    """Who calls whom. `calls` counts first attempts; redials come on top.

    `campaign_calls` of them are one robocall campaign of one foreign carrier's customer; `traced` background calls are
    reported as well. `from_abroad` is the share of background calls that come from foreign carriers,
    `answered` the share that is answered, `route_changes` the share of pairs of carriers whose first choice of route
    changes at some hour. `report_error`: how many seconds the called party's clock may be off. `numbers`: how many
    numbers are called at all; 0 is the whole country's.
    """

    calls: int = 2_000
    campaign_calls: int = 300
    traced: int = 300
    from_abroad: float = 0.12
    answered: float = 0.62
    neighbour_spoofed: float = 0.6
    report_error: float = 1.0
    route_changes: float = 0.3
    numbers: int = 0
    date: date = date(2026, 11, 2)


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares (0 to 1) of calls, rows or carriers that a fault strikes; 0 everywhere is a clean world.

    `clock_spread` is the standard deviation in seconds of ordinary clocks; `wrong_clocks` the share of carriers whose
    clock is 20 to 150 s off. `redialled` calls are tried `redials` times in all, `redial_gap` seconds apart,
    `redial_reroute` of them over another route. `taking_part` is the share of carriers that submit (of foreign ones
    the smaller of it and `foreign_taking_part`); with `origin_takes_part` the campaign's origin is one of them.
    """

    clock_spread: float = 0.0
    wrong_clocks: float = 0.0
    redialled: float = 0.0
    redials: tuple[int, int] = (2, 4)
    redial_gap: tuple[float, float] = (2.0, 15.0)
    redial_reroute: float = 0.3
    forwarded: float = 0.0
    redirecting_given: float = 0.5
    spellings: float = 0.0
    spoofed: float = 0.0
    withheld: float = 0.0
    route_advance: float = 0.0
    hairpins: float = 0.0
    duplicated: float = 0.0
    dropped: float = 0.0
    unknown_trunks: float = 0.0
    signed: float = 0.5
    taking_part: float = 1.0
    foreign_taking_part: float = 1.0
    origin_takes_part: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to be simulated; the same scenario and seed give the same files byte for byte."""

    name: str
    about: str
    network: NetworkPlan = field(default_factory=NetworkPlan)
    traffic: TrafficPlan = field(default_factory=TrafficPlan)
    faults: Faults = field(default_factory=Faults)


_EVERYDAY = Faults(
    clock_spread=1.0,
    redialled=0.06,
    forwarded=0.06,
    spellings=0.7,
    spoofed=0.2,
    withheld=0.02,
    route_advance=0.2,
    hairpins=0.01,
    duplicated=0.01,
    unknown_trunks=0.01,
    wrong_clocks=0.1,
    taking_part=0.92,
    foreign_taking_part=0.6,
    dropped=0.003,
)

_SMALL = NetworkPlan(
    originating=1, tier1=1, tier2=1, tier3=0, gateways=1, foreign=1, terminating=1, customers=2, routes=1
)


def _silent(share: float) -> Scenario:
    percent = round(share * 100)
    faults = Faults(taking_part=share, origin_takes_part=False)
    return Scenario(
        f"silent-{percent}", f"Only {percent} % of the carriers submit records; no other fault.", faults=faults
    )


def _all() -> tuple[Scenario, ...]:
    return (
        Scenario(
            "demo",
            "Some 40 carriers with switches of every make, a robocall campaign from abroad, everyday faults.",
            network=NetworkPlan(switch_formats=0.6),
            traffic=TrafficPlan(calls=2_800),
            faults=_EVERYDAY,
        ),
        Scenario("clean", "No fault at all; every carrier writes canonical files."),
        Scenario("clocks", "Clocks are off.", faults=Faults(clock_spread=2.0, wrong_clocks=0.25)),
        Scenario("redials", "Calls are tried again within seconds.", faults=Faults(clock_spread=0.5, redialled=0.4)),
        _silent(0.3),
        _silent(0.6),
        _silent(0.85),
        Scenario("forwarding", "The called number changes on the way.", faults=Faults(clock_spread=0.5, forwarded=0.4)),
        Scenario(
            "crowded",
            "Everybody calls the same eight numbers, half of the callers withheld, everyday faults.",
            traffic=TrafficPlan(calls=6_000, numbers=8),
            faults=replace(_EVERYDAY, withheld=0.5, spoofed=0.3, forwarded=0.0),
        ),
        Scenario(
            "small",
            "Six carriers and 60 calls, for tests.",
            network=_SMALL,
            traffic=TrafficPlan(calls=60, campaign_calls=20, traced=20),
        ),
    )


def scenario_names() -> tuple[str, ...]:
    """The names that `scenario_named` knows."""
    return tuple(scenario.name for scenario in _all())


def scenario_named(name: str, *, taking_part: float | None = None, calls: int | None = None) -> Scenario:
    """A scenario by name; `taking_part` and `calls` turn its two commonest knobs. Raises UsageError."""
    wanted = "silent-60" if name == "silent" else name
    found = next((scenario for scenario in _all() if scenario.name == wanted), None)
    if found is None:
        raise UsageError(f"There is no scenario {name!r}. Known scenarios: {', '.join(scenario_names())}.")
    if taking_part is not None:
        found = replace(found, faults=replace(found.faults, taking_part=taking_part))
    if calls is not None:
        found = replace(found, traffic=replace(found.traffic, calls=calls))
    return found
