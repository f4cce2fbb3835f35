"""The Spark engine: the same parts, a few of them each task of a cluster.

Nothing of the records is shuffled. The lake is sorted by called number already, so each task reads the few row groups
that its own calls need, forwarded legs included, at the version that the run is pinned to. docs/scale.md has the why
and the how.
"""
# pyright: basic
# pyspark's types are partial, and the extra may be missing.

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from hoptrace.engines.partition import Part, Pinned, runs_of, trace_run
from hoptrace.errors import EngineFailed, MissingExtra

TRACED = "part int, packed binary"


def run(pinned: Pinned, parts: Sequence[Part], master: str) -> Iterator[tuple[int, bytes]]:
    """Trace parts on a Spark cluster (`master`: spark://HOST:PORT, local[N], local-cluster[N,CORES,MB] ...).

    Raises MissingExtra without pyspark, EngineFailed where the cluster cannot be reached or a task fails.
    """
    session = _session(master)
    try:
        runs = list(runs_of(parts, session.sparkContext.defaultParallelism))
        rows = session.createDataFrame(
            [(run[0].number, pickle.dumps(run)) for run in runs], schema="run int, parts binary"
        )
        # One task a run: as many as there are runs, in their order.
        spread = rows.repartitionByRange(len(runs), "run")
        traced = spread.mapInArrow(_Task(pinned), TRACED)
        for number, packed in traced.toLocalIterator(prefetchPartitions=True):
            yield number, bytes(packed)
    except Exception as error:
        raise _failed(error, master) from error
    finally:
        session.stop()


class _Task:
    """What a task does with the parts that it is given; pickled to the executors."""

    def __init__(self, pinned: Pinned) -> None:
        self._pinned = pinned

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            for parts in batch.column("parts").to_pylist():
                # Our own driver wrote these bytes.
                for number, packed in trace_run(self._pinned, pickle.loads(parts)):
                    columns = {"part": pa.array([number], pa.int32()), "packed": pa.array([packed], pa.binary())}
                    yield pa.RecordBatch.from_pydict(columns)


def _session(master: str) -> Any:
    try:
        from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports, reportUnknownVariableType] # extra
    except ImportError as error:
        raise MissingExtra("Tracing on Spark needs pyspark. Install it with: pip install 'hoptrace[spark]'") from error
    # Executors on this machine run this Python, with what it finds.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    path = os.pathsep.join(entry for entry in sys.path if entry)
    builder = SparkSession.builder.master(master).appName("hoptrace")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1",
    }
    if master.startswith("local"):
        settings |= {"spark.executorEnv.PYTHONPATH": path, "spark.driver.host": "127.0.0.1"}
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ["PYTHONPATH"] = path
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise _failed(error, master) from error


def _failed(error: Exception, master: str) -> Exception:
    from hoptrace.errors import HoptraceError

    if isinstance(error, HoptraceError):
        return error
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    why = next((line for line in reversed(lines) if "Error" in line or "Exception" in line), (lines or ["?"])[0])
    return EngineFailed(
        f"Spark at {master} could not trace the calls: {why[:300]}. Finished parts are kept: solve this and give the "
        "same command again."
    )
