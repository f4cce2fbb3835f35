"""Which rows carry a call, and how rows of several kinds are laid out."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from hoptrace.intake.profiles.column_rules import FieldRule
from hoptrace.intake.profiles.part import Part, Position, Ref


class Layout(Part):
    """Rows of one kind: of these `types`, of these numbers of `columns`, or both.

    `names`: the key in `[layouts]` that names their columns. `fields`: what stands elsewhere than `[fields]` says.
    """

    types: tuple[str, ...] = ()
    columns: tuple[Position, ...] = ()
    names: str | None = None
    fields: dict[str, FieldRule] = Field(default_factory=dict[str, FieldRule])


class RecordRules(Part):
    """Which rows carry a call.

    `type`: the column whose text tells; rows of a type in `skip` carry no call, and where `call` is given only those
    in it do. `others`: what becomes of types that neither names. `columns`: the numbers of columns that rows may have.
    `layout`: rows of different kinds, the first that fits counts.
    """

    type: Ref | None = None
    call: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    others: Literal["reject", "skip"] = "reject"
    columns: tuple[Position, ...] = ()
    layout: tuple[Layout, ...] = ()


class LegRules(Part):
    """How rows make calls.

    `rule`: "row", one row a call; "attempt", one row for each route that was tried; "joined", one row a leg. Legs are
    joined by the text of `id`; the text of `direction` says which came in and which went out.
    """

    rule: Literal["row", "attempt", "joined"] = "row"
    id: Ref | None = None
    direction: Ref | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()


class CauseRules(Part):
    """What the release code means: `scheme` "sip", "q850" or "q850_hex"; `table` maps the switch's own codes to it."""

    scheme: Literal["sip", "q850", "q850_hex", "word"] = "word"
    table: dict[str, str] = Field(default_factory=dict[str, str])


class DetectRules(Part):
    """By what a file of this kind is known.

    `header`: names that its header must have, all of them. `pattern`: a regular expression that most of the first
    lines must fit. `customisable`: the columns are the operator's choice, so that it is never taken without being
    named.
    """

    header: tuple[str, ...] = ()
    pattern: str | None = None
    customisable: bool = False

    @field_validator("pattern")
    @classmethod
    def _is_regex(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        return pattern
