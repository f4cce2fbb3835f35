"""FreeSWITCH's mod_json_cdr: a folder with a document a leg, `a_` for the leg that came in, `b_` for those sent out."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from hoptrace.simulate.calls import BUSY, CANCELLED, OK, UNAVAILABLE
from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.common import SECOND, serials, token

_CAUSES = {
    OK: ("NORMAL_CLEARING", "16"),
    BUSY: ("USER_BUSY", "17"),
    UNAVAILABLE: ("NO_USER_RESPONSE", "18"),
    CANCELLED: ("ORIGINATOR_CANCEL", "16"),
    503: ("NORMAL_TEMPORARY_FAILURE", "41"),
}
_SETUP = 12_000  # microseconds from the incoming leg to the outgoing one


def write_freeswitch(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """The folder of documents; legs of one call name each other's uuid."""
    home = folder / "json_cdr"
    home.mkdir()
    number = serials(rows)
    ordered = rows.unique(subset=["leg", "attempt"], keep="first", maintain_order=True).sort("leg", "attempt")
    for leg, attempts in groupby(ordered.iter_rows(named=True), key=lambda row: row["leg"]):
        _write_call(carrier, list(attempts), number[leg], home)
    return (home,)


def _write_call(carrier: SimCarrier, attempts: list[dict[str, Any]], serial: int, home: Path) -> None:
    seed = f"{carrier.carrier_id} {serial}"
    near = _uuid(f"{seed} a")
    tried = [(row, _uuid(f"{seed} b{row['attempt']}")) for row in attempts if row["out_trunk"] is not None]
    last = attempts[-1]
    _write(home / f"a_{near}.cdr.json", _document(carrier, _near_leg(last, near, tried), last, last["start"]))
    for row, uuid in tried:
        _write(home / f"b_{uuid}.cdr.json", _document(carrier, _far_leg(row, uuid, near), row, row["begun"] + _SETUP))


def _near_leg(row: dict[str, Any], uuid: str, tried: list[tuple[dict[str, Any], str]]) -> dict[str, str]:
    partner = tried[-1][1] if tried and row["answer"] is not None else None
    bridged = {} if partner is None else {"bridge_uuid": partner, "signal_bond": partner, "last_bridge_to": partner}
    legs = [f"{other};Outbound Call;{each['called_out']}" for each, other in tried]
    listed = {"originated_legs": f"ARRAY::{'|:'.join(legs)}" if len(legs) > 1 else legs[0]} if legs else {}
    return {
        "direction": "inbound",
        "uuid": uuid,
        "call_uuid": uuid,
        "sip_from_user": row["calling"],
        "sip_to_user": row["called"],
        "sip_req_user": row["called"],
        "sip_network_ip": row["in_trunk"],
        "sip_network_port": "5060",
        "sip_received_ip": row["in_trunk"],
        "sip_call_id": row["call_id"],
        "channel_name": f"sofia/internal/{row['calling']}@{row['in_trunk']}",
        **listed,
        **bridged,
    }


def _far_leg(row: dict[str, Any], uuid: str, near: str) -> dict[str, str]:
    peer = row["out_trunk"]
    bridged = {"bridge_uuid": near, "signal_bond": near, "last_bridge_to": near}
    return {
        "direction": "outbound",
        "is_outbound": "true",
        "uuid": uuid,
        "call_uuid": near,
        "originator": near,
        "originating_leg_uuid": near,
        "sip_from_user": row["calling_out"],
        "sip_to_user": row["called_out"],
        "sip_req_user": row["called_out"],
        "sip_to_host": peer,
        "sip_req_host": peer,
        "sip_network_ip": peer,
        "sip_network_port": "5060",
        "sip_destination_url": f"sip:{row['called_out']}@{peer}:5060",
        "sip_call_id": row["call_id_out"],
        "channel_name": f"sofia/external/{row['called_out']}@{peer}",
        **(bridged if row["answer"] is not None else {}),
    }


def _document(carrier: SimCarrier, leg: dict[str, str], row: dict[str, Any], start: int) -> dict[str, Any]:
    caller, called = leg["sip_from_user"], leg["sip_req_user"]
    cause, code = _CAUSES[row["code"]]
    profile = {
        "username": caller,
        "dialplan": "XML",
        "caller_id_name": caller,
        "ani": caller,
        "caller_id_number": caller,
        "network_addr": leg["sip_network_ip"] if leg["direction"] == "inbound" else "",
        "rdnis": "",
        "destination_number": called,
        "uuid": leg["uuid"],
        "source": "mod_sofia",
        "context": "public",
        "chan_name": leg["channel_name"],
    }
    variables = {
        **leg,
        "sofia_profile_name": "internal" if leg["direction"] == "inbound" else "external",
        **_times(row, start),
        "hangup_cause": cause,
        "hangup_cause_q850": code,
        "sip_term_status": str(row["code"]),
        "proto_specific_hangup_cause": f"sip:{row['code']}",
        "caller_id": f'"{caller}" <{caller}>',
    }
    return {
        "core-uuid": _uuid(f"{carrier.carrier_id} core"),
        "switchname": carrier.carrier_id,
        "channel_data": {"state": "CS_REPORTING", "direction": leg["direction"], "state_number": "11"},
        "variables": variables,
        "callflow": [{"dialplan": "XML", "profile_index": "1", "caller_profile": profile}],
    }


def _times(row: dict[str, Any], start: int) -> dict[str, str]:
    answer, end = row["answer"], max(row["end"], start)
    talk = end - answer if answer is not None else 0
    stamps = {"answer_stamp": _stamp(answer)} if answer is not None else {}
    return {
        "start_stamp": _stamp(start),
        **stamps,
        "end_stamp": _stamp(end),
        "start_epoch": str(start // SECOND),
        "start_uepoch": str(start),
        "answer_epoch": str((answer or 0) // SECOND),
        "answer_uepoch": str(answer or 0),
        "end_epoch": str(end // SECOND),
        "end_uepoch": str(end),
        "duration": str((end - start) // SECOND),
        "billsec": str(talk // SECOND),
        "mduration": str((end - start) // 1_000),
        "billmsec": str(talk // 1_000),
    }


def _stamp(micros: int) -> str:
    return datetime.fromtimestamp(micros // SECOND, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")


def _uuid(text: str) -> str:
    digits = token(text, 32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps(document))
