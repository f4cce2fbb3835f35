"""Lines of a text file: bytes kept, any line end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.reading import Source

_BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line: `number` from 1, `raw` without line end, `text` with undecodable bytes replaced."""

    number: int
    raw: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a file; `complete` is False where the last line has no line end."""

    lines: list[Line]
    complete: bool

    @property
    def unended(self) -> int | None:
        """The number of the last line where it has no line end: a switch is still writing it.

        What stands there may be half of a number or a name, so that it is taken in once the whole line comes.
        """
        return None if self.complete or not self.lines else self.lines[-1].number


def lines_of(source: Source) -> Lines:
    """A file's lines, by LF, CRLF or CR; a byte order mark is kept in `raw` and left out of `text`."""
    data = content_of(source)
    lines = [Line(i, raw, decoded(raw)) for i, raw in enumerate(data.splitlines(), start=1)]
    return Lines(lines, not data or data.endswith((b"\n", b"\r")))


def decoded(raw: bytes) -> str:
    """Text of a line: UTF-8 where it is, else with replacement marks, without NUL bytes."""
    text = raw.removeprefix(_BOM).decode("utf-8", errors="replace")
    return text.replace("\0", "") if "\0" in text else text
