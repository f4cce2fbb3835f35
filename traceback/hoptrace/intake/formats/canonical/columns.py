"""Which columns a canonical file has, and whether they are enough: the format's own names, or those a profile gives."""

from __future__ import annotations

import csv
import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hoptrace.errors import ColumnMissing, InputRefused
from hoptrace.intake.profile import Profile

REQUIRED = ("start_time", "called_number")
COLUMNS = (
    "start_time",
    "answer_time",
    "duration",
    "calling_number",
    "called_number",
    "egress_calling_number",
    "egress_called_number",
    "redirecting_number",
    "upstream",
    "customer",
    "downstream",
    "call_id",
    "egress_call_id",
    "attestation",
    "orig_id",
    "signer",
    "identity",
    "release_code",
    "record_id",
)
SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one file in their order, and the file's column(s) behind each canonical field."""

    names: tuple[str, ...]
    sources: dict[str, tuple[str, ...]]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns that nobody asks for."""
        used = {name for names in self.sources.values() for name in names}
        return tuple(name for name in self.names if name not in used)


def plain_name(name: str) -> str:
    """A column's name as it is compared: no spaces around, small letters."""
    return name.strip().lower()


def field_column(name: str) -> str:
    """Where a file's column stands in a frame: the space keeps it apart from hoptrace's own columns."""
    return f"field {name}"


def known_names(names: Sequence[str]) -> int:
    """How many of the names are canonical columns."""
    return len({plain_name(name) for name in names} & set(COLUMNS))


def split_header(line: str) -> tuple[str, list[str]]:
    """The separator under which a header shows most canonical columns, and its names."""
    tries: list[tuple[str, list[str]]] = []
    for separator in SEPARATORS:
        rows = [*csv.reader([line], delimiter=separator)]
        tries.append((separator, rows[0] if rows else []))
    return max(tries, key=lambda each: (known_names(each[1]), len(each[1])))


def find_columns(file: str, names: Sequence[str], profile: Profile) -> Columns:
    """The file's columns by canonical field; raises InputRefused or ColumnMissing where they are not enough."""
    plain = tuple(plain_name(name) for name in names)
    twice = sorted(name for name, times in Counter(plain).items() if times > 1 and name)
    if twice:
        raise InputRefused(f"{file}: the header names {_listed(twice)} more than once. Keep one column of each name.")
    sources: dict[str, tuple[str, ...]] = {}
    for column in COLUMNS:
        named = tuple(plain_name(name) for name in profile.columns_of(column, (column,)))
        present = tuple(name for name in named if name in plain)
        if present:
            sources[column] = present
    if not sources:
        raise InputRefused(
            f"{file}, line 1: no header: none of {_listed(list(names)[:5])} is a canonical column. "
            f"The first line must name the columns, at least {_listed(REQUIRED)}."
        )
    missing = [column for column in REQUIRED if column not in sources]
    if missing:
        mapped = [column for column in missing if column in profile.fields]
        if mapped:
            wanted = _listed(profile.columns_of(mapped[0]))
            raise ColumnMissing(
                f"{file}, line 1: the profile takes {mapped[0]} from {wanted}, which the header does not have. "
                f"It has {_listed(list(plain)[:20])}."
            )
        raise ColumnMissing(_missing(file, missing, plain, {name for names in sources.values() for name in names}))
    return Columns(plain, sources)


def _missing(file: str, missing: Sequence[str], names: Sequence[str], used: set[str]) -> str:
    free = [name for name in names if name not in used and name]
    hints: list[str] = []
    for column in missing:
        near = difflib.get_close_matches(column, free, n=1, cutoff=0.6)
        hints += (
            [f"«{near[0]}» may be meant as {column}: rename it, or map it in a profile's [fields]."] if near else []
        )
    what = "column" if len(missing) == 1 else "columns"
    return f"{file}, line 1: the required {what} {_listed(missing)} is missing. " + (
        " ".join(hints) or f"The header has {_listed(list(names)[:20])}; add the column and submit again."
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name if len(name) <= 40 else name[:40] + "…" for name in names)
