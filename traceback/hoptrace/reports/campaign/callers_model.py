"""The campaign report as typed data: the caller ids that its calls showed, and who signed them."""

from __future__ import annotations

from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_carrier, a_code, a_count, a_text
from hoptrace.reports.tables.shared_columns import (
    share_of_report,
)
from hoptrace.reports.wording.language import message


class BehaviourRow(Part):
    """One way in which caller ids were used."""

    behaviour: str = a_text(message("What"), message("What was counted."))
    calls: int = a_count(message("Calls"), message("Calls of which it is so."))
    share: float = share_of_report()


class CallerRow(Part):
    """One number that calls showed as their caller."""

    calling: str = a_text(
        message("Caller id"), message("Number as shown to the called party; the caller may not have the right to it.")
    )
    calls: int = a_count(message("Calls"), message("Calls that showed it."))
    share: float = share_of_report()
    called: int = a_count(message("Numbers called"), message("Different numbers that were called with it."))
    originators: int = a_count(
        message("Originators"), message("Different originating carriers identified for these calls.")
    )


class AttestationRow(Part):
    """Signatures (STIR/SHAKEN) of one signer at one level, as the carriers' records hold them."""

    signer: str = a_text(
        message("Signer"), message("Service provider code as recorded; empty where the record does not tell.")
    )
    carrier: str = a_carrier(
        message("Carrier"), message("carrier_id that the directory gives for this code; empty where none.")
    )
    name: str = a_text(message("Name"), message("Name of that carrier."))
    attestation: str = a_text(
        message("Level"), message("A, B or C (ATIS-1000074); empty where the record does not tell.")
    )
    calls: int = a_count(message("Calls"), message("Calls of which a record tells this signature."))
    share: float = share_of_report()
    role: str = a_code(
        message("Signer's role"), message("Its role on most of these calls; off_path where it is not on the path.")
    )
    certainty: str = a_code(
        message("Certainty"),
        message("recorded: as carriers wrote it down; whether a signature is right is not told here."),
    )


class ResigningRow(Part):
    """Calls that were signed anew on the way."""

    first_signer: str = a_text(message("Signed by"), message("Signer that the record further upstream tells."))
    first_level: str = a_text(message("Level"), message("Its attestation."))
    next_signer: str = a_text(message("Then by"), message("Signer that the next record downstream tells."))
    next_level: str = a_text(message("Level then"), message("Its attestation."))
    calls: int = a_count(message("Calls"), message("Calls of which this is so."))
    share: float = share_of_report()
