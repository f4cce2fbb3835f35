"""The tables of the catalog: carriers, trunks, commits, batches, withdrawals, rejected rows, clocks, certificates,
profiles, traces.

Times are UTC.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

METADATA = MetaData()


class CommitState(StrEnum):
    """`pending` from before the lake is written until after it; then `in`."""

    PENDING = "pending"
    IN = "in"


CARRIERS = Table(
    "carriers",
    METADATA,
    Column("carrier_id", String, primary_key=True),
    Column("name", String, nullable=False, default=""),
    Column("country", String, nullable=False, default=""),
    Column("ocn", String, nullable=False, default=""),
    Column("spc", String, nullable=False, default=""),
    Column("rmd_number", String, nullable=False, default=""),
    Column("frn", String, nullable=False, default=""),
    Column("contact_email", String, nullable=False, default=""),
    Column("timezone", String, nullable=False, default=""),
    Column("aliases", JSON, nullable=False, default=dict),
    Column("listed", Boolean, nullable=False, default=True),
)

TRUNKS = Table(
    "trunks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("carrier_id", String, ForeignKey("carriers.carrier_id"), nullable=False, index=True),
    Column("trunk", String, nullable=False),
    Column("peer", String),
    Column("customer", String),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
)

COMMITS = Table(
    "commits",
    METADATA,
    Column("commit_id", String, primary_key=True),
    Column("carrier_id", String, nullable=False),
    Column("state", String, nullable=False),  # pending until the lake has it, then in
    Column("lake_version", Integer),  # the version of the lake from which on it is in; known before of a withdrawal
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("ix_commits_state", "state"),
    Index("ix_commits_lake_version", "lake_version"),
)

BATCHES = Table(
    "batches",
    METADATA,
    Column("batch", String, primary_key=True),
    Column("commit_id", String, ForeignKey("commits.commit_id"), nullable=False, index=True),
    Column("carrier_id", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("first_time", DateTime(timezone=True)),
    Column("last_time", DateTime(timezone=True)),
    Column("statements", BigInteger, nullable=False),
    Column("receipt", JSON, nullable=False),
    Column("header", LargeBinary),  # the header line of a text file some of whose rows were rejected
    UniqueConstraint("carrier_id", "digest"),
)

WITHDRAWALS = Table(
    "withdrawals",
    METADATA,
    Column("batch", String, ForeignKey("batches.batch"), primary_key=True),
    Column("commit_id", String, ForeignKey("commits.commit_id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
)

NAMED_CARRIERS = Table(
    "named_carriers",
    METADATA,
    Column("carrier_id", String, primary_key=True),  # named as a neighbour by some statement
)

REJECTED_ROWS = Table(
    "rejected_rows",
    METADATA,
    Column("batch", String, ForeignKey("batches.batch"), primary_key=True),
    Column("row", BigInteger, primary_key=True),
    Column("raw", LargeBinary, nullable=False),
    Column("reasons", JSON, nullable=False),
)

CLOCK_VERSIONS = Table(
    "clock_versions",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("lake_version", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("weights", JSON, nullable=False, server_default="{}"),  # of comparisons, where they were learned
)

CLOCKS = Table(
    "clocks",
    METADATA,
    Column("version", Integer, ForeignKey("clock_versions.version"), primary_key=True),
    Column("carrier_id", String, primary_key=True),
    Column("offset", Float, nullable=False),  # seconds that the carrier's clock runs fast, at `reference`
    Column("spread", Float, nullable=False),  # seconds, robust standard deviation of the residuals
    Column("matches", BigInteger, nullable=False),  # matched pairs that it rests on
    Column("drift", Float, nullable=False, server_default="0"),  # seconds that it gains in a day
    Column("reference", Float, nullable=False, server_default="0"),  # epoch seconds
    Column("hours", Float, nullable=False, server_default="0"),  # whole, half or quarter hours within the offset
    Column("start_is_answer", Boolean, nullable=False, server_default=false()),
    Column("tick", Float),  # seconds to which its times are cut, where the records do not say so
)

CLOCK_SHIFTS = Table(
    "clock_shifts",
    METADATA,
    Column("version", Integer, ForeignKey("clock_versions.version"), primary_key=True),
    Column("batch", String, primary_key=True),
    Column("carrier_id", String, nullable=False),
    Column("shift", Float, nullable=False),  # seconds that the batch's times run fast beyond the carrier's clock
    Column("matches", BigInteger, nullable=False),
)

CERTIFICATES = Table(
    "certificates",
    METADATA,
    Column("version", Integer, primary_key=True),  # counts up; what was loaded is never changed
    Column("fingerprint", String, nullable=False, index=True),  # SHA-256 of the DER form, hexadecimal
    Column("url", String),  # x5u, where the file says from where it was fetched
    Column("anchor", Boolean, nullable=False),
    Column("pem", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False),
)

PROFILES = Table(
    "profiles",
    METADATA,
    Column("carrier_id", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True),  # counts up from 1; what was added is never changed
    Column("text", Text, nullable=False),  # TOML
    Column("added_at", DateTime(timezone=True), nullable=False),
)

TRACES = Table(
    "traces",
    METADATA,
    Column("trace_id", Integer, primary_key=True),
    Column("call_ref", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("campaign", String),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("result", JSON, nullable=False),  # null where it stands in a frame
    Column("frame_id", Integer),  # of trace_frames
    Column("line", Integer),  # which of the frame's, from 0
    Index("ix_traces_call_ref", "call_ref"),
)

TRACE_FRAMES = Table(
    "trace_frames",
    METADATA,
    Column("frame_id", Integer, primary_key=True),
    Column("lines", LargeBinary, nullable=False),  # a result a line, as one frame of Zstandard
)
