"""The environment: HOPTRACE_*, AWS_* and SOURCE_DATE_EPOCH."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from hoptrace.errors import WorkspaceError


def environment(prefix: str) -> dict[str, str]:
    """The variables with this prefix, by the rest of their names; these may be in capitals or small."""
    told = {name.upper(): value for name, value in sorted(os.environ.items())}
    return {name.removeprefix(prefix).lower(): value for name, value in told.items() if name.startswith(prefix)}


def source_date_epoch() -> datetime | None:
    """The moment that SOURCE_DATE_EPOCH names (seconds since 1970), so that what is made then has the same bytes.

    None where it is not set; raises WorkspaceError where it is no such number.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise WorkspaceError(
            f"SOURCE_DATE_EPOCH={text!r} is not a number of seconds since 1970. Correct or unset it."
        ) from None
