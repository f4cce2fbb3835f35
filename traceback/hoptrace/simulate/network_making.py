"""The carriers of a world made by its plan: names, roles, which files each of them keeps, how each dials."""

from __future__ import annotations

import random
from dataclasses import replace

from hoptrace.simulate.chance import dice
from hoptrace.simulate.kinds import ASTERISKS, CANONICAL, SWITCHES, TRANSIT, FileKind, Role
from hoptrace.simulate.knobs import NetworkPlan, Scenario
from hoptrace.simulate.network import Customer, Network, SimCarrier
from hoptrace.simulate.network_links import links_of
from hoptrace.simulate.numbers import Dialling, Spelling

_NAMES = (
    *("alder", "amber", "anvil", "aspen", "badger", "basalt", "birch", "bramble", "brook", "cedar", "cinder"),
    *("clover", "cobalt", "copper", "coral", "cypress", "dapple", "delta", "dune", "ember", "fathom", "fern"),
    *("flint", "garnet", "granite", "gull", "harbor", "hazel", "heron", "indigo", "ivory", "jasper", "juniper"),
    *("kestrel", "lantern", "larch", "lichen", "linden", "magpie", "maple", "marlin", "meadow", "mistral", "moss"),
    *("nettle", "nimbus", "oak", "ochre", "onyx", "osprey", "otter", "pebble", "pewter", "pine", "plover"),
    *("prairie", "quarry", "quartz", "raven", "ridge", "rowan", "russet", "saffron", "sage", "sorrel", "sparrow"),
    *("spruce", "summit", "swift", "teal", "thicket", "thorn", "timber", "topaz", "umber", "valley", "walnut"),
    *("willow", "wren", "yarrow", "yew", "zephyr", "zinc"),
)
_CUSTOMERS = ("bakery", "clinic", "depot", "estate", "florist", "garage", "hotel", "institute", "joinery", "kiosk")
_ZONES = ("America/Chicago", "America/New_York", "America/Denver", "America/Los_Angeles")


def build_network(scenario: Scenario, seed: int) -> Network:
    """The carriers and links of a world."""
    roll = dice(seed, "network")
    plan = scenario.network
    roles = _roles(plan)
    names = _names(len(roles), roll)
    files = _files(roles, plan, roll)
    spread = scenario.faults.spellings
    countries = plan.countries
    carriers = tuple(
        _with_customers(
            _carrier(index, names[index], role, files[index], countries, roll), plan.customers, spread, seed
        )
        for index, role in enumerate(roles)
    )
    if scenario.faults.inventing > 0:
        carriers = tuple(_with_shell(carrier) for carrier in carriers)
    uris = 4 * scenario.faults.sip_uris
    carriers = tuple(replace(carrier, sip_uris=(carrier.index + 2) % 4 < uris) for carrier in carriers)
    return Network(carriers, links_of(carriers, roll))


def _roles(plan: NetworkPlan) -> list[Role]:
    counts = {
        Role.ORIGINATING: plan.originating,
        Role.TIER1: plan.tier1,
        Role.TIER2: plan.tier2,
        Role.TIER3: plan.tier3,
        Role.GATEWAY: plan.gateways,
        Role.FOREIGN: plan.foreign,
        Role.TERMINATING: plan.terminating,
    }
    return [role for role, count in counts.items() for _ in range(count)]


def _names(count: int, roll: random.Random) -> list[str]:
    pool = [*_NAMES, *(f"{name}{number}" for number in range(2, 2 + count // len(_NAMES)) for name in _NAMES)]
    return roll.sample(pool, count)


def _files(roles: list[Role], plan: NetworkPlan, roll: random.Random) -> list[FileKind]:
    """Each role's carriers get its switches in turn, the rest canonical files of all five kinds in turn."""
    chosen: list[FileKind] = [FileKind.CANONICAL_CSV] * len(roles)
    canonical = 0
    for role in Role:
        members = [index for index, each in enumerate(roles) if each is role]
        roll.shuffle(members)
        switched = round(plan.switch_formats * len(members))
        for place, index in enumerate(members):
            if place < switched:
                chosen[index] = SWITCHES[role][place % len(SWITCHES[role])]
            else:
                chosen[index] = CANONICAL[canonical % len(CANONICAL)]
                canonical += 1
    return chosen


def _carrier(
    index: int, name: str, role: Role, files: FileKind, countries: tuple[str, ...], roll: random.Random
) -> SimCarrier:
    """A carrier that has no customers yet and writes numbers as E.164."""
    country = countries[index % len(countries)] if role is Role.FOREIGN else "US"
    local = files in {FileKind.ASTERISK_16, FileKind.ASTERISK_21} and country == "US"
    return SimCarrier(
        index=index,
        carrier_id=name,
        name=f"{name.capitalize()} {roll.choice(('Telecom', 'Voice', 'Networks', 'Communications'))}",
        role=role,
        country=country,
        address=_address(index),
        files=files,
        timezone=roll.choice(_ZONES) if local else "UTC",
        dialling=Dialling(Spelling.E164, country),
        customers=(),
    )


def _with_customers(carrier: SimCarrier, count: int, spread: float, seed: int) -> SimCarrier:
    """The carrier with its own way to write numbers, and its customers with theirs."""
    roll = dice(seed, f"dialling {carrier.index}")
    own = count if carrier.role in {Role.ORIGINATING, Role.FOREIGN} else 0
    return replace(
        carrier,
        dialling=_dialling(carrier, spread, roll),
        customers=tuple(_customer(carrier, number, spread, roll) for number in range(own)),
    )


def _with_shell(carrier: SimCarrier) -> SimCarrier:
    """A carrier that passes calls on gets a customer on paper: liars say that it placed the calls they got."""
    if carrier.customers or carrier.role is Role.TERMINATING:
        return carrier
    shell = Customer(f"{carrier.carrier_id}-shell-01", "198.51.100.9", Dialling(Spelling.E164, carrier.country))
    return replace(carrier, customers=(shell,))


def _address(index: int) -> str:
    return f"203.0.113.{index + 1}" if index < 254 else f"sbc{index}.example.net"


def _dialling(carrier: SimCarrier, spread: float, roll: random.Random) -> Dialling:
    draw, style, country = roll.random(), roll.random(), carrier.country
    if draw >= spread:
        return Dialling(Spelling.E164, country)
    if country != "US":
        return Dialling(Spelling.DOUBLE_ZERO if style < 0.5 else Spelling.E164, country)
    if style < 0.2 and carrier.role in TRANSIT and carrier.files not in ASTERISKS:
        return Dialling(Spelling.PLAIN, country, prefix="7701")
    return Dialling(roll.choice((Spelling.PLAIN, Spelling.NATIONAL, Spelling.E164)), country)


def _customer(carrier: SimCarrier, number: int, spread: float, roll: random.Random) -> Customer:
    word = _CUSTOMERS[number % len(_CUSTOMERS)]
    named = carrier.files in ASTERISKS
    trunk = f"pbx-{word}-{number + 1:02d}" if named else f"198.51.100.{number % 200 + 20}"
    spelling = roll.choice((Spelling.PLAIN, Spelling.NATIONAL, Spelling.E164))
    plain_abroad = carrier.country != "US" and (carrier.country != "GB" or spelling is Spelling.PLAIN)
    if roll.random() >= spread or plain_abroad:
        spelling = Spelling.E164
    dialling = Dialling(spelling, carrier.country)
    if carrier.files is FileKind.ASTERISK_16 and spread > 0:
        dialling = Dialling(Spelling.PLAIN, carrier.country, prefix="9")
    return Customer(f"{carrier.carrier_id}-{word}-{number + 1:02d}", trunk, dialling)
