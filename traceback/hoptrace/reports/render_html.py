"""A report as one self-contained HTML file: no script, no external resource."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from hoptrace.reports.figures import share_text
from hoptrace.reports.ladder import NARROW, WIDE, ladder, ladder_parts, support_words
from hoptrace.reports.language import Language, language, message
from hoptrace.reports.model import HopLine, Role, TraceReport
from hoptrace.reports.paper import for_paper
from hoptrace.reports.phrases import subject
from hoptrace.reports.plain import shorten
from hoptrace.reports.times import clock_text, seconds_text, trimmed

ROLE_NAMES = {
    Role.ORIGINATING: message("originating"),
    Role.POINT_OF_ENTRY: message("point of entry"),
    Role.GATEWAY: message("gateway"),
    Role.TRANSIT: message("transit"),
    Role.TERMINATING: message("terminating"),
    Role.NAMED: message("named only"),
}


def render_html(report: TraceReport) -> bytes:
    """The report as an HTML page in UTF-8, for a screen, a phone and paper; the same report gives the same bytes."""
    return _page(report, _style("report.css") + _style("phone.css"), on_screen=True).encode("utf-8")


def paper_page(report: TraceReport) -> str:
    """The same page without what only a screen shows; for the PDF."""
    return for_paper(_page(report, _style("report.css"), on_screen=False))


def _page(report: TraceReport, styles: str, *, on_screen: bool) -> str:
    # The drawings are escaped by their XML writer and the styles are our own: only these are markup.
    voice = language(report.language)
    return _template().render(
        report=report,
        styles=Markup(styles),
        ladder_wide=Markup(ladder(report, WIDE, "ladder-wide")) if on_screen else None,
        ladder_narrow=Markup(ladder(report, NARROW, "ladder-narrow")) if on_screen else None,
        ladder_paper=[Markup(part) for part in ladder_parts(report)],
        differing=sum(line.agrees is False for hop in report.hops for line in hop.evidence),
        handoffs={line.position: line for line in report.handoffs},
        support_words=support_words,
        say=voice.say,
        count=voice.count,
        **_words(voice),
    )


def _words(voice: Language) -> dict[str, Any]:
    """What the template says with the rules of the language."""

    def roles(hop: HopLine) -> str:
        return ", ".join(voice.say(ROLE_NAMES[role]) for role in hop.roles)

    return {
        "roles": roles,
        "subject": partial(subject, voice=voice),
        "share": partial(share_text, voice=voice),
        "clock": partial(clock_text, voice=voice),
        "seconds": partial(seconds_text, voice=voice),
        "era": voice.with_era,
    }


def _style(name: str) -> str:
    return files("hoptrace.reports").joinpath("styles", name).read_text("utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("hoptrace.reports"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    # The mapping is typed as a union of jinja2's own filters, which ours are not.
    filters: dict[str, Any] = environment.filters  # pyright: ignore[reportAssignmentType]
    filters |= {"shorten": shorten, "trimmed": trimmed}
    return environment.get_template("trace.html.j2")
