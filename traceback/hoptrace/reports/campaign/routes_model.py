"""The campaign report as typed data: the routes of its calls and what the picture of them is drawn from."""

from __future__ import annotations

from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_carrier, a_count, a_text
from hoptrace.reports.tables.shared_columns import (
    mean_confidence,
    share_of_report,
    usual_certainty,
    usual_role,
)
from hoptrace.reports.wording.language import message


class RouteRow(Part):
    """One way that calls took."""

    route: str = a_text(
        message("Route"), message("carrier_ids from the furthest carrier known to the terminating one, with > between.")
    )
    carriers: int = a_count(message("Carriers"), message("Carriers on it."))
    calls: int = a_count(message("Calls"), message("Calls that went this way."))
    share: float = share_of_report()
    settled: int = a_count(
        message("Settled"), message("Of these, calls whose originator or point of entry was identified.")
    )


class HandoffRow(Part):
    """One pair of neighbours and the calls that the first handed to the second."""

    upstream: str = a_carrier(message("From"), message("carrier_id that handed the calls over."))
    downstream: str = a_carrier(message("To"), message("carrier_id that got them."))
    calls: int = a_count(
        message("Calls"), message("Handoffs between the two; a call that passes the pair twice counts twice.")
    )
    both: int = a_count(message("Both"), message("Told by records of both carriers."))
    one: int = a_count(message("One names"), message("Both have a record of the call, only one names the other."))
    named: int = a_count(message("Named"), message("One has a record that names the other, which has given none."))
    inferred: int = a_count(message("Inferred"), message("Neither has a record."))
    confidence: float = mean_confidence()


class StageRow(Part):
    """One carrier at one stage of the paths; what the picture of the routes is drawn from."""

    stage: int = a_count(
        message("Stage"),
        message(
            "5 the furthest carrier known, 4 the next, 3 those between, 2 who handed the calls to 1, "
            "who delivered them."
        ),
    )
    carrier: str = a_carrier(
        message("Carrier"), message("carrier_id; empty where the row stands for no single carrier.")
    )
    name: str = a_text(
        message("Name"),
        message("Name in the carrier directory; how many carriers are between, or straight on for none."),
    )
    role: str = usual_role(message("The role that it had most often at this stage."))
    certainty: str = usual_certainty()
    calls: int = a_count(message("Calls"), message("Calls that passed here."))


class PassageRow(Part):
    """Calls from one stage of the paths to the next."""

    from_stage: int = a_count(message("From stage"), message("Stage of the one that handed the calls over."))
    stage: int = a_count(message("Stage"), message("Stage of the one that got the calls."))
    upstream: str = a_carrier(
        message("From"), message("carrier_id that handed the calls over; in brackets where it is no single carrier.")
    )
    downstream: str = a_carrier(
        message("To"), message("carrier_id that got them; in brackets where it is no single carrier.")
    )
    calls: int = a_count(message("Calls"), message("Calls that went on here."))
