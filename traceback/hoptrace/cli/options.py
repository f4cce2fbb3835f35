"""Options and types that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hoptrace.output import is_stdout

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

WORKSPACE = "hoptrace.workspace"
DEFAULT_WORKSPACE = Path("hoptrace-workspace")

Command = TypeVar("Command", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def remember_workspace(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Keep a --workspace given before or after the command; the later one wins."""
    if value:
        ctx.meta[WORKSPACE] = Path(value)


def workspace_option(command: Command) -> Command:
    """Accept --workspace after the command too."""
    option = click.option(
        "--workspace",
        metavar="DIR",
        expose_value=False,
        callback=remember_workspace,
        help="The workspace to use.",
    )
    return option(command)


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """A command with these options, which its help shows in their order."""
    for option in reversed(options):
        command = option(command)
    return command


def file_option(name: str, *, about: str, required: bool = False) -> Callable[[Command], Command]:
    """An option that names a file to write; - is stdout, where the data then stands alone."""
    path = click.Path(path_type=Path)
    return click.option(name, type=path, metavar="FILE", required=required, callback=_data_alone, help=about)


def _data_alone(ctx: click.Context, _param: click.Parameter, out: Path | None) -> Path | None:
    """Have all that the command prints beside its data go to stderr where the data goes to stdout."""
    if out is not None and is_stdout(out):
        sys.stdout.flush()
        ctx.with_resource(redirect_stdout(sys.stderr))
    return out


def workspace_path() -> Path:
    """The folder of the workspace that this command line names."""
    return click.get_current_context().meta.get(WORKSPACE, DEFAULT_WORKSPACE)


def workspace_is_named() -> bool:
    """Whether the command line or the environment names a workspace."""
    return WORKSPACE in click.get_current_context().meta


def the_workspace() -> Workspace:
    """The workspace that this command line names, opened; raises NotAWorkspace where there is none."""
    from hoptrace.workspace import open_workspace

    return open_workspace(workspace_path())


def example(*lines: str) -> str:
    """The epilog of a command: lines that can be typed as they stand."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
