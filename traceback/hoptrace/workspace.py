"""A workspace: one folder with its settings, catalog and lake, and the lock that lets one process write at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from hoptrace.errors import StorageFailed, UsageError, WorkspaceError, WorkspaceExists, WorkspaceNewer
from hoptrace.model.dialplan import country_code

if TYPE_CHECKING:
    from hoptrace.catalog.catalog import Catalog
    from hoptrace.lake.lake import Lake
    from hoptrace.settings import Settings

Value = TypeVar("Value")

FORMAT = 1
CATALOG_FILE = "catalog.sqlite"
LAKE_FOLDER = "lake"
LOCK_FILE = "writer.lock"


class Workspace:
    """An open workspace; catalog and lake are opened when first used. Close it, or use it in a `with` statement."""

    def __init__(self, path: Path, settings: Settings, *, new: bool = False) -> None:
        self.path = path
        self.settings = settings
        self._new = new
        self._kept: dict[str, tuple[Hashable, Any]] = {}

    @cached_property
    def catalog(self) -> Catalog:
        """Carriers, batches, clocks and traces."""
        from hoptrace.catalog.catalog import Catalog

        file = self.path / CATALOG_FILE
        if self.settings.catalog_url is None and not self._new and not file.exists():
            raise WorkspaceError(
                f"{file} is missing: the workspace has lost its catalog. Put it back from a backup, or make a new "
                "workspace and submit the files again."
            )
        return Catalog(self.settings.catalog_url or file, in_lake=self._in_lake)

    @cached_property
    def lake(self) -> Lake:
        """The accepted statements."""
        from hoptrace.lake.lake import Lake
        from hoptrace.lake.object_store import Access
        from hoptrace.settings.object_store import ObjectStoreSettings

        uri = self.settings.lake_uri or str(self.path / LAKE_FOLDER)
        access = Access.of(ObjectStoreSettings.of_environment()) if "://" in uri else None
        return Lake(uri, access, self._withdrawn)

    def kept(self, name: str, key: Hashable, make: Callable[[], Value]) -> Value:
        """A value that is made once for as long as its key stays the same, such as the version that it was made of."""
        known = self._kept.get(name)
        if known is None or known[0] != key:
            known = self._kept[name] = (key, make())
        return known[1]

    def _in_lake(self, commit_id: str) -> bool:
        # The lake is opened only when somebody asks.
        return self.lake.has_commit(commit_id)

    def _withdrawn(self, lake_version: int) -> frozenset[str]:
        # And the catalog likewise.
        return self.catalog.batches.withdrawn(lake_version)

    @contextmanager
    def writing(self) -> Generator[None]:
        """Hold the writer's lock; raises WorkspaceBusy when another process has it for too long."""
        from hoptrace.lock import file_lock

        wait = self.settings.lock_wait_seconds
        with file_lock(self.path / LOCK_FILE, wait), self.catalog.writer_lock(wait):
            yield

    def close(self) -> None:
        """Let go of database connections."""
        if "catalog" in self.__dict__:
            self.catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def init_workspace(
    path: Path | str, home_country: str = "US", catalog_url: str | None = None, lake_uri: str | None = None
) -> Workspace:
    """Make a new workspace and open it; raises WorkspaceExists where `path` already holds something."""
    from hoptrace.settings.reading import FILE_NAME, make_settings

    folder = Path(path).absolute()
    if (folder / FILE_NAME).exists():
        raise WorkspaceExists(f"{folder} already is a hoptrace workspace. Use it, or name another folder.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceExists(f"{folder} already exists and is not an empty folder. Name another one.")
    country = country_code(home_country)
    if country is None:
        raise UsageError(f"{home_country!r} is not a country. Give the two-letter ISO 3166-1 code, such as US or GB.")
    values = {"format": FORMAT, "home_country": country, "catalog_url": catalog_url, "lake_uri": lake_uri}
    settings = make_settings({name: value for name, value in values.items() if value is not None}, folder / FILE_NAME)
    was_there = folder.exists()
    try:
        return _make(folder, settings, _as_toml(values))
    except BaseException as error:
        _clear(folder, was_there)
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise StorageFailed(f"The workspace {folder} cannot be made: {reason}. Name another place.") from error
        raise


def _make(folder: Path, settings: Settings, text: str) -> Workspace:
    from hoptrace.settings.reading import FILE_NAME

    folder.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(folder, settings, new=True)
    try:
        _ = workspace.catalog
        workspace.lake.create()
        # The settings file comes last: a folder without it is not a workspace, so a killed `init` leaves none behind.
        (folder / FILE_NAME).write_text(text, encoding="utf-8")
    except BaseException:
        workspace.close()
        raise
    return workspace


def _clear(folder: Path, keep: bool) -> None:
    """Take back what a failed `init` made in a folder that was empty."""
    if folder.is_dir():
        for path in folder.iterdir():
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        if not keep:
            with suppress(OSError):
                folder.rmdir()


def open_workspace(path: Path | str) -> Workspace:
    """Open the workspace in `path`; raises NotAWorkspace or WorkspaceNewer."""
    from hoptrace.settings.reading import FILE_NAME, make_settings, read_settings_file

    folder = Path(path).absolute()
    values = read_settings_file(folder)
    written = values.get("format", FORMAT)
    if isinstance(written, int) and written > FORMAT:
        raise WorkspaceNewer(
            f"{folder} was made by a newer hoptrace (layout {written}, this program knows {FORMAT}). Update hoptrace."
        )
    return Workspace(folder, make_settings(values, folder / FILE_NAME))


def _as_toml(values: dict[str, str | int | None]) -> str:
    # JSON's strings and numbers are TOML's.
    import json

    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None]
    return "# Settings of this hoptrace workspace; see docs/storage.md.\n" + "\n".join(lines) + "\n"
