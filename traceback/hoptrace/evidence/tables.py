"""The tables of a package: a ground as files of text that any program reads, exact to the last digit, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import orjson
import polars as pl

from hoptrace.catalog.clocks import ClockRow, ClockTable, ShiftRow
from hoptrace.catalog.spans import BatchSpan
from hoptrace.engines.local import Rules
from hoptrace.engines.packed import Packed
from hoptrace.model.carriers import Carrier
from hoptrace.model.certificates import StoredCertificate, read_pem
from hoptrace.model.statements import STATEMENTS, TIME
from hoptrace.model.times import rfc3339
from hoptrace.settings import Settings, TraceSettings

STATEMENTS_FILE, COVERAGE_FILE, CLOCKS_FILE = "statements.jsonl", "coverage.jsonl", "clocks.json"
CARRIERS_FILE, CERTIFICATES_FILE, SETTINGS_FILE = "carriers.jsonl", "certificates.jsonl", "settings.json"
FILES = (STATEMENTS_FILE, COVERAGE_FILE, CLOCKS_FILE, CARRIERS_FILE, CERTIFICATES_FILE, SETTINGS_FILE)

_TIMES = [name for name, kind in STATEMENTS.items() if kind == TIME]


def write_tables(packed: Packed) -> dict[str, bytes]:
    """The files of a ground, by name."""
    rules, clocks = packed.rules, packed.clocks
    settings = {
        "home_country": rules.home_country,
        "trace": asdict(rules.trace),
        "digest": rules.digest,
        "lake_version": packed.lake_version,
        "expired_before": packed.expired_before,
    }
    spans = (
        {"carrier": who, "batch": batch, "first": rfc3339(first), "last": rfc3339(last)}
        for who, batch, first, last in packed.spans
    )
    return {
        SETTINGS_FILE: as_document(settings),
        CARRIERS_FILE: as_lines(asdict(carrier) for carrier in packed.carriers),
        CERTIFICATES_FILE: as_lines(_certificate(each) for each in packed.certificates),
        CLOCKS_FILE: as_document({**asdict(clocks), "weights": clocks.weights}),
        COVERAGE_FILE: as_lines(spans),
        STATEMENTS_FILE: as_lines(map(_statement, packed.statements.iter_rows(named=True))),
    }


def read_tables(files: dict[str, bytes]) -> Packed:
    """The ground that `write_tables` wrote; raises ValueError, TypeError or KeyError where the files are none."""
    settings: dict[str, Any] = orjson.loads(files[SETTINGS_FILE])
    trace = TraceSettings(**{name: float(value) for name, value in settings["trace"].items()})
    home: str = settings["home_country"]
    expired: str | None = settings["expired_before"]
    return Packed(
        # The digest is made anew: the one that is written down could be of other settings.
        rules=Rules(home, trace, Settings(home_country=home, trace=trace).digest()),
        lake_version=int(settings["lake_version"]),
        expired_before=None if expired is None else date.fromisoformat(expired),
        statements=_statements(_lines(files[STATEMENTS_FILE])),
        spans=[_span(row) for row in _lines(files[COVERAGE_FILE])],
        clocks=_clocks(orjson.loads(files[CLOCKS_FILE])),
        carriers=[Carrier(**row) for row in _lines(files[CARRIERS_FILE])],
        certificates=[_stored(row) for row in _lines(files[CERTIFICATES_FILE])],
    )


def as_document(value: Any) -> bytes:
    """A JSON document for people and programs: indented, keys in order, a line end at the end."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def as_lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """JSON Lines."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in content.split(b"\n") if line]


def _statement(row: dict[str, Any]) -> dict[str, Any]:
    """A statement without what is unknown; times as RFC 3339 in UTC, number keys as whole numbers of up to 64 bits."""
    told = {name: value for name, value in row.items() if value is not None}
    return told | {name: rfc3339(told[name]) for name in _TIMES if name in told}


def _statements(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    for row in rows:
        row.update({name: datetime.fromisoformat(row[name]) for name in _TIMES if name in row})
    columns = {name: [row.get(name) for row in rows] for name in STATEMENTS.names()}
    return pl.DataFrame(columns, schema=STATEMENTS)


def _span(row: dict[str, Any]) -> BatchSpan:
    first, last = (datetime.fromisoformat(row[name]) for name in ("first", "last"))
    return str(row["carrier"]), str(row["batch"]), first, last


def _clocks(told: dict[str, Any]) -> ClockTable:
    rows, shifts = (ClockRow(**row) for row in told["rows"]), (ShiftRow(**row) for row in told["shifts"])
    return ClockTable(told["version"], told["lake_version"], tuple(rows), tuple(shifts), told["weights"])


def _certificate(stored: StoredCertificate) -> dict[str, Any]:
    return {"version": stored.version, "url": stored.url, "anchor": stored.anchor, "pem": stored.pem}


def _stored(row: dict[str, Any]) -> StoredCertificate:
    ((facts, pem),) = read_pem(str(row["pem"]).encode())
    return StoredCertificate(facts, pem, row["url"], bool(row["anchor"]), int(row["version"]))
