"""In which line of a TOML file a key stands, so that an error can name it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'[^']*'")

Path = tuple[str | int, ...]


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table and key of a TOML text; those inside an inline table are not looked for."""
    lines: dict[Path, int] = {}
    arrays: Counter[Path] = Counter()
    table: Path = ()
    open_brackets, in_text = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if in_text:
            in_text = "" if line.count(in_text) % 2 else in_text
            continue
        if open_brackets == 0:
            header, key = _TABLE.match(line), _KEY.match(line)
            if header is not None:
                table = _numbered(_parts(header[2]), header[1] == "[[", arrays)
                lines.setdefault(table, number)
                continue
            if key is not None:
                lines.setdefault((*table, *_parts(key[1])), number)
        in_text = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
        if not in_text:
            bare = _STRING.sub("", line).split("#", 1)[0]
            open_brackets = max(0, open_brackets + sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}"))
    return lines


def line_of(lines: dict[Path, int], path: Sequence[str | int]) -> int | None:
    """The line of a key, or of the nearest one above it; None where nothing of it is written."""
    for length in range(len(path), 0, -1):
        above = tuple(path[:length])
        # A table may be written by the tables inside it alone, [file.columns] without [file].
        found = lines.get(above, min((line for key, line in lines.items() if key[:length] == above), default=None))
        if found is not None:
            return found
    return None


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _numbered(parts: Path, is_array: bool, arrays: Counter[Path]) -> Path:
    """A table's path with the places of the array tables that it is in."""
    whole: Path = ()
    for at, part in enumerate(parts):
        whole = (*whole, part)
        if is_array and at == len(parts) - 1:
            arrays[whole] += 1
        if arrays[whole]:
            whole = (*whole, arrays[whole] - 1)
    return whole
