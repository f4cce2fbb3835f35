"""Asterisk's Master.csv: a row a dial attempt, a Hangup row after a failure, times to the second in the file's zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from hoptrace.simulate.calls import BUSY, CANCELLED, OK, UNAVAILABLE
from hoptrace.simulate.kinds import FileKind
from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.common import SECOND, serials

_COLUMNS = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
    *("uniqueid", "userfield", "peeraccount", "linkedid", "sequence"),
)
_WIDTHS = {
    FileKind.ASTERISK_16: 16,
    FileKind.ASTERISK_18: 18,
    FileKind.ASTERISK_HEADER: 18,
    FileKind.ASTERISK_21: 21,
}
_DISPOSITIONS = {OK: "ANSWERED", BUSY: "BUSY", UNAVAILABLE: "NO ANSWER", CANCELLED: "NO ANSWER", 503: "CONGESTION"}
_CAUSES = {BUSY: 17, UNAVAILABLE: 19, 503: 34}


@dataclass(frozen=True, slots=True)
class _Line:
    """One row; numbers stand without quotes as cdr_csv writes them."""

    row: dict[str, Any]
    serial: int
    app: str
    data: str
    begun: int
    dstchannel: str


def write_asterisk(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """One Master.csv in the order in which calls ended."""
    path, zone = folder / "Master.csv", ZoneInfo(carrier.timezone)
    number = serials(rows)
    lines = [line for row in rows.iter_rows(named=True) for line in _lines(row, number[row["leg"]])]
    lines.sort(key=lambda line: line.row["end"])
    width = _WIDTHS[carrier.files]
    header = [",".join(_COLUMNS[:width])] if carrier.files is FileKind.ASTERISK_HEADER else []
    body = [",".join(_cells(line, zone)[:width]) for line in lines]
    path.write_text("".join(f"{line}\n" for line in [*header, *body]), encoding="utf-8")
    return (path,)


def _lines(row: dict[str, Any], serial: int) -> Iterator[_Line]:
    out = row["out_trunk"]
    if out is not None:
        channel = f"PJSIP/{out}-{serial * 4 + 1 + row['attempt']:08x}"
        target = f"PJSIP/{row['called_out']}@{out},90,b(hdr^s^1)"
        yield _Line(row, serial, "Dial", target, row["begun"], channel)
    if row["last"] and row["code"] in _CAUSES:
        begun = row["end"] if out is not None else row["begun"]
        yield _Line(row, serial, "Hangup", str(_CAUSES[row["code"]]), begun, "")


def _cells(line: _Line, zone: ZoneInfo) -> list[str]:
    row, answered = line.row, line.row["answer"] is not None
    unique = f"{row['start'] // SECOND}.{line.serial * 4}"
    talk = (row["end"] - row["answer"]) // SECOND if answered else 0
    calling = row["calling"]
    named = "Anonymous" if calling == "anonymous" else ""
    return [
        _quoted(""),
        _quoted(calling),
        _quoted(row["called"]),
        _quoted("from-customer" if row["customer"] is not None else "from-trunk"),
        _quoted(f'"{named}" <{calling}>'),
        _quoted(f"PJSIP/{row['in_trunk']}-{line.serial * 4:08x}"),
        _quoted(line.dstchannel),
        _quoted(line.app),
        _quoted(line.data),
        _quoted(_local(line.begun, zone)),
        _quoted(_local(row["answer"], zone)) if answered else "",
        _quoted(_local(row["end"], zone)),
        str((row["end"] - line.begun) // SECOND),
        str(talk),
        _quoted(_DISPOSITIONS[row["code"]]),
        _quoted("DOCUMENTATION"),
        _quoted(unique),
        _quoted(""),
        _quoted(""),
        _quoted(unique),
        str(line.serial * 4 + row["attempt"] * 2 + (line.app == "Hangup")),
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _local(micros: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(micros // SECOND, tz=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
