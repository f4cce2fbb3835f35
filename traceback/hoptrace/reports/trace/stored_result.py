"""A result of a trace as the catalog keeps it, read back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from hoptrace.model.verdicts import TraceResult


def result_from_dict(data: Mapping[str, Any]) -> TraceResult:
    """The result as the catalog keeps it (JSON) back as a `TraceResult`; unknown fields are ignored.

    Raises pydantic's `ValidationError` (a `ValueError`) where a required field is missing or of the wrong kind.
    """
    return _results().validate_python(dict(data))


@cache
def _results() -> TypeAdapter[TraceResult]:
    # Making one takes longer than a report may.
    return TypeAdapter(TraceResult)
