"""A report as one self-contained HTML file: no script, no external resource."""

from __future__ import annotations

from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from hoptrace.reports.pages.markup import phone_style, style, template
from hoptrace.reports.pages.paper import for_paper, paper_style
from hoptrace.reports.pictures.ladder import NARROW, WIDE, ladder, ladder_parts
from hoptrace.reports.pictures.ladder_words import role_text, support_words
from hoptrace.reports.trace.figures import share_text
from hoptrace.reports.trace.model import Role, TraceReport
from hoptrace.reports.wording.language import Language, language, message
from hoptrace.reports.wording.phrases import subject
from hoptrace.reports.wording.times import clock_text, seconds_text

ROLE_NAMES = {
    Role.ORIGINATING: message("originating"),
    Role.POINT_OF_ENTRY: message("point of entry"),
    Role.GATEWAY: message("gateway"),
    Role.TRAIL_END: message("where the trail ends"),
    Role.TRANSIT: message("transit"),
    Role.TERMINATING: message("terminating"),
    Role.NAMED: message("named only"),
}

PHONE = 60.0
"""Width of a screen in rem up to which the trace report's tables are told line by line."""


def render_html(report: TraceReport) -> bytes:
    """The report as an HTML page in UTF-8, for a screen, a phone and paper; the same report gives the same bytes."""
    return _page(report, style("report.css") + phone_style(PHONE), on_screen=True).encode("utf-8")


def paper_page(report: TraceReport, paper: str) -> ET.Element:
    """The same page without what only a screen shows, for paper of a size in PAPERS; for the PDF."""
    return for_paper(_page(report, paper_style(style("report.css"), paper), on_screen=False))


def _page(report: TraceReport, styles: Markup, *, on_screen: bool) -> str:
    # The drawings are escaped by their XML writer: they are markup.
    voice = language(report.language)
    return template("trace.html.j2").render(
        report=report,
        styles=styles,
        ladder_wide=Markup(ladder(report, WIDE, "ladder-wide")) if on_screen else None,
        ladder_narrow=Markup(ladder(report, NARROW, "ladder-narrow")) if on_screen else None,
        ladder_paper=[Markup(part) for part in ladder_parts(report)],
        differing=sum(line.agrees is False for hop in report.hops for line in hop.evidence),
        handoffs={line.position: line for line in report.handoffs},
        support_words=support_words,
        say=voice.say,
        count=voice.count,
        roles=partial(role_text, report, words=ROLE_NAMES),
        **_words(voice),
    )


def _words(voice: Language) -> dict[str, Any]:
    """What the template says with the rules of the language."""
    return {
        "subject": partial(subject, voice=voice),
        "share": partial(share_text, voice=voice),
        "clock": partial(clock_text, voice=voice),
        "seconds": partial(seconds_text, voice=voice),
        "era": voice.with_era,
    }
