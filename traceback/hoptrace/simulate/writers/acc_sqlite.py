"""Kamailio's accounting in SQLite: tables acc, missed_calls and acc_cdrs, times as Julian days half a second early."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.acc import Dialog, Transaction, dialogs, transactions
from hoptrace.simulate.writers.common import SECOND

_TRANSACTIONS = """CREATE TABLE {name} (
    id INTEGER PRIMARY KEY NOT NULL,
    method VARCHAR(16) DEFAULT '' NOT NULL,
    from_tag VARCHAR(128) DEFAULT '' NOT NULL,
    to_tag VARCHAR(128) DEFAULT '' NOT NULL,
    callid VARCHAR(255) DEFAULT '' NOT NULL,
    sip_code VARCHAR(3) DEFAULT '' NOT NULL,
    sip_reason VARCHAR(128) DEFAULT '' NOT NULL,
    time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    src_user VARCHAR(64) DEFAULT '', src_domain VARCHAR(128) DEFAULT '', src_ip VARCHAR(64) DEFAULT '',
    dst_ouser VARCHAR(64) DEFAULT '', dst_user VARCHAR(64) DEFAULT '', dst_domain VARCHAR(128) DEFAULT '')"""
_DIALOGS = """CREATE TABLE acc_cdrs (
    id INTEGER PRIMARY KEY NOT NULL,
    start_time TIMESTAMP WITHOUT TIME ZONE DEFAULT '2000-01-01 00:00:00' NOT NULL,
    end_time TIMESTAMP WITHOUT TIME ZONE DEFAULT '2000-01-01 00:00:00' NOT NULL,
    duration REAL DEFAULT 0 NOT NULL,
    callid VARCHAR(255), src_user VARCHAR(64), src_ip VARCHAR(64),
    dst_ouser VARCHAR(64), dst_user VARCHAR(64), dst_domain VARCHAR(128))"""
_UNIX_JULIAN = 2_440_587.5
_INSERTS = {
    "acc": "INSERT INTO acc VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "missed_calls": "INSERT INTO missed_calls VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "acc_cdrs": "INSERT INTO acc_cdrs VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
}


def write_acc_sqlite(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """One database file."""
    path = folder / "kamailio.sqlite"
    found = transactions(carrier, rows)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE version (table_name VARCHAR(32) NOT NULL, table_version INTEGER NOT NULL)")
        database.executemany("INSERT INTO version VALUES (?, 5)", [(name,) for name in sorted(_INSERTS)])
        database.execute(_TRANSACTIONS.format(name="acc"))
        database.execute(_TRANSACTIONS.format(name="missed_calls"))
        database.execute(_DIALOGS)
        database.executemany(_INSERTS["acc"], [_cells(each) for each in found if not each.missed])
        database.executemany(_INSERTS["missed_calls"], [_cells(each) for each in found if each.missed])
        database.executemany(_INSERTS["acc_cdrs"], [_dialog_cells(each) for each in dialogs(carrier, rows)])
    return (path,)


def _cells(each: Transaction) -> tuple[str | float | None, ...]:
    tags = (each.method, each.from_tag, each.to_tag, each.call_id, str(each.code), each.reason)
    source = (each.src_user, each.src_ip, each.src_ip)
    return (*tags, _julian(each.time), *source, each.dst_ouser, each.dst_user or None, each.dst_domain)


def _dialog_cells(dialog: Dialog) -> tuple[str | float, ...]:
    invite = dialog.invite
    times = (_julian(dialog.start), _julian(dialog.end), (dialog.end - dialog.start) // 1_000 / 1_000)
    return (
        *times,
        invite.call_id,
        invite.src_user,
        invite.src_ip,
        invite.dst_ouser,
        invite.dst_user,
        invite.dst_domain,
    )


def _julian(micros: int) -> float:
    """A whole second as the server's date arithmetic writes it: half a second early."""
    return _UNIX_JULIAN + (micros // SECOND - 0.5) / 86_400
