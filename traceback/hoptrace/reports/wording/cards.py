"""Carriers as reports name them, and text from carriers' files made fit for a report."""

from __future__ import annotations

from collections.abc import Mapping

from hoptrace.model.carriers import Carrier
from hoptrace.reports.model_parts import CarrierCard
from hoptrace.reports.wording.plain import plain

Directory = Mapping[str, Carrier]


def carrier_card(carrier_id: str, carriers: Directory) -> CarrierCard:
    """The carrier's card; with its id for a name where the directory does not know it."""
    carrier = carriers.get(carrier_id) or Carrier(carrier_id)
    shown_id = plain(carrier_id)
    return CarrierCard(
        carrier_id=shown_id,
        name=plain(carrier.name) or shown_id,
        country=plain(carrier.country).upper(),
        contact_email=plain(carrier.contact_email),
    )


def carrier_of(carrier_id: str, carriers: Directory) -> Carrier:
    """The carrier of the directory, or one of which only the id is known."""
    return carriers.get(carrier_id) or Carrier(carrier_id)


def plain_or_none(text: str | None) -> str | None:
    """Text made plain; None where there is none."""
    return (plain(text) or None) if text is not None else None
