"""How a command fails: a sentence on stderr and an exit code, never a Python traceback unless it is asked for."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from hoptrace.cli import INTERRUPTED, STOPPED, show
from hoptrace.errors import HoptraceError, UsageError

PIPE_CLOSED = 141
DEBUG = "hoptrace.debug"
USAGE = UsageError.exit_code
NO_TEXT = "surrogates not allowed"
"""What Python says of bytes on the command line that are no text; in the files that are read no such text arises."""

SHOWN = 100
"""Characters of an unreadable argument that an error shows."""


class FailingGroup(click.Group):
    """The outermost group: turns every exception of a command into a message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they were given, not by the alphabet."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; with HOPTRACE_DEBUG=1 an error keeps its Python traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            raise _leave(STOPPED, INTERRUPTED) from None
        except BrokenPipeError:
            _forget_stdout()
            raise click.exceptions.Exit(PIPE_CLOSED) from None
        except Exception as error:
            if ctx.meta.get(DEBUG):
                raise
            raise _leave(*_told(error)) from error
        return result


def remember_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    """Keep the --debug flag where the group finds it when a command fails."""
    ctx.meta[DEBUG] = value


def _leave(message: str, exit_code: int) -> click.exceptions.Exit:
    # A message may name what stands in a file, or a file's name: neither may command the terminal.
    click.echo("\n".join(map(show.plain, message.split("\n"))), err=True)
    return click.exceptions.Exit(exit_code)


def _told(error: Exception) -> tuple[str, int]:
    if isinstance(error, HoptraceError):
        return str(error), error.exit_code
    if isinstance(error, UnicodeEncodeError) and error.reason == NO_TEXT:
        said = show.plain(ascii(error.object)[:SHOWN])
        return f"{said} is not UTF-8 text. Write it in UTF-8, in a terminal that uses UTF-8 (LANG=C.UTF-8).", USAGE
    if isinstance(error, OSError) and error.strerror:
        where = "The output" if error.filename is None else show.plain(error.filename)
        return (
            f"{where}: {error.strerror}. Check the path, its permissions and the free space.",
            HoptraceError.exit_code,
        )
    sentence = (
        f"hoptrace met an error that it did not expect: {type(error).__name__}: {error}. "
        "Run the command again with HOPTRACE_DEBUG=1 to see where, and report it."
    )
    return sentence, HoptraceError.exit_code


def _forget_stdout() -> None:
    # Whoever read our output has gone: without this the interpreter complains once more when it flushes at exit.
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
