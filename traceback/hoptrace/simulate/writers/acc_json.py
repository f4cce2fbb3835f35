"""Kamailio's acc_json module by syslog: one JSON object a transaction; failed calls stand there twice, row for row."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import polars as pl

from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.acc import Transaction, transactions
from hoptrace.simulate.writers.common import SECOND, chance_of, syslog_time, token


def write_acc_json(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """One log with a JSON object a line, behind a syslog prefix."""
    path = folder / "kamailio-acc-json.log"
    lines = [_line(each) for each in transactions(carrier, rows)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return (path,)


def _line(each: Transaction) -> str:
    worker = 8820 + round(chance_of(each.call_id))
    said = {
        "time": each.time // SECOND,
        "method": each.method,
        "from_tag": each.from_tag,
        "to_tag": each.to_tag,
        "callid": each.call_id,
        "sip_code": str(each.code),
        "sip_reason": each.reason,
        "src_user": each.src_user,
        "src_ip": each.src_ip,
        "dst_ouser": each.dst_ouser,
        "dst_user": each.dst_user,
        "dst_domain": each.dst_domain,
        "diversion": "",
        "identity": _identity(each),
    }
    return f"{syslog_time(each.time)} sip1 json_acc[{worker}]: {json.dumps(said)}"


def _identity(each: Transaction) -> str:
    """A SHAKEN PASSporT (RFC 8588) whose signature is made up."""
    if each.passport is None:
        return ""
    attestation, orig_id, signer = each.passport
    address = f"https://certificates.example.net/{signer}.pem"
    header = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": address}
    claims = {
        "attest": attestation,
        "dest": {"tn": [each.dst_ouser.lstrip("+")]},
        "iat": each.created // SECOND,
        "orig": {"tn": each.src_user.lstrip("+")},
        "origid": orig_id,
    }
    signature = bytes.fromhex(token(each.call_id + "r", 64) + token(each.call_id + "s", 64))
    body = ".".join((_packed(header), _packed(claims), _base64(signature)))
    return f"{body};info=<{address}>;alg=ES256;ppt=shaken"


def _packed(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
