"""What all parts of a profile have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Position = Annotated[int, Field(ge=1, le=10_000)]
"""A column by its place, counted from 1."""

Ref = str | Position
"""A column by its name or by its place."""


class Part(BaseModel):
    """A table of a profile: unknown keys are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def refs(named: Ref | tuple[Ref, ...] | None) -> tuple[Ref, ...]:
    """One column or several, as several."""
    if named is None:
        return ()
    return named if isinstance(named, tuple) else (named,)
