"""The shape of an unknown delimited file: its delimiter, its quotes, whether it has a header, with the evidence."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hoptrace.errors import FormatUnknown
from hoptrace.intake.detect import readable_head
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.profiles.file_rules import Quoting
from hoptrace.intake.reading import HEAD_BYTES, Source

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MOST_LINES = 500
"""Lines of the file that a draft is made from."""

_LEAST_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class FileShape:
    """How the file is written: `names` of its columns (empty without a header), `rows` of cells, and why."""

    delimiter: str
    quoting: Quoting
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int
    why: tuple[str, ...]
    """Of delimiter, quotes and header, in this order."""

    def column(self, at: int) -> list[str]:
        """The cells of a column, counted from 0, stripped."""
        return [row[at].strip() for row in self.rows]


def shape_of(source: Source) -> FileShape:
    """The shape of a file; raises FormatUnknown where no delimiter divides its lines evenly."""
    lines = _lines(source)
    quoting, why_quoting = _quoting(lines)
    delimiter, width, why_delimiter = _delimiter(source, lines, quoting)
    cells = [_cells(line, delimiter, quoting) for line in lines]
    even = [tuple(row) for row in cells if len(row) == width]
    has_header, why_header = _header(even)
    names = tuple(name.strip() for name in even[0]) if has_header else ()
    rows = tuple(even[1:] if has_header else even)
    if not rows:
        raise FormatUnknown(f"{source.name}: there is a header and no row to learn from. Draft from a longer file.")
    return FileShape(delimiter, quoting, names, rows, width, (why_delimiter, why_quoting, why_header))


def _lines(source: Source) -> list[str]:
    head = readable_head(source)
    text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace("\0", "")
    lines = text.splitlines()
    # The head may end in the middle of a line.
    whole = lines[:-1] if len(head) >= HEAD_BYTES else lines
    spoken = [line for line in whole if line.strip()][:MOST_LINES]
    if not spoken and head.strip():
        raise FormatUnknown(
            f"{source.name}: its first {HEAD_BYTES >> 10} KiB have no line end, so that it has no rows to learn from. "
            "Submit what the switch or the export wrote itself."
        )
    if not spoken:
        raise FormatUnknown(f"{source.name} is empty: there is nothing to draft a profile from.")
    return spoken


def _quoting(lines: Sequence[str]) -> tuple[Quoting, str]:
    quoted = sum('"' in line for line in lines)
    if any(f"\\{mark}" in line for line in lines for mark in DELIMITERS) and not quoted:
        return Quoting.BACKSLASH, "delimiters in values stand behind a backslash"
    if not quoted:
        return Quoting.STANDARD, "no line has a quote"
    broken = sum(not _is_csv(line) for line in lines)
    if broken and _evenness(lines, split_tolerant) > _evenness(lines, split):
        return Quoting.UNESCAPED, f"{broken} of {len(lines)} lines have quotes in quoted fields that are not doubled"
    told = f", {broken} of them not as RFC 4180 wants them" if broken else ", all as RFC 4180 wants them"
    return Quoting.STANDARD, f"{quoted} of {len(lines)} lines have quotes{told}"


def _evenness(lines: Sequence[str], way: Callable[[str, str], list[str]]) -> float:
    """The largest share of lines that some delimiter divides into equally many cells."""
    shares: list[float] = []
    for delimiter in DELIMITERS:
        widths = Counter(len(way(line, delimiter)) for line in lines if delimiter in line)
        shares.append(max(widths.values(), default=0) / len(lines))
    return max(shares)


def _is_csv(line: str) -> bool:
    for delimiter in DELIMITERS:
        try:
            next(csv.reader((line,), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            continue
        return True
    return False


def _cells(line: str, delimiter: str, quoting: Quoting) -> list[str]:
    if quoting is Quoting.UNESCAPED:
        return split_tolerant(line, delimiter)
    if quoting is Quoting.BACKSLASH:
        aside = line.replace("\\\\", "\x01").replace(f"\\{delimiter}", "\x02")
        return [cell.replace("\x02", delimiter).replace("\x01", "\\") for cell in aside.split(delimiter)]
    return split(line, delimiter)


def _delimiter(source: Source, lines: Sequence[str], quoting: Quoting) -> tuple[str, int, str]:
    tries: list[tuple[float, int, str]] = []
    for delimiter in DELIMITERS:
        widths = Counter(len(_cells(line, delimiter, quoting)) for line in lines)
        width, often = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        tries.append((often / len(lines) if width > 1 else 0.0, width, delimiter))
    share, width, delimiter = max(tries, key=lambda each: (each[0] >= _LEAST_SHARE, each[1] * each[0], each[0]))
    if share < _LEAST_SHARE:
        raise FormatUnknown(
            f"{source.name}: neither comma, semicolon, tab nor bar divides its lines evenly. For a fixed-width or "
            "key=value file write the profile by hand, see docs/formats/profiles.md."
        )
    often = round(share * len(lines))
    return delimiter, width, f"by the {DELIMITERS[delimiter]} {often} of {len(lines)} lines have {width} fields"


def _header(rows: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """A first line that is all words, over columns that are not."""
    first, rest = rows[0], rows[1:]
    worded = [at for at, cell in enumerate(first) if cell.strip() and not any(map(str.isdigit, cell))]
    with_digits = [at for at in range(len(first)) if any(any(map(str.isdigit, row[at])) for row in rest)]
    changed = [at for at in worded if at in with_digits]
    if len(worded) >= len([cell for cell in first if cell.strip()]) * 0.7 and len(changed) >= 2:
        return True, f"the first line has words, {len(changed)} of its columns have digits below"
    return False, "the first line looks like those below it"
