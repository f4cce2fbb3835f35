"""Which column is which in an Asterisk CDR file, as its header or a profile says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from hoptrace.errors import InputRefused, ProfileInvalid
from hoptrace.intake.formats.asterisk.column_names import canonical_name
from hoptrace.intake.profile import Profile


@dataclass(frozen=True, slots=True)
class Layout:
    """Column names in order; `why` says how they were found."""

    columns: tuple[str, ...]
    why: str

    def index(self, column: str) -> int | None:
        """Where a column stands, None where the layout does not have it."""
        return self.columns.index(column) if column in self.columns else None


def rejoined(cells: Sequence[str], layout: Layout) -> list[str] | None:
    """A row wider than its header, as the arguments of Dial stand in it without quotes (Grandstream's CDR API)."""
    at, more = layout.index("lastdata"), len(cells) - len(layout.columns)
    if at is None or more <= 0:
        return None
    return [*cells[:at], ",".join(cells[at : at + more + 1]), *cells[at + more + 1 :]]


def header_layout(cells: Sequence[str]) -> Layout:
    """The layout that a header names; a column that has the usual name goes before others that mean the same.

    VitalPBX's table has both `src` and `source`, `dst` and `destination`.
    """
    written = [cell.strip().strip('"').lower() for cell in cells]
    usual = set(written)
    names = (canonical_name(name) for name in written)
    return Layout(
        tuple(name if name == cell or name not in usual else cell for name, cell in zip(names, written, strict=True)),
        "by its header",
    )


def profile_layout(profile: Profile, file_name: str) -> Layout | None:
    """The layout that a profile gives for a file, None where it gives none; raises ProfileInvalid."""
    if not profile.layouts:
        return None
    base = PurePath(file_name).name
    for pattern, layout in profile.files.items():
        if fnmatchcase(base, pattern):
            if layout not in profile.layouts:
                raise ProfileInvalid(
                    f"profile {profile.name}: files.{pattern} names layout {layout}, which is not there."
                )
            return Layout(tuple(map(canonical_name, profile.layouts[layout])), f"layout {layout} of the profile")
    if len(profile.layouts) == 1 and not profile.files:
        name, columns = next(iter(profile.layouts.items()))
        return Layout(tuple(map(canonical_name, columns)), f"layout {name} of the profile")
    return None


def no_layout(file_name: str, widths: Sequence[int]) -> InputRefused:
    """The refusal of a file whose columns nobody can tell."""
    seen = ", ".join(map(str, sorted(widths)[:5])) or "no"
    return InputRefused(
        f"{file_name}: the columns cannot be told from the values (rows of {seen} columns). Give a profile whose "
        "layout names them in order, see docs/formats/asterisk.md, or send the file with its header."
    )
