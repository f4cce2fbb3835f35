"""The statement: what one carrier says about one call and route attempt, as a typed frame.

Two frames matter. `RAW_CALLS` is what a format reader gives: one row a call and route attempt, times already UTC,
numbers and trunks still as the carrier wrote them. `STATEMENTS` is what the lake keeps: numbers also as 64-bit keys,
trunks also as carriers.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

TIME = pl.Datetime("us", "UTC")


class StartBasis(StrEnum):
    """What a record's `start_time` is the time of.

    Many switches stamp the final answer to the INVITE and not its arrival (Kamailio acc does): the call then began up
    to the ringing time earlier, and only answer or release times can be compared sharply with a neighbour's.
    """

    RECEIVED = "received"
    FINAL = "final"


class Outcome(StrEnum):
    """How the route attempt ended, from the release code and the times."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Fate(StrEnum):
    """What became of one row of a submitted file. rows = accepted + duplicate + skipped + rejected."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    REJECTED = "rejected"


_AS_WRITTEN: dict[str, pl.DataType | type[pl.DataType]] = {
    "calling_number": pl.String,
    "called_number": pl.String,
    "egress_calling_number": pl.String,
    "egress_called_number": pl.String,
    "redirecting_number": pl.String,
}

_CALL_FACTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "start_time": TIME,
    "start_basis": pl.String,
    "answer_time": TIME,
    "end_time": TIME,
    "duration": pl.Float64,
    "precision": pl.Int32,
    "may_be_later": pl.Int32,
    **_AS_WRITTEN,
    "call_id": pl.String,
    "egress_call_id": pl.String,
    "attestation": pl.String,
    "orig_id": pl.String,
    "signer": pl.String,
    "identity": pl.String,
    "release_code": pl.String,
    "record_id": pl.String,
}

RAW_CALLS = pl.Schema(
    {
        "call": pl.Int64,
        "file": pl.Int32,
        "row": pl.Int64,
        **_CALL_FACTS,
        "upstream": pl.String,
        "customer": pl.String,
        "downstream": pl.String,
    }
)
"""One row a call and route attempt, as a reader gives it.

`call`: 0..n-1, unique in the chunk. `file`: index of the file in the group; `row`: 1-based line (or row) of the row
that stands for the call. `start_time` is never null; `start_basis` a `StartBasis`. `duration`: seconds of conversation,
0 = not answered, null = unknown. `precision`: microseconds that one tick of the written start time lasts (1 s is
1,000,000). `may_be_later`: seconds by which the call may have begun later than `start_time`: its local time came twice
as summer time ended, and nothing in the file tells which of the two it was; null where the time is one.
Numbers and `upstream`, `downstream` are as written: a carrier_id, a trunk name, an address (a port or channel suffix
already taken off); `customer` is the carrier's own customer where the file itself says so. `release_code`: SIP status
(three digits) or Q.850 cause (one to three digits below 128), else the switch's own word. Empty strings are never used:
unknown is null.
"""

ROWS = pl.Schema(
    {
        "file": pl.Int32,
        "row": pl.Int64,
        "call": pl.Int64,
        "fate": pl.String,
        "reasons": pl.List(pl.String),
        "raw": pl.Binary,
    }
)
"""The account of every row of a group of files: which call it went into, or why it did not.

`fate` is a `Fate`; `call` is set for accepted rows only; `reasons` is set for rejected rows (all that apply). `raw` is
the row's bytes without line end; it may be null where the pipeline can read the line again from the file.
"""

STATEMENTS = pl.Schema(
    {
        "batch": pl.String,
        "row": pl.Int64,
        "carrier": pl.String,
        **_CALL_FACTS,
        "calling": pl.Int64,
        "called": pl.Int64,
        "egress_calling": pl.Int64,
        "egress_called": pl.Int64,
        "redirecting": pl.Int64,
        "outcome": pl.String,
        "upstream": pl.String,
        "customer": pl.String,
        "downstream": pl.String,
        "upstream_trunk": pl.String,
        "downstream_trunk": pl.String,
        "lrn": pl.String,
        "npdi": pl.Boolean,
        "fingerprint": pl.UInt64,
    }
)
"""One accepted statement. (`batch`, `row`) is its identity.

`calling` .. `redirecting` are number keys (see `hoptrace.model.numbers`); `egress_*` are null where the carrier did not
change the number. `upstream` and `downstream` are carrier_ids or null; `upstream_trunk` and `downstream_trunk` the
trunk or address as written, where one was; of a call delivered to what the carrier's profile calls its own side there
is none. `customer` set means: this carrier says that its own customer placed the call.
`lrn`: the routing number beside the called one, as written; it is never joined on. `npdi`: the called number is said to
have been looked up for it. A masked caller has a key that says which numbers it may be (`hoptrace.model.number_masks`).
`fingerprint` hashes everything the carrier said, so that a re-sent row is known again.
"""
