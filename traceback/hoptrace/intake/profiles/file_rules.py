"""How a file is written: delimiter, quotes, header, what is no record, and how its bytes become text."""

from __future__ import annotations

import codecs
from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hoptrace.intake.profiles.part import Part, Position

FixedColumn = tuple[Position, Position]


class Quoting(StrEnum):
    """What a quote or a backslash means in a delimited line."""

    STANDARD = "standard"
    """RFC 4180: a field may stand in double quotes, a quote in it is doubled."""
    NONE = "none"
    """Quotes are characters like any other."""
    UNESCAPED = "unescaped"
    """A field may stand in double quotes, and quotes in it are not doubled."""
    BACKSLASH = "backslash"
    r"""No quotes; a delimiter in a value is `\,` and a backslash `\\`."""


class FileRules(Part):
    r"""How lines are written.

    `delimiter`: one character, or `\t`. `header`: true, false, or "if_present" where some files have one. `encoding`:
    of lines that are not UTF-8. `comments`: what a line begins with that carries no call. `trailing_delimiter`: lines
    end with one. `null`: words that mean nothing is known. `columns`: of a fixed-width file, name = [first, last
    character]. `pair`: what stands between key and value of a key=value file.
    """

    delimiter: str = ","
    quoting: Quoting = Quoting.STANDARD
    header: bool | Literal["if_present"] = True
    encoding: str = "utf-8"
    comments: tuple[str, ...] = ()
    trailing_delimiter: bool = False
    null: tuple[str, ...] = ()
    columns: dict[str, FixedColumn] = Field(default_factory=dict[str, FixedColumn])
    pair: str = "="

    @field_validator("delimiter", "pair")
    @classmethod
    def _is_one_character(cls, text: str) -> str:
        plain = "\t" if text in {r"\t", "tab"} else text
        if len(plain) != 1 or not plain.isascii() or plain in '"\r\n\\\0':
            raise ValueError(f"{text!r} cannot stand between fields; give one character such as , ; | or \\t")
        return plain

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, name: str) -> str:
        try:
            codec = codecs.lookup(name)
        except LookupError:
            raise ValueError(f"{name!r} is not a known encoding; give utf-8, cp1252 or gb18030") from None
        if not getattr(codec, "_is_text_encoding", True) or codec.name.startswith(("utf-16", "utf-32")):
            raise ValueError(f"{name!r} cannot be read line by line; save the file as UTF-8")
        return codec.name

    @field_validator("comments")
    @classmethod
    def _say_something(cls, comments: tuple[str, ...]) -> tuple[str, ...]:
        if any(not comment.strip() for comment in comments):
            raise ValueError("an empty beginning would leave every line out")
        return comments

    @model_validator(mode="after")
    def _columns_are_in_order(self) -> FileRules:
        for name, (first, last) in self.columns.items():
            if last < first:
                raise ValueError(f"columns: {name} ends at {last}, before it begins at {first}")
        return self
