"""Render a report in one of its formats, and write it whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Literal, get_args

from hoptrace.errors import StorageFailed, UsageError
from hoptrace.reports.model import TraceReport

ReportFormat = Literal["html", "json", "csv", "pdf"]


def render(report: TraceReport, format: ReportFormat) -> bytes:  # noqa: A002
    """The report as bytes in `format`.

    Raises `MissingExtra` where the PDF part is not installed, `UsageError` for a format that does not exist.
    """
    match format:
        case "html":
            from hoptrace.reports.render_html import render_html as write  # jinja2 loads late
        case "json":
            from hoptrace.reports.render_json import render_json as write
        case "csv":
            from hoptrace.reports.render_csv import render_csv as write
        case "pdf":
            from hoptrace.reports.render_pdf import render_pdf as write  # an extra
        case _:
            raise UsageError(f"A report has no format {format!r}; choose one of {', '.join(get_args(ReportFormat))}.")
    return write(report)


def write_report(report: TraceReport, path: str | os.PathLike[str], format: ReportFormat) -> Path:  # noqa: A002
    """Write the report to `path` and give the path back; a file that was there stays until the new one is whole.

    Raises `StorageFailed` where the folder is missing or not writable, or the disk is full; nothing is left behind.
    """
    return replace_file(Path(path), render(report, format))


def replace_file(path: Path, content: bytes) -> Path:
    """Put `content` at `path` in one step: a temporary file beside it, flushed to the disk, then renamed."""
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".hoptrace-", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise StorageFailed(
            f"The report cannot be written to {path}: {reason}. Check the folder, its permissions and the free space."
        ) from error
    return path
