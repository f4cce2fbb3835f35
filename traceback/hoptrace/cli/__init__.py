"""The command line: parse, one library call, show. The modules of a command are imported when it runs."""

from __future__ import annotations

import sys

INTERRUPTED = 130
STOPPED = "Stopped."


def main() -> None:
    """Run the command line and leave with its exit code; what the installed `hoptrace` calls.

    Who stops it while its modules are still being loaded is told as briefly as later on.
    """
    try:
        from hoptrace.cli.app import run

        run()
    except KeyboardInterrupt:
        sys.stderr.write(f"{STOPPED}\n")
        sys.exit(INTERRUPTED)
