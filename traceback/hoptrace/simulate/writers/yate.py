"""Yate's cdrfile: a row a leg (tabs), or both legs of a call in one row (commas); epoch with milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from hoptrace.simulate.calls import CANCELLED, OK
from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.writers.common import SECOND, reason_of, serials

_SETUP = 3_000  # microseconds between the incoming leg and the outgoing one


def write_yate_legs(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """One row a leg, joined by billid; a call tried over two routes has two outgoing legs."""
    number, boot = serials(rows), _boot(rows)
    timed = [each for row in rows.iter_rows(named=True) for each in _legs(row, number[row["leg"]], boot)]
    timed.sort(key=lambda pair: pair[0])
    path = folder / "yate-cdr.tsv"
    path.write_text("".join(f"{line}\n" for _, line in timed), encoding="utf-8")
    return (path,)


def write_yate_combined(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """One row a call with both legs."""
    number, boot = serials(rows), _boot(rows)
    ended = sorted(rows.iter_rows(named=True), key=lambda row: row["end"])
    path = folder / "yate-cdr.csv"
    path.write_text("".join(f"{_combined(row, number[row['leg']], boot)}\n" for row in ended), encoding="utf-8")
    return (path,)


def _boot(rows: pl.DataFrame) -> int:
    """When the server was started: bill ids begin with it."""
    first = rows.get_column("start").min()
    return (int(str(first)) if first is not None else 0) // SECOND - 8_000


def _legs(row: dict[str, Any], serial: int, boot: int) -> Iterator[tuple[int, str]]:
    bill = f"{boot}-{serial + 1}"
    if row["out_trunk"] is not None:
        channel = f"sip/{serial * 3 + 2 + row['attempt']}"
        begun = row["begun"] + _SETUP
        cells = (_seconds(begun), bill, channel, _peer(row["out_trunk"]), row["calling_out"], row["called_out"])
        status = "ringing" if row["code"] == CANCELLED else "outgoing"
        yield row["end"], "\t".join((*cells, *_spans(row, begun), "outgoing", *_ending(row, status, "Cancelled")))
    if row["last"]:
        cells = (
            _seconds(row["start"]),
            bill,
            f"sip/{serial * 3 + 1}",
            _peer(row["in_trunk"]),
            row["calling"],
            row["called"],
        )
        status = "ringing" if row["code"] == CANCELLED else "accepted"
        ending = _ending(row, status, reason_of(CANCELLED))
        yield row["end"] + 1, "\t".join((*cells, *_spans(row, row["start"]), "incoming", *ending))


def _combined(row: dict[str, Any], serial: int, boot: int) -> str:
    status = "ringing" if row["code"] == CANCELLED else "accepted"
    state, reason = _ending(row, status, reason_of(CANCELLED))
    _, far_reason = _ending(row, status, "Cancelled")
    texts = (f"{boot}-{serial + 1}", f"sip/{serial * 2 + 1}", _peer(row["in_trunk"]), row["calling"], row["called"])
    near = (*(f'"{text}"' for text in texts), *_spans(row, row["start"]), f'"{state}"', f'"{reason}"')
    out = row["out_trunk"]
    far_texts = ("", "") if out is None else (f"sip/{serial * 2 + 2}", _peer(out))
    spans = ("0.000", "0.000", "0.000") if out is None else _spans(row, row["begun"] + _SETUP)
    far = (*(f'"{text}"' for text in far_texts), *spans, f'"{far_reason if out is not None else ""}"')
    return ",".join((_seconds(row["start"]), *near, *far))


def _spans(row: dict[str, Any], begun: int) -> tuple[str, str, str]:
    """billtime, ringtime and duration of a leg in seconds."""
    answer, end = row["answer"], row["end"]
    bill = end - answer if answer is not None else 0
    ring = answer - begun if answer is not None else 0
    return _seconds(bill), _seconds(max(0, ring)), _seconds(max(0, end - begun))


def _ending(row: dict[str, Any], status: str, cancelled: str) -> tuple[str, str]:
    if row["code"] == OK:
        return "answered", ""
    return status, cancelled if row["code"] == CANCELLED else reason_of(row["code"])


def _seconds(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000 // 1_000:03d}"


def _peer(address: str) -> str:
    return f"{address}:5060"
