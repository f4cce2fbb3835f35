"""A report as one self-contained HTML file: no script, no external resource."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hoptrace.reports.figures import percent
from hoptrace.reports.ladder import NARROW, WIDE, ladder, support_words
from hoptrace.reports.model import Role, TraceReport
from hoptrace.reports.plain import shorten
from hoptrace.reports.times import clock_text

ROLE_NAMES = {
    Role.ORIGINATING: "originating",
    Role.POINT_OF_ENTRY: "point of entry",
    Role.GATEWAY: "gateway",
    Role.TRANSIT: "transit",
    Role.TERMINATING: "terminating",
    Role.NAMED: "named only",
}


def render_html(report: TraceReport) -> bytes:
    """The report as an HTML page in UTF-8, for a screen, a phone and paper; the same report gives the same bytes."""
    page = _environment().get_template("trace.html.j2")
    # The drawings are escaped by their XML writer and the styles are our own: only these three are markup.
    text = page.render(
        report=report,
        styles=Markup(files("hoptrace.reports").joinpath("styles/report.css").read_text("utf-8")),
        ladder_wide=Markup(ladder(report, WIDE, "ladder-wide")),
        ladder_narrow=Markup(ladder(report, NARROW, "ladder-narrow")),
        role_names=ROLE_NAMES,
        support_words=support_words,
    )
    return text.encode("utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("hoptrace.reports"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    # The mapping is typed as a union of jinja2's own filters, which ours are not.
    filters: dict[str, Any] = environment.filters  # pyright: ignore[reportAssignmentType]
    filters |= {"shorten": shorten, "percent": percent, "clock": clock_text}
    return environment
