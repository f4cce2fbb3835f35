"""A report as one self-contained HTML file: no script, no external resource."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from hoptrace.reports.figures import percent
from hoptrace.reports.ladder import NARROW, WIDE, ladder, ladder_parts, support_words
from hoptrace.reports.model import Role, TraceReport
from hoptrace.reports.plain import shorten
from hoptrace.reports.times import clock_text, trimmed

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
    return _page(report, _style("report.css") + _style("phone.css"), on_screen=True).encode("utf-8")


def paper_page(report: TraceReport) -> str:
    """The same page without what only a screen shows; for the PDF."""
    return _page(report, _style("report.css"), on_screen=False)


def _page(report: TraceReport, styles: str, *, on_screen: bool) -> str:
    # The drawings are escaped by their XML writer and the styles are our own: only these are markup.
    return _template().render(
        report=report,
        styles=Markup(styles),
        ladder_wide=Markup(ladder(report, WIDE, "ladder-wide")) if on_screen else None,
        ladder_narrow=Markup(ladder(report, NARROW, "ladder-narrow")) if on_screen else None,
        ladder_paper=[Markup(part) for part in ladder_parts(report)],
        differing=sum(line.agrees is False for hop in report.hops for line in hop.evidence),
        role_names=ROLE_NAMES,
        support_words=support_words,
    )


def _style(name: str) -> str:
    return files("hoptrace.reports").joinpath("styles", name).read_text("utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("hoptrace.reports"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    # The mapping is typed as a union of jinja2's own filters, which ours are not.
    filters: dict[str, Any] = environment.filters  # pyright: ignore[reportAssignmentType]
    filters |= {"shorten": shorten, "percent": percent, "clock": clock_text, "trimmed": trimmed, "subject": _subject}
    return environment.get_template("trace.html.j2")


def _subject(about: str) -> str:
    """What was compared, as the beginning of a line: "call_id" is "Call id"."""
    words = about.replace("_", " ")
    return words[:1].upper() + words[1:]
