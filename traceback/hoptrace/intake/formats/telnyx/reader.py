"""Telnyx' detail records as its API gives them: objects of JSON in pages, a record for each leg of a SIP trunk."""

from __future__ import annotations

import re

from hoptrace.intake.formats.json.records import JsonRecords, Kind
from hoptrace.intake.formats.telnyx.calls import call_of


def telnyx_json() -> JsonRecords:
    """The reader of what `GET /v2/detail_records` answers: whole pages, an array of records, or a record a line."""
    kind = Kind(
        "Telnyx'",
        signs=("cld", "cli", "sip_call_id", "call_sec", "started_at", "telnyx_session_id", "record_type", "billed_sec"),
        must=frozenset({"cld", "started_at"}),
        page=re.compile(rb'"data"\s*:\s*\['),
        record=re.compile(rb'"(?:cld|record_type|started_at)"\s*:'),
        frame=re.compile(rb'\{\Z|[\]}]|\{"meta"'),
        id="id",
        call_of=call_of,
        kind=("record_type", "sip-trunking"),
    )
    return JsonRecords("telnyx_json", "Telnyx detail records (JSON)", kind)
