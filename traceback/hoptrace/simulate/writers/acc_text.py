"""Accounting as text: Kamailio's flatstore (a file a worker and table), its syslog, and OpenSIPS' syslog."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.acc import Dialog, Transaction, dialogs, transactions
from hoptrace.simulate.writers.common import SECOND, chance_of, syslog_time

_WORKERS = (129, 130, 131)

FLATSTORE_LAYOUTS = {
    "acc": (
        *("method", "from_tag", "to_tag", "callid", "code", "reason", "time"),
        *("src_user", "src_ip", "dst_ouser", "dst_user", "dst_domain", "pai"),
    ),
    "acc_cdrs": (
        "start_time",
        "end_time",
        "duration",
        "callid",
        "src_user",
        "src_ip",
        "dst_ouser",
        "dst_user",
        "dst_domain",
    ),
}
"""The columns of the flatstore files, which have no header; the profile of the carrier gives them."""


def write_flatstore(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """One file a worker process and table; the INVITE and the BYE of a call may stand in files of two workers."""
    lines: dict[str, list[str]] = {}
    for each in transactions(carrier, rows):
        table = "missed_calls" if each.missed else "acc"
        lines.setdefault(f"{table}_{_worker(each.call_id + each.method)}.log", []).append(_flat(each))
    for dialog in dialogs(carrier, rows):
        name = f"acc_cdrs_{_worker(dialog.invite.call_id + 'BYE')}.log"
        lines.setdefault(name, []).append(_flat_dialog(dialog))
    return tuple(_write(folder / name, lines[name]) for name in sorted(lines))


def write_acc_syslog(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """Kamailio's key=value lines behind a syslog prefix."""
    lines: list[str] = []
    for each in transactions(carrier, rows):
        what = "call missed" if each.missed else "transaction answered"
        lines.append(
            f"{syslog_time(each.time)} sip1 kamailio[{_worker(each.call_id) + 8700}]: NOTICE: acc [acc.c:287]: "
            f"acc_log_request(): ACC: {what}: timestamp={each.time // SECOND};method={each.method};"
            f"from_tag={each.from_tag};to_tag={each.to_tag};call_id={each.call_id};code={each.code};"
            f"reason={each.reason};src_user={each.src_user};src_domain={each.src_ip};src_ip={each.src_ip};"
            f"dst_ouser={each.dst_ouser};dst_user={each.dst_user};dst_domain={each.dst_domain}"
        )
    return (_write(folder / "kamailio-acc.log", lines),)


def write_opensips_syslog(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """OpenSIPS' key=value lines: failures when they happen, answered calls when they have ended."""
    timed = [(each.time, _opensips(each)) for each in transactions(carrier, rows) if each.code != 200]
    timed += [(each.end, _ended(each)) for each in dialogs(carrier, rows) if each.answer is not None]
    return (_write(folder / "opensips-acc.log", [line for _, line in sorted(timed, key=lambda pair: pair[0])]),)


def _flat(each: Transaction) -> str:
    cells = (each.method, each.from_tag, each.to_tag, each.call_id, str(each.code), each.reason)
    numbers = (each.src_user, each.src_ip, each.dst_ouser, each.dst_user, each.dst_domain, "")
    return "|".join((*cells, str(each.time // SECOND), *numbers))


def _flat_dialog(dialog: Dialog) -> str:
    invite = dialog.invite
    times = (str(dialog.start // SECOND), str(dialog.end // SECOND), f"{_milliseconds(dialog):.6f}")
    numbers = (invite.src_user, invite.src_ip, invite.dst_ouser, invite.dst_user, invite.dst_domain)
    return "|".join((*times, invite.call_id, *numbers))


def _milliseconds(dialog: Dialog) -> float:
    """Seconds, measured in milliseconds."""
    return (dialog.end - dialog.start) // 1_000 / 1_000


def _opensips(each: Transaction) -> str:
    what = "call missed" if each.missed else "transaction answered"
    out, dialled = ("", "") if each.refused else (each.dst_domain, each.dst_user)
    return (
        f"{_opensips_prefix(each.time, each.call_id)}{what}: timestamp={each.time // SECOND};"
        f"created={each.created // SECOND};setuptime={(each.time - each.created) // SECOND};method={each.method};"
        f"from_tag={each.from_tag};to_tag={'' if each.refused else each.to_tag};call_id={each.call_id};"
        f"code={each.code};reason={each.reason};caller={each.src_user};callee={each.dst_ouser};in_trunk={each.src_ip};out_trunk={out};"
        f"dialed_out={dialled}"
    )


def _ended(dialog: Dialog) -> str:
    invite, answer = dialog.invite, dialog.answer or dialog.start
    talk = dialog.end - answer
    return (
        f"{_opensips_prefix(dialog.end, invite.call_id)}call ended: created={dialog.start // SECOND};"
        f"call_start_time={answer // SECOND};duration={-(-talk // SECOND)};ms_duration={talk // 1_000};"
        f"setuptime={(answer - dialog.start) // SECOND};method=INVITE;from_tag={invite.from_tag};"
        f"to_tag={invite.to_tag};call_id={invite.call_id};code=200;reason=OK;caller={invite.src_user};callee={invite.dst_ouser};"
        f"in_trunk={invite.src_ip};out_trunk={invite.dst_domain};dialed_out={invite.dst_user}"
    )


def _opensips_prefix(time: int, call_id: str) -> str:
    return f"{syslog_time(time)} sip1 /usr/sbin/opensips[{_worker(call_id) + 8800}]: NOTICE:ACC: "


def _worker(text: str) -> int:
    return _WORKERS[int(chance_of(f"{text} worker") * 0.999999 * len(_WORKERS))]


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
