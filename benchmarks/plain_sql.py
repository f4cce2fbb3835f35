"""The SQL that a user would write instead: walk upstream by exact matches, in DuckDB or PostgreSQL.

No clock, no scoring, no evidence, no alternatives: a statement follows another if the two carriers name each other, the
numbers are equal and the times lie within five seconds.
"""

from __future__ import annotations

import io
from typing import Any

import polars as pl

COLUMNS = ("carrier", "upstream", "downstream", "customer", "calling", "called", "start_time")

WALK = """
WITH RECURSIVE trail AS (
  SELECT c.call_ref, s.carrier, s.upstream, s.customer, s.calling, s.called, s.start_time, 1 AS hop
  FROM calls c JOIN statements s ON s.called = c.called AND s.calling = c.calling
    AND s.carrier = c.terminating_carrier
    AND s.start_time BETWEEN c.at - INTERVAL '5 seconds' AND c.at + INTERVAL '5 seconds'
  UNION ALL
  SELECT t.call_ref, s.carrier, s.upstream, s.customer, s.calling, s.called, s.start_time, t.hop + 1
  FROM trail t JOIN statements s ON s.called = t.called AND s.calling = t.calling
    AND s.carrier = t.upstream AND s.downstream = t.carrier
    AND s.start_time BETWEEN t.start_time - INTERVAL '5 seconds' AND t.start_time + INTERVAL '5 seconds'
  WHERE t.hop < 12
)
SELECT count(DISTINCT call_ref) FROM trail WHERE customer IS NOT NULL
"""

_TYPES = {"calling": "BIGINT", "called": "BIGINT", "start_time": "TIMESTAMP WITH TIME ZONE"}


def asked(reported: pl.DataFrame) -> pl.DataFrame:
    """Reported calls with keys and times as the statements have them."""
    number = {name: pl.col(f"{name}_number").str.slice(1).cast(pl.Int64) for name in ("calling", "called")}
    at = pl.col("start_time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f%:z", time_unit="us", time_zone="UTC")
    return reported.select("call_ref", "terminating_carrier", at=at, **number)


def in_duckdb(statements: pl.DataFrame, calls: pl.DataFrame) -> Any:
    """A connection with both as tables in memory."""
    import duckdb  # a benchmark's own need

    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for name, frame in (("statements", statements.select(COLUMNS)), ("calls", calls)):
        database.register("given", frame.to_arrow())
        database.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        database.unregister("given")
    return database


def in_postgres(url: str, statements: pl.DataFrame, calls: pl.DataFrame) -> Any:
    """A psycopg connection to a database with both tables, statements indexed by called number and time."""
    import psycopg  # the extra of the catalog

    database = psycopg.connect(url, autocommit=True)
    for name, frame in (("statements", statements.select(COLUMNS)), ("calls", calls)):
        kinds = ", ".join(f"{column} {_kind(column)}" for column in frame.columns)
        database.execute(f"CREATE TABLE {name} ({kinds})")
        buffer = io.BytesIO()
        frame.write_csv(buffer)
        with database.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv, HEADER true)") as copy:
            copy.write(buffer.getvalue())
    database.execute("CREATE INDEX ON statements (called, start_time)")
    database.execute("ANALYZE")
    return database


def _kind(column: str) -> str:
    return _TYPES.get("start_time" if column == "at" else column, "TEXT")
