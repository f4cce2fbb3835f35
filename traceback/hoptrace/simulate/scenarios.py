"""The named scenarios: each fault alone, all together, and some worlds for demos and tests."""

from __future__ import annotations

from dataclasses import replace

from hoptrace.errors import UsageError
from hoptrace.simulate.knobs import CallerIds, Faults, NetworkPlan, Scenario, TrafficPlan

_EVERYDAY = Faults(
    clock_spread=1.0,
    redialled=0.06,
    redials=(2, 4),
    redial_gap=(2.0, 15.0),
    forwarded=0.06,
    spellings=0.7,
    sip_uris=0.25,
    spoofed=0.2,
    withheld=0.02,
    route_advance=0.2,
    hairpins=0.01,
    duplicated=0.01,
    unknown_trunks=0.01,
    wrong_clocks=0.1,
    wrong_clock_span=(20.0, 150.0),
    taking_part=0.92,
    foreign_taking_part=0.6,
    dropped=0.003,
)

_SMALL = NetworkPlan(
    originating=1, tier1=1, tier2=1, tier3=0, gateways=1, foreign=1, terminating=1, customers=2, routes=1
)
_WIDE = NetworkPlan(originating=14, tier1=5, tier2=10, tier3=12, gateways=5, foreign=14, terminating=10)
_REPORTED = TrafficPlan(
    calls=9_000,
    campaign_calls=1_000,
    campaigns=5,
    campaign_callers=(CallerIds.FIXED, CallerIds.NEIGHBOUR, CallerIds.ROTATING),
    rivals=1,
    scam_calls=200,
    traced=800,
)
"""2,000 reported calls among 9,000: five campaigns, one of them the rival of another, and live scam calls."""

_MODERATE = Faults(
    clock_spread=2.0,
    wrong_clocks=0.12,
    drift=0.5,
    zone_errors=0.05,
    zone_error_files=0.02,
    answer_as_start=0.08,
    cut_seconds=0.25,
    cut_minutes=0.04,
    redialled=0.1,
    spellings=0.6,
    sip_uris=0.2,
    spoofed=0.2,
    withheld=0.03,
    caller_replaced=0.05,
    caller_dropped=0.03,
    toll_free=0.04,
    forwarded=0.05,
    route_advance=0.12,
    hairpins=0.01,
    duplicated=0.01,
    resent=0.05,
    dropped=0.01,
    durations_off=0.2,
    unknown_trunks=0.01,
    signed=0.5,
    fine_orig_ids=0.5,
    resigned=0.1,
    blaming=0.06,
    leaving_out=0.04,
    inventing=0.03,
    lie_rate=0.5,
    fabricating=0.05,
    fabricated=0.02,
    taking_part=0.85,
    foreign_taking_part=0.85,
    origin_takes_part=False,
)
_STRONG = replace(
    _MODERATE,
    wrong_clocks=0.3,
    drift=2.0,
    zone_errors=0.1,
    zone_error_files=0.05,
    answer_as_start=0.2,
    cut_seconds=0.4,
    cut_minutes=0.1,
    redialled=0.2,
    spellings=0.9,
    caller_replaced=0.12,
    caller_dropped=0.08,
    toll_free=0.08,
    forwarded=0.08,
    route_advance=0.25,
    hairpins=0.02,
    duplicated=0.03,
    resent=0.1,
    dropped=0.03,
    durations_off=0.5,
    resigned=0.3,
    blaming=0.12,
    leaving_out=0.08,
    inventing=0.06,
    fabricating=0.1,
    taking_part=0.6,
    foreign_taking_part=0.6,
)


def all_scenarios() -> tuple[Scenario, ...]:
    """Every named scenario, in the order of the documentation."""
    return (*_measured(), *_together(), *_others())


def _measured() -> tuple[Scenario, ...]:
    """One fault each, in canonical files."""
    clocks = Faults(clock_spread=2.0, wrong_clocks=0.25, drift=1.0)
    zones = Faults(zone_errors=0.15, zone_error_files=0.08)
    rewriting = Faults(
        spellings=0.8, sip_uris=0.25, caller_replaced=0.15, caller_dropped=0.1, toll_free=0.1, forwarded=0.1
    )
    routing = Faults(route_advance=0.35, hairpins=0.05, unknown_trunks=0.02, resigned=0.3, fine_orig_ids=0.5)
    lies = Faults(blaming=0.2, leaving_out=0.1, inventing=0.1, fabricating=0.15)
    noise = Faults(
        dropped=0.03,
        cut_seconds=0.3,
        cut_minutes=0.08,
        answer_as_start=0.15,
        duplicated=0.03,
        resent=0.15,
        durations_off=0.4,
    )
    return (
        _wide("clean", "No fault at all; every carrier writes canonical files.", Faults()),
        _wide("clock-offsets", "Clocks are seconds off, a quarter of them 20 to 120 s, and drift.", clocks),
        _wide("zone-errors", "Files whole hours off: all of a carrier's, or single ones.", zones, files=4),
        _wide("rewriting", "Spellings, replaced and withheld callers, toll-free numbers, forwarding.", rewriting),
        _wide("routing", "Failed branches, hairpins, unlisted trunks, calls signed anew on the way.", routing),
        _wide("lies", "Carriers blame others, leave records out and invent originations.", lies),
        _taking_part(0.1),
        _taking_part(0.3),
        _taking_part(0.6),
        _taking_part(0.85),
        _wide("noise", "Lost, doubled and re-sent rows, cut times, answer time for start time.", noise, files=4),
        _redials(),
    )


def _together() -> tuple[Scenario, ...]:
    return (
        _wide("all-moderate", "All faults together, moderate; 85 % of the carriers take part.", _MODERATE, files=4),
        _wide("all-strong", "All faults together, strong; 60 % of the carriers take part.", _STRONG, files=4),
    )


def _others() -> tuple[Scenario, ...]:
    crowded = replace(_EVERYDAY, withheld=0.5, spoofed=0.3, forwarded=0.0)
    return (
        Scenario(
            "demo",
            "Some 40 carriers with switches of every make, a robocall campaign from abroad, everyday faults.",
            network=NetworkPlan(switch_formats=0.6),
            traffic=TrafficPlan(calls=2_800),
            faults=_EVERYDAY,
        ),
        Scenario(
            "clocks",
            "Clocks are 2 s off, a quarter of them 20 to 150 s.",
            faults=Faults(clock_spread=2.0, wrong_clocks=0.25, wrong_clock_span=(20.0, 150.0)),
        ),
        _silent(0.3),
        _silent(0.6),
        _silent(0.85),
        Scenario("forwarding", "The called number changes on the way.", faults=Faults(clock_spread=0.5, forwarded=0.4)),
        Scenario(
            "crowded",
            "Everybody calls the same eight numbers, half of the callers withheld, everyday faults.",
            traffic=TrafficPlan(calls=6_000, numbers=8),
            faults=crowded,
        ),
        Scenario(
            "small",
            "Six carriers and 60 calls, for tests.",
            network=_SMALL,
            traffic=TrafficPlan(calls=60, campaign_calls=20, traced=20),
        ),
    )


def _wide(name: str, about: str, faults: Faults, files: int = 1) -> Scenario:
    return Scenario(name, about, replace(_WIDE, files=files), _REPORTED, faults)


def _redials() -> Scenario:
    """A call that is tried again is reported with all its attempts: 2,000 in all."""
    traffic = replace(_REPORTED, calls=4_000, campaign_calls=380, scam_calls=80, traced=300)
    wide = _wide("redials", "Calls are tried again, 2 to 8 times within 5 to 40 s.", Faults(redialled=0.4))
    return replace(wide, traffic=traffic)


def _taking_part(share: float) -> Scenario:
    percent = round(share * 100)
    faults = Faults(taking_part=share, foreign_taking_part=share, origin_takes_part=False)
    return _wide(f"taking-part-{percent}", f"Only {percent} % of 70 carriers submit records; no other fault.", faults)


def _silent(share: float) -> Scenario:
    percent = round(share * 100)
    faults = Faults(taking_part=share, origin_takes_part=False)
    return Scenario(
        f"silent-{percent}", f"Only {percent} % of 40 carriers submit records; no other fault.", faults=faults
    )


def scenario_names() -> tuple[str, ...]:
    """The names that `scenario_named` knows."""
    return tuple(scenario.name for scenario in all_scenarios())


def scenario_named(
    name: str, *, taking_part: float | None = None, calls: int | None = None, traced: int | None = None
) -> Scenario:
    """A scenario by name; `taking_part`, `calls` and `traced` turn its commonest knobs. Raises UsageError.

    `traced` is how many calls are reported in all, campaigns, scams and background calls in the scenario's
    proportion; where `calls` has no room for them there are fewer.
    """
    wanted = "silent-60" if name == "silent" else name
    found = next((scenario for scenario in all_scenarios() if scenario.name == wanted), None)
    if found is None:
        raise UsageError(f"There is no scenario {name!r}. Known scenarios: {', '.join(scenario_names())}.")
    if taking_part is not None:
        found = replace(found, faults=replace(found.faults, taking_part=taking_part))
    return replace(found, traffic=_sized(found.traffic, calls, traced))


def _sized(traffic: TrafficPlan, calls: int | None, traced: int | None) -> TrafficPlan:
    if calls is not None:
        traffic = replace(traffic, calls=calls)
    usual = traffic.campaign_calls + traffic.scam_calls + traffic.traced
    wanted = min(usual if traced is None else traced, traffic.calls)
    if wanted == usual:
        return traffic
    campaign = round(traffic.campaign_calls * wanted / usual)
    scam = round(traffic.scam_calls * wanted / usual)
    return replace(traffic, campaign_calls=campaign, scam_calls=scam, traced=wanted - campaign - scam)
