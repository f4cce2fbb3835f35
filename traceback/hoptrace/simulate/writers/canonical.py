"""The canonical format (data contract, version 1) in its five clothes: CSV, gzip, zstd, NDJSON, Parquet."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import zstandard

from hoptrace.simulate.kinds import FileKind
from hoptrace.simulate.network import SimCarrier

_TIMES = "%Y-%m-%dT%H:%M:%S%.3f+00:00"
_CUT_TIMES = "%Y-%m-%dT%H:%M:%SZ"


def write_canonical(carrier: SimCarrier, rows: pl.DataFrame, folder: Path) -> tuple[Path, ...]:
    """A row a call and route attempt, in as many files as the rows name."""
    suffix = carrier.files.value.removeprefix("canonical")
    parts = rows.partition_by("file", maintain_order=True, as_dict=True)
    if len(parts) == 1:
        return (write_canonical_file(carrier, rows, folder / f"cdrs{suffix}"),)
    named = sorted((number, part) for (number, *_), part in parts.items())
    return tuple(write_canonical_file(carrier, part, folder / f"cdrs-{number + 1}{suffix}") for number, part in named)


def write_canonical_file(carrier: SimCarrier, rows: pl.DataFrame, path: Path) -> Path:
    """One file of the carrier's kind; gives its path."""
    frame = canonical_frame(carrier, rows)
    if carrier.files is FileKind.CANONICAL_PARQUET:
        frame.write_parquet(path)
    elif carrier.files is FileKind.CANONICAL_NDJSON:
        path.write_bytes(frame.write_ndjson().encode())
    else:
        path.write_bytes(_packed(frame.write_csv().encode(), carrier.files))
    return path


def canonical_frame(carrier: SimCarrier, rows: pl.DataFrame) -> pl.DataFrame:
    """The contract's columns; some carriers give numbers as SIP URIs, some name trunks."""
    peers = ("in_trunk", "out_trunk") if carrier.names_trunks else ("upstream", "downstream")
    unlisted = pl.col("in_trunk").str.starts_with("192.0.2.1"), pl.col("out_trunk").str.starts_with("192.0.2.1")
    uri = carrier.sip_uris
    cut = bool((rows.get_column("tick") > 1).any())
    return rows.select(
        start_time=_time("start", cut),
        answer_time=_time("answer", cut),
        duration=((pl.col("end") - pl.col("answer")) / 1_000_000).round(3).fill_null(0.0),
        calling_number=_number("calling", carrier, uri),
        called_number=_number("called", carrier, uri),
        egress_calling_number=pl.when("caller_moved").then(_number("calling_out", carrier, uri)),
        egress_called_number=pl.when("moved").then(_number("called_out", carrier, uri)),
        redirecting_number=pl.col("redirecting"),
        upstream=pl.when(pl.col("customer").is_null()).then(_peer(peers[0], "in_trunk", unlisted[0])),
        customer=pl.col("customer"),
        downstream=pl.when(~pl.col("delivered")).then(_peer(peers[1], "out_trunk", unlisted[1])),
        call_id=pl.col("call_id"),
        egress_call_id=pl.when(pl.col("out_trunk").is_not_null()).then("call_id_out"),
        attestation=pl.col("attestation"),
        orig_id=pl.col("orig_id"),
        signer=pl.col("signer"),
        release_code=pl.col("code").cast(pl.String),
        record_id=pl.col("record_id"),
    )


def _peer(column: str, trunk: str, unlisted: pl.Expr) -> pl.Expr:
    """A carrier that names its peers still has no name for one behind a trunk that nobody listed."""
    return pl.when(unlisted).then(pl.col(trunk)).otherwise(pl.col(column))


def _number(column: str, carrier: SimCarrier, uri: bool) -> pl.Expr:
    if not uri:
        return pl.col(column)
    written = pl.format("sip:{}@{};user=phone", pl.col(column), pl.lit(carrier.address))
    return pl.when(pl.col(column) == "anonymous").then(pl.col(column)).otherwise(written)


def _time(column: str, cut: bool) -> pl.Expr:
    return pl.from_epoch(column, time_unit="us").dt.to_string(_CUT_TIMES if cut else _TIMES)


def _packed(data: bytes, kind: FileKind) -> bytes:
    if kind is FileKind.CANONICAL_GZ:
        return gzip.compress(data, mtime=0)
    if kind is FileKind.CANONICAL_ZST:
        return zstandard.ZstdCompressor(level=3).compress(data)
    return data
