"""Knobs: what network, what traffic and how much of each fault. Every fault is a number that can be turned alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class CallerIds(StrEnum):
    """Which caller ids a robocall campaign shows."""

    MIXED = "mixed"
    """Neighbours of the called number, or one of a rotating list, as `neighbour_spoofed` says."""
    FIXED = "fixed"
    NEIGHBOUR = "neighbour"
    ROTATING = "rotating"


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """How many carriers of each role there are, and what they write.

    `switch_formats` is the share of carriers whose switch writes its own format; the others write canonical files,
    `files` of them a day. `path_lengths` are weights of paths of 2, 3, .. 9 carriers. `routes` is how many routes a
    pair of carriers knows. `countries`: of the foreign carriers, in turn.
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
    files: int = 1
    countries: tuple[str, ...] = ("GB", "CA", "IN", "MX")
    path_lengths: tuple[float, ...] = (1.0, 7.0, 19.0, 32.0, 25.0, 10.0, 4.0, 2.0)

    @property
    def carriers(self) -> int:
        """How many carriers there are in all."""
        transit = self.tier1 + self.tier2 + self.tier3
        return self.originating + transit + self.gateways + self.foreign + self.terminating


@dataclass(frozen=True, slots=True)
class TrafficPlan:
    """Who calls whom. `calls` counts first attempts; redials come on top.

    `campaign_calls` of them are robocalls, shared out among `campaigns` of one customer each, which show caller ids as
    `campaign_callers` says in turn. The last `rivals` of the campaigns show the caller ids of the first to the people
    it calls, within some `rival_gap` seconds (standard deviation). `scam_calls` are live scam calls from abroad.
    `traced` background calls are reported as well. `from_abroad` is the share of background calls that come from
    foreign carriers, `answered` the share that is answered, `route_changes` the share of pairs of carriers whose first
    choice of route changes at some hour, `daily_shape` how strongly background calls follow the hours of the day.
    `report_error`: how many seconds the called party's clock may be off. `numbers`: how many numbers are called at
    all; 0 is the whole country's.
    """

    calls: int = 2_000
    campaign_calls: int = 300
    campaigns: int = 1
    campaign_callers: tuple[CallerIds, ...] = (CallerIds.MIXED,)
    rivals: int = 0
    rival_gap: float = 30.0
    scam_calls: int = 0
    traced: int = 300
    from_abroad: float = 0.12
    answered: float = 0.62
    neighbour_spoofed: float = 0.6
    daily_shape: float = 1.0
    report_error: float = 1.0
    route_changes: float = 0.3
    numbers: int = 0
    date: date = date(2026, 11, 2)


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares (0 to 1) of calls, rows, files or carriers that a fault strikes; 0 everywhere is a clean world.

    docs/simulate.md says of each knob what it does. Spans and pairs: from, to.
    """

    # clocks
    clock_spread: float = 0.0
    wrong_clocks: float = 0.0
    wrong_clock_span: tuple[float, float] = (20.0, 120.0)
    drift: float = 0.0
    zone_errors: float = 0.0
    zone_error_files: float = 0.0
    zone_hours: tuple[int, ...] = (-8, -7, -6, -5, -1, 1, 2, 5)
    answer_as_start: float = 0.0
    cut_seconds: float = 0.0
    cut_minutes: float = 0.0
    # calls tried again
    redialled: float = 0.0
    redials: tuple[int, int] = (2, 8)
    redial_gap: tuple[float, float] = (5.0, 40.0)
    redial_reroute: float = 0.3
    # numbers
    spellings: float = 0.0
    sip_uris: float = 0.0
    spoofed: float = 0.0
    withheld: float = 0.0
    caller_replaced: float = 0.0
    caller_dropped: float = 0.0
    rewriting_told: float = 0.7
    toll_free: float = 0.0
    forwarded: float = 0.0
    redirecting_given: float = 0.5
    # routes
    route_advance: float = 0.0
    hairpins: float = 0.0
    # files
    duplicated: float = 0.0
    resent: float = 0.0
    dropped: float = 0.0
    durations_off: float = 0.0
    duration_error: float = 3.0
    unknown_trunks: float = 0.0
    # signatures
    signed: float = 0.5
    fine_orig_ids: float = 0.0
    resigned: float = 0.0
    # lies
    blaming: float = 0.0
    leaving_out: float = 0.0
    inventing: float = 0.0
    lie_rate: float = 0.7
    irrefutable_lies: bool = False
    fabricating: float = 0.0
    fabricated: float = 0.05
    # who submits
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
