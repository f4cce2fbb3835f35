"""The command line: parse, one library call, show. The modules of a command are imported when it runs."""

from __future__ import annotations

from hoptrace.cli.app import main

__all__ = ["main"]
