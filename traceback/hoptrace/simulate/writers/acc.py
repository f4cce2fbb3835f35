"""What the acc module of Kamailio or OpenSIPS accounts for: transactions and dialogs, before they take any clothes.

A transaction is stamped with the time of its final reply, a failed one is accounted twice (as answered with a failure
and as missed call), a refused branch of a route advance only as missed, and a BYE of the called side has its tags and
users swapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.common import chance_of, reason_of, token

_CALLEE_HANGS_UP = 0.4


@dataclass(frozen=True, slots=True)
class Transaction:
    """One accounting row of a transaction; `time` (microseconds) is the final reply's, `created` the INVITE's."""

    time: int
    created: int
    missed: bool
    method: str
    from_tag: str
    to_tag: str
    call_id: str
    code: int
    reason: str
    src_user: str
    src_ip: str
    dst_ouser: str
    dst_user: str
    dst_domain: str
    refused: bool
    passport: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class Dialog:
    """One row of a dialog: from the INVITE to the end, so that its span holds the ringing too."""

    start: int
    end: int
    answer: int | None
    invite: Transaction


def transactions(carrier: SimCarrier, rows: pl.DataFrame) -> list[Transaction]:
    """All transactions in order of time."""
    found = [each for row in rows.iter_rows(named=True) for each in _of_row(carrier, row)]
    return sorted(found, key=lambda each: each.time)


def dialogs(carrier: SimCarrier, rows: pl.DataFrame) -> list[Dialog]:
    """All dialogs in order of their end; a failed one begins and ends with its INVITE."""
    found = [
        Dialog(
            row["start"],
            row["end"] if row["answer"] is not None else row["start"],
            row["answer"],
            _invite(carrier, row),
        )
        for row in rows.iter_rows(named=True)
        if row["last"]
    ]
    return sorted(found, key=lambda each: each.end)


def _of_row(carrier: SimCarrier, row: dict[str, Any]) -> Iterator[Transaction]:
    invite = _invite(carrier, row)
    if row["answer"] is not None:
        yield invite
        yield _bye(invite, row["end"])
        return
    yield _as_missed(invite)
    if row["last"]:
        yield invite


def _invite(carrier: SimCarrier, row: dict[str, Any]) -> Transaction:
    call_id: str = row["call_id"]
    out: str | None = row["out_trunk"]
    signed = row["attestation"] is not None
    return Transaction(
        time=row["end"] if row["answer"] is None else row["answer"],
        created=row["start"],
        missed=False,
        method="INVITE",
        from_tag=token(f"{call_id} from", 8),
        to_tag=token(f"{call_id} to {out} {row['attempt']}", 10),
        call_id=call_id,
        code=row["code"],
        reason=reason_of(row["code"]),
        src_user=row["calling"],
        src_ip=row["in_trunk"],
        dst_ouser=row["called"],
        dst_user=row["called_out"] if out is not None else row["called"],
        dst_domain=out if out is not None else carrier.address,
        refused=out is None,
        passport=(row["attestation"], row["orig_id"], row["signer"]) if signed else None,
    )


def _as_missed(invite: Transaction) -> Transaction:
    return replace(invite, missed=True)


def _bye(invite: Transaction, end: int) -> Transaction:
    if chance_of(f"{invite.call_id} bye") >= _CALLEE_HANGS_UP:
        return replace(invite, time=end, method="BYE", dst_user="", passport=None)
    return replace(
        invite,
        time=end,
        method="BYE",
        from_tag=invite.to_tag,
        to_tag=invite.from_tag,
        src_user=invite.dst_user,
        src_ip=invite.dst_domain,
        dst_ouser=invite.src_user,
        dst_user="",
        dst_domain=invite.src_ip,
        passport=None,
    )
