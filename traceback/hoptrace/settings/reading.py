"""Settings read from `hoptrace.toml` and the environment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from hoptrace.errors import NotAWorkspace, WorkspaceError
from hoptrace.settings import IntakeSettings, Settings, TraceSettings
from hoptrace.settings.checks import Several, checked
from hoptrace.settings.environment import environment

FILE_NAME = "hoptrace.toml"
PREFIX = "HOPTRACE_"
INSIDE = "__"
"""What stands between a table of the file and a name in the environment: HOPTRACE_TRACE__WINDOW_SECONDS."""


def read_settings_file(folder: Path) -> dict[str, Any]:
    """The plain content of a workspace's `hoptrace.toml`; raises NotAWorkspace where there is none."""
    path = folder / FILE_NAME
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise NotAWorkspace(
            f"{folder} is not a hoptrace workspace (it has no {FILE_NAME}). "
            f"Make one with: hoptrace init --workspace {folder}"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkspaceError(f"{path} cannot be read: {error}. Correct the file and try again.") from error


def load_settings(folder: Path, **overrides: Any) -> Settings:
    """The settings of the workspace in `folder`; raises WorkspaceError naming file and key."""
    return make_settings(read_settings_file(folder) | overrides, folder / FILE_NAME)


def make_settings(values: Mapping[str, Any], source: Path) -> Settings:
    """Settings of these values and the environment; `source` is named where a value is refused."""
    try:
        return Settings(**checked(Settings, _with_environment(values)))
    except Several as problems:
        message = f"{source} or the environment ({PREFIX}*): {problems}. Correct it and try again."
        raise WorkspaceError(message) from None


def _with_environment(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with what the environment says in their place; its other variables are no settings."""
    settings = {each.name for each in fields(Settings)}
    tables = {"trace": TraceSettings.__slots__, "intake": IntakeSettings.__slots__}
    found = dict(values)
    for variable, text in environment(PREFIX).items():
        name, _, inner = variable.partition(INSIDE)
        if variable in settings and variable not in tables:
            found[variable] = text
        elif inner in tables.get(name, ()) and isinstance(table := found.get(name, {}), Mapping):
            found[name] = {**table, inner: text}
    return found
