"""The profile that a carrier's files need: columns without a header, prefixes before numbers, its own addresses."""

from __future__ import annotations

from hoptrace.simulate.kinds import ASTERISKS, CANONICAL, FileKind
from hoptrace.simulate.network import Network, SimCarrier
from hoptrace.simulate.speech import subscriber_trunk
from hoptrace.simulate.writers.acc_text import FLATSTORE_LAYOUTS


def profile_of(carrier: SimCarrier, network: Network, format_name: str) -> str | None:
    """The profile as TOML; None where the carrier's files need none."""
    parts: list[str] = []
    if carrier.files is FileKind.ACC_FLATSTORE:
        parts.append(_layouts())
    numbers = _numbers(carrier, network)
    if numbers:
        parts.append("\n".join(["[numbers]", *numbers]))
    if carrier.files not in CANONICAL:
        own = [subscriber_trunk(carrier)] if carrier.names_trunks else [subscriber_trunk(carrier), carrier.address]
        parts.append(f"[trunks]\nown = {_list(own)}")
    if carrier.files in ASTERISKS:
        parts.append(f'[time]\ntimezone = "{carrier.timezone}"')
    if not parts:
        return None
    return "\n\n".join([f'name = "{carrier.carrier_id}"\nformat = "{format_name}"', *parts]) + "\n"


def _layouts() -> str:
    lines = ["[layouts]", *(f"{name} = {_list(columns)}" for name, columns in FLATSTORE_LAYOUTS.items())]
    patterns = ['"acc_cdrs_*.log" = "acc_cdrs"', '"missed_calls_*.log" = "acc"', '"acc_*.log" = "acc"']
    return "\n".join([*lines, "", "[files]", *patterns])


def _numbers(carrier: SimCarrier, network: Network) -> list[str]:
    senders = [carrier, *(network.carriers[peer] for peer in network.neighbours(carrier.index))]
    tech = sorted({sender.dialling.prefix for sender in senders if sender.dialling.prefix})
    outside = sorted({customer.dialling.prefix for customer in carrier.customers if customer.dialling.prefix})
    lines = [f"tech_prefixes = {_list(tech)}"] if tech else []
    return [*lines, f"outside_prefixes = {_list(outside)}"] if outside else lines


def _list(values: tuple[str, ...] | list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
