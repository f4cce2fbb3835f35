"""Kamailio's acc_json: one JSON object a line, bare or behind a syslog prefix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import orjson

from hoptrace.intake.formats.acc.events import Origin
from hoptrace.intake.formats.acc.gather import Gathering
from hoptrace.intake.formats.acc.lines import CUT, Line, head_lines, lines_of
from hoptrace.intake.reading import Chunk, Context, Detection, Source

CALL_ID = ("callid", "call_id")
MARKS = (b'"callid"', b'"call_id"', b'"from_tag"', b'"method"', b'"sip_code"')

TABLE = re.compile(rb'(?:\{|\]\s*,)\s*(?:"(?:type|name|database)"\s*:\s*"[^"]*"\s*,\s*)*"\w+"\s*:\s*\[(?=\s*[{\]])')
"""What comes before the rows of an exported table: `{"acc": [`, or as phpMyAdmin has it, after the table's name."""

ARRAY = re.compile(rb"[\xef\xbb\xbf\s]*(?:\[\s*\{|%b)" % TABLE.pattern)
"""How a file begins that is no log, but one array of rows (`hoptrace.intake.formats.acc.table_json`)."""


class AccJson:
    """Reads acc_json lines; lines of a syslog file that hold no JSON object are skipped."""

    name = "acc_json"
    title = "Kamailio accounting, JSON by syslog (acc_json)"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file with at least one line that holds a JSON object with method, from_tag and Call-ID."""
        if ARRAY.match(head) is not None:
            return None
        lines = head_lines(head)
        found = sum(1 for text in lines if _is_accounting(_object_of(text)))
        if not found:
            return None
        return Detection(self.name, 0.97, f"{found} of its first {len(lines)} lines are acc_json objects")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The calls of a group of files; raises TimezoneMissing and InputRefused."""
        with Gathering(sources, context) as gathering:
            for source in sources:
                for line in lines_of(source):
                    self._line(source, line, gathering)
        yield from gathering.chunks()

    def _line(self, source: Source, line: Line, gathering: Gathering) -> None:
        origin = Origin(source.index, line.number, line.raw)
        found = _object_of(line.text)
        if found is not None and ("method" in found or any(found.get(name) for name in CALL_ID)):
            gathering.take(origin, tuple(found), tuple(found.values()))
        elif found is not None or not any(mark in line.raw for mark in MARKS):
            gathering.skip(origin)
        else:
            gathering.reject(origin, "the JSON object cannot be read" if line.ended else CUT)


def _object_of(text: str) -> dict[str, Any] | None:
    start = text.find("{")
    if start < 0:
        return None
    try:
        value: Any = orjson.loads(text[start:])
    except ValueError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _is_accounting(found: Mapping[str, object] | None) -> bool:
    if found is None or not any(found.get(name) for name in CALL_ID):
        return False
    return ("method" in found and "from_tag" in found) or ("start_time" in found and "end_time" in found)
