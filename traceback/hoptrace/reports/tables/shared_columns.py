"""Columns that tables of several reports have, with one meaning wherever they stand.

Each gives the field of a row model: `name: str = the_name()`.
"""

from __future__ import annotations

from typing import Any

from hoptrace.reports.many.placing import CERTAINTY_MEANS, ROLE_MEANS
from hoptrace.reports.tables.columns import a_carrier, a_code, a_number, a_share, a_text
from hoptrace.reports.wording.language import message

CONFIDENCE_MEANS = message("Mean confidence of these calls' verdicts: the share of such verdicts that are right.")


def the_carrier() -> Any:
    """The id of the carrier that the row is of."""
    return a_carrier(message("Carrier"), message("carrier_id"))


def the_name() -> Any:
    """Its name."""
    return a_text(message("Name"), message("Name in the carrier directory."))


def the_country() -> Any:
    """Its country."""
    return a_text(message("Country"), message("ISO 3166-1 alpha-2, empty where unknown."))


def the_role() -> Any:
    """What it did for the call or calls."""
    return a_code(message("Role"), ROLE_MEANS)


def usual_role(meaning: str) -> Any:
    """What it did for most of several calls; `meaning`, a message, says of which."""
    return a_code(message("Role, mostly"), f"{meaning} {ROLE_MEANS}")


def the_certainty() -> Any:
    """By whose records that is known."""
    return a_code(message("Certainty"), CERTAINTY_MEANS)


def usual_certainty() -> Any:
    """By whose records most of it is known."""
    return a_code(
        message("Certainty, mostly"), message("The certainty that was most frequent.") + f" {CERTAINTY_MEANS}"
    )


def share_of_report() -> Any:
    """How many of all calls of the report the row is of."""
    return a_share(message("Share"), message("Of all calls of this report."))


def share_of_period() -> Any:
    """How many of all traced calls of the period the row is of."""
    return a_share(message("Share"), message("Of all traced calls of the period."))


def share_of_carrier() -> Any:
    """How many of the carrier's traced calls the row is of."""
    return a_share(message("Share"), message("Of all traced calls that it is on."))


def the_confidence() -> Any:
    """The confidence of one call's verdict."""
    return a_number(message("Confidence"), message("The share of such verdicts that are right."))


def mean_confidence() -> Any:
    """The same of several calls."""
    return a_number(message("Confidence"), CONFIDENCE_MEANS)
