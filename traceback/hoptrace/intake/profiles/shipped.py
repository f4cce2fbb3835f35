"""The profiles that hoptrace brings along, by name; and a carrier's own keys laid over one of them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from hoptrace.intake.profile import Profile, profile_of, read_profile

SUFFIX = ".toml"


@cache
def shipped_names() -> tuple[str, ...]:
    """The names of all shipped profiles, in their order."""
    folder = files("hoptrace.intake.profiles")
    return tuple(sorted(each.name.removesuffix(SUFFIX) for each in folder.iterdir() if each.name.endswith(SUFFIX)))


def shipped_text(name: str) -> str:
    """A shipped profile as it is written."""
    return (files("hoptrace.intake.profiles") / f"{name}{SUFFIX}").read_text(encoding="utf-8")


@cache
def shipped_profile(name: str) -> Profile:
    """A shipped profile."""
    return read_profile(shipped_text(name), f"the profile {name}", name)


def overlaid(base: Profile, top: Profile) -> Profile:
    """`base` with every key that `top` gives in its place: tables are joined key by key, keys are taken whole."""
    given = top.model_dump(exclude_unset=True, by_alias=True, exclude={"name", "title", "format"})
    whole = base.model_dump(exclude_unset=True, by_alias=True)
    for table, keys in given.items():
        old: Any = whole.get(table)
        whole[table] = {**old, **keys} if isinstance(old, dict) and isinstance(keys, dict) else keys
    return profile_of(whole, "", f"{top.name} over {base.name}", base.name)
