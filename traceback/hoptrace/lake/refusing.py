"""What the lake's disk, object store or table throws, told as StorageFailed."""
# pyright: basic
# pyarrow has no type stubs.

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import polars as pl
from deltalake.exceptions import DeltaError

from hoptrace.errors import StorageFailed


@contextmanager
def guard(what: str) -> Generator[None]:
    """Turn what the disk or the table throws into StorageFailed."""
    try:
        yield
    except Exception as error:
        if not _of_storage(error):
            raise
        cause = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise StorageFailed(
            f"The lake could not {what}: {cause}. Nothing of this step was kept. "
            "Check that its place can be reached and written to, and has room."
        ) from error


def _of_storage(error: Exception) -> bool:
    if isinstance(error, (OSError, DeltaError, pl.exceptions.PolarsError)):
        return True
    from pyarrow import ArrowException

    return isinstance(error, ArrowException)
