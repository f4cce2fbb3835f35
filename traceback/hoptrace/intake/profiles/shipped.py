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
    """`base` with every key that `top` gives in its place; tables are joined key by key."""
    given = top.model_dump(exclude_unset=True, by_alias=True, exclude={"name", "title", "format"})
    whole = _joined(base.model_dump(exclude_unset=True, by_alias=True), given)
    return profile_of(whole, "", f"{top.name} over {base.name}", base.name)


def _joined(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in top.items():
        old = both.get(key)
        both[key] = _joined(old, value) if isinstance(old, dict) and isinstance(value, dict) else value  # pyright: ignore[reportUnknownArgumentType]
    return both
