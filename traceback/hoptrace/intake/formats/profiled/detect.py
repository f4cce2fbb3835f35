"""By what a file is known to be one that a profile describes: its header, or the look of its lines."""

from __future__ import annotations

import codecs
import re

from hoptrace.intake.formats.canonical.columns import plain_name
from hoptrace.intake.formats.text.splitting import split
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import HEAD_BYTES, Detection, Source

_LOOKED_AT = 50
_LEAST_SHARE = 0.5
_FEWEST = 3
"""Fewer names that fit may be chance."""
SURE_OF_HEADER, SURE_OF_LINES = 0.95, 0.9


def claim(name: str, profile: Profile, source: Source, head: bytes) -> Detection | None:
    """The claim of a profile on a file, by what its `[detect]` says."""
    del source
    lines = [line for line in _lines(head) if line.strip() and not line.startswith(profile.file.comments)][:_LOOKED_AT]
    if not lines:
        return None
    return _by_header(name, profile, lines[0]) or _by_lines(name, profile, lines)


def has_every_column(name: str, profile: Profile, head: bytes) -> Detection | None:
    """The claim of a profile without `[detect]`: the first line names every column that its fields name."""
    wanted = {plain_name(c) for _, rule in profile.rules() for c in rule.columns if isinstance(c, str)}
    lines = [line for line in _lines(head) if line.strip() and not line.startswith(profile.file.comments)]
    told = profile.detect.header or profile.detect.pattern is not None
    if told or profile.format != "delimited" or profile.file.header is False or len(wanted) < _FEWEST or not lines:
        return None
    if not wanted <= {plain_name(each) for each in split(lines[0], profile.file.delimiter)}:
        return None
    return Detection(name, SURE_OF_LINES, f"its header has all {len(wanted)} columns that the profile names")


def _lines(head: bytes) -> list[str]:
    """The whole lines of a file's first bytes, which may end in the middle of one."""
    text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace("\0", "")
    return text.splitlines()[:-1] if len(head) >= HEAD_BYTES else text.splitlines()


def _by_header(name: str, profile: Profile, line: str) -> Detection | None:
    wanted = [plain_name(each) for each in profile.detect.header]
    has = {plain_name(each) for each in split(line, profile.file.delimiter)}
    if not wanted or not set(wanted) <= has:
        return None
    shown = ", ".join(profile.detect.header[:4])
    return Detection(name, SURE_OF_HEADER, f"its header has {shown}{' ...' if len(wanted) > 4 else ''}")


def _by_lines(name: str, profile: Profile, lines: list[str]) -> Detection | None:
    if profile.detect.pattern is None:
        return None
    fits = sum(re.search(profile.detect.pattern, line) is not None for line in lines)
    if fits < _LEAST_SHARE * len(lines):
        return None
    return Detection(name, SURE_OF_LINES, f"{fits} of its first {len(lines)} lines have the look of it")
