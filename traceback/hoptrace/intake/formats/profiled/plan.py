"""A profile held against one file: which column of the frame each field is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from hoptrace.errors import ColumnMissing
from hoptrace.intake.formats.canonical.columns import plain_name
from hoptrace.intake.profile import Profile
from hoptrace.intake.profiles.column_rules import ColumnRule, FieldRule, rule_of
from hoptrace.intake.profiles.part import Ref
from hoptrace.intake.profiles.record_rules import Layout
from hoptrace.intake.profiles.soundness import NEEDED


def place(position: int) -> str:
    """The frame's column of a position, counted from 1."""
    return f"c{position}"


def named(name: str) -> str:
    """The frame's column of a key=value or fixed-width file's column."""
    return f"n {plain_name(name)}"


@dataclass(frozen=True, slots=True)
class Names:
    """Where a file's columns stand in the frame: `places` by plain name; without, every name stands for itself."""

    places: dict[str, int] | None

    @classmethod
    def of(cls, names: Sequence[str]) -> Names:
        """The names of a delimited file's columns, in their order; of a repeated name the first counts."""
        places: dict[str, int] = {}
        for at, name in enumerate(names, start=1):
            places.setdefault(plain_name(name), at)
        return cls(places)

    def find(self, column: Ref) -> str | None:
        """The frame's column, or None where the file has none of that name."""
        if isinstance(column, int):
            return place(column)
        if self.places is None:
            return named(column)
        at = self.places.get(plain_name(column))
        return None if at is None else place(at)


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows that are laid out alike: the columns behind each of their fields, best first; those that are missing are
    left out."""

    fields: dict[str, tuple[ColumnRule, tuple[str, ...]]]
    types: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked at in a file: kinds of rows, the first that fits counts, and the columns beside the fields."""

    kinds: tuple[Kind, ...]
    type: str | None
    zone: tuple[ColumnRule, tuple[str, ...]] | None
    clock: str | None
    leg_id: str | None
    direction: str | None
    dedupe: tuple[str, ...]
    used: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def last_place(self) -> int:
        """The highest position that a needed field stands at."""
        found = [int(c[1:]) for kind in self.kinds for name in NEEDED for c in kind.fields[name][1] if c[0] == "c"]
        return max(found, default=1)


def plan_of(file: str, profile: Profile, header: Sequence[str] | None) -> Plan:
    """The plan for a file; `header` are its column names where it has them. Raises ColumnMissing."""
    base = _names(profile, header, None, file)
    layouts = profile.records.layout or (Layout(),)
    kinds = tuple(_kind(file, profile, layout, header) for layout in layouts)
    zone = profile.time.zone
    whole = Plan(
        kinds=kinds,
        type=_one(file, base, profile.records.type, "records.type"),
        zone=None if zone is None else _needed(file, "time.zone", rule_of(zone), base),
        clock=None if profile.time.clock is None else base.find(profile.time.clock.column),
        leg_id=_one(file, base, profile.legs.id, "legs.id"),
        direction=_one(file, base, profile.legs.direction, "legs.direction"),
        dedupe=tuple(_one(file, base, column, "dedupe") or "" for column in profile.dedupe),
    )
    return replace(whole, used=_used(whole))


def _names(profile: Profile, header: Sequence[str] | None, layout: str | None, file: str) -> Names:
    """The names of the columns; those of a headerless file are the layout that is asked for, or fits its name."""
    if profile.format != "delimited":
        return Names(None)
    if layout is not None:
        return Names.of(profile.layouts[layout])
    if header is not None:
        return Names.of(header)
    from fnmatch import fnmatch

    matching = [name for pattern, name in profile.files.items() if fnmatch(file, pattern)]
    chosen = matching or (list(profile.layouts) if len(profile.layouts) == 1 else [])
    return Names.of(profile.layouts.get(chosen[0], ())) if chosen else _in_all_layouts(profile)


def _in_all_layouts(profile: Profile) -> Names:
    """The columns that stand in the same place in rows of every layout."""
    each = [Names.of(profile.layouts[layout.names]).places for layout in profile.records.layout if layout.names]
    first, *others = (places or {} for places in each or [None])
    return Names({name: at for name, at in first.items() if all(places.get(name) == at for places in others)})


def _kind(file: str, profile: Profile, layout: Layout, header: Sequence[str] | None) -> Kind:
    names = _names(profile, header, layout.names, file)
    rules: dict[str, FieldRule] = {**profile.fields, **layout.fields}
    fields = {name: _found(names, rule_of(rule)) for name, rule in rules.items()}
    for name in NEEDED:
        _needed(file, name, rule_of(rules[name]), names)
    kept = {
        name: (rule, columns)
        for name, (rule, columns) in fields.items()
        if (columns or rule.value is not None) and _can_tell(rule_of(rules[name]), names)
    }
    widths = layout.columns or profile.records.columns
    if not widths and header is None and names.places:
        widths = (len(names.places),)  # a layout names every column of its rows
    return Kind(kept, layout.types, widths)


def _needed(file: str, key: str, rule: ColumnRule, names: Names) -> tuple[ColumnRule, tuple[str, ...]]:
    """The columns of a field that every row must have; raises ColumnMissing."""
    found = _found(names, rule)
    if not found[1] and rule.value is None:
        raise ColumnMissing(_missing(file, key, rule.columns, names))
    if rule.when is not None and not _can_tell(rule, names):
        raise ColumnMissing(_missing(file, f"{key}.when", (rule.when.column,), names))
    return found


def _can_tell(rule: ColumnRule, names: Names) -> bool:
    """Whether the file has the column on which a field depends; without it the field is not known in any row."""
    return rule.when is None or names.find(rule.when.column) is not None


def _found(names: Names, rule: ColumnRule) -> tuple[ColumnRule, tuple[str, ...]]:
    columns = [names.find(column) for column in rule.columns]
    if rule.when is not None:
        told = names.find(rule.when.column)
        if told is not None:
            rule = rule.model_copy(update={"when": rule.when.model_copy(update={"column": told})})
    return rule, tuple(column for column in columns if column is not None)


def _one(file: str, names: Names, column: Ref | None, key: str) -> str | None:
    if column is None:
        return None
    found = names.find(column)
    if found is None:
        raise ColumnMissing(_missing(file, key, (column,), names))
    return found


def _missing(file: str, key: str, wanted: Sequence[Ref], names: Names) -> str:
    known = list(names.places or {})
    asked = ", ".join(str(column) for column in wanted)
    near = get_close_matches(plain_name(str(wanted[0])), known, n=1) if wanted else []
    hint = f" Did you mean «{near[0]}»?" if near else ""
    has = (
        f"The file has {', '.join(known[:20])}." if known else "The file has no column names: give places or a layout."
    )
    return f"{file}: the profile takes {key} from {asked}, which the file does not have.{hint} {has}"


def _used(plan: Plan) -> frozenset[str]:
    """Every column of the frame that somebody looks at."""
    columns = {column for kind in plan.kinds for _, found in kind.fields.values() for column in found}
    whens = [rule.when.column for kind in plan.kinds for rule, _ in kind.fields.values() if rule.when is not None]
    columns.update(str(column) for column in whens)
    columns.update(plan.zone[1] if plan.zone is not None else ())
    columns.update(column for column in (plan.type, plan.clock, plan.leg_id, plan.direction) if column is not None)
    columns.update(plan.dedupe)
    return frozenset(columns)
