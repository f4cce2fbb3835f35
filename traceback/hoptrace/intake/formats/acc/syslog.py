"""Kamailio and OpenSIPS accounting by syslog: `ACC: transaction answered: timestamp=...;method=INVITE;...`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from hoptrace.intake.formats.acc.events import Origin
from hoptrace.intake.formats.acc.gather import Gathering
from hoptrace.intake.formats.acc.lines import CUT, Line, head_lines, lines_of
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_ACCOUNTING = re.compile(r"\bACC: (?P<what>[A-Za-z][A-Za-z _-]{0,60}): (?P<pairs>.*)", re.DOTALL)
_CUT_ACCOUNTING = re.compile(r"\bACC:(?: |$)|\bacc_log_request\(\)")
_LEARN_LINES = 1_000
_CALL_ID = ("call_id", "callid")


@dataclass(slots=True)
class _Shapes:
    """The keys that each kind of line has, in order: a line that stops inside them was cut by a length limit."""

    longest: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def cut(self, what: str, keys: tuple[str, ...]) -> bool:
        """Whether a line of the kind `what` stops inside the keys that such lines had so far."""
        usual = self.longest.get(what, ())
        if len(keys) >= len(usual):
            self.longest[what] = keys
            return False
        return usual[: len(keys)] == keys


class AccSyslog:
    """Reads key=value accounting lines out of a syslog file; other daemons' lines are skipped."""

    name = "acc_syslog"
    title = "Kamailio or OpenSIPS accounting, key=value by syslog"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file with at least one accounting line that names a Call-ID."""
        found = sum(1 for text in head_lines(head) if (pairs := _pairs_of(text)) and _has_call_id(pairs[1]))
        if not found:
            return None
        return Detection(self.name, 0.97, f"{found} of its first lines are acc log lines with a Call-ID")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The calls of a group of syslog files; raises TimezoneMissing and InputRefused."""
        with Gathering(sources, context) as gathering:
            for source in sources:
                shapes = self._shapes(source)
                for line in lines_of(source):
                    self._line(source, line, shapes, gathering)
        yield from gathering.chunks()

    def _shapes(self, source: Source) -> _Shapes:
        """What whole lines look like, learned from the file's beginning, so that even its first line can be judged."""
        shapes = _Shapes()
        for line in islice(lines_of(source), _LEARN_LINES):
            if (found := _pairs_of(line.text)) and _has_call_id(found[1]):
                shapes.cut(found[0], tuple(found[1]))
        return shapes

    def _line(self, source: Source, line: Line, shapes: _Shapes, gathering: Gathering) -> None:
        origin = Origin(source.index, line.number, line.raw)
        text = line.text
        found = _pairs_of(text) if "ACC: " in text else None
        if found is None:
            cut = _CUT_ACCOUNTING.search(text) is not None
            gathering.reject(origin, _cut(line)) if cut else gathering.skip(origin)
            return
        what, pairs = found
        if not line.ended:
            gathering.reject(origin, CUT)
        elif shapes.cut(what, tuple(pairs)):
            gathering.reject(origin, _cut(line))
        elif not _has_call_id(pairs) and "start_time" not in pairs:
            gathering.reject(origin, "no Call-ID")
        else:
            origin = Origin(source.index, line.number, line.raw, missed=what == "call missed")
            gathering.take(origin, tuple(pairs), tuple(pairs.values()))


def _cut(line: Line) -> str:
    return "the line is cut" if line.ended else CUT


def _pairs_of(text: str) -> tuple[str, dict[str, str]] | None:
    """What kind of accounting line it is, and its values; a value may itself hold semicolons (URI parameters)."""
    match = _ACCOUNTING.search(text)
    if match is None:
        return None
    pairs: dict[str, str] = {}
    last = ""
    for piece in match["pairs"].split(";"):
        key, equals, value = piece.partition("=")
        key = key.strip()
        if equals and key.isidentifier():
            last = key
            pairs.setdefault(key, value)
        elif last:
            pairs[last] = f"{pairs[last]};{piece}"
    return (match["what"], pairs) if pairs else None


def _has_call_id(pairs: dict[str, str]) -> bool:
    return any(pairs.get(name) for name in _CALL_ID)
