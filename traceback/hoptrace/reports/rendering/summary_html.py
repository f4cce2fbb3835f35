"""A report over many traces as one self-contained HTML page, and as PDF by the same page."""

from __future__ import annotations

import hashlib
from xml.etree import ElementTree as ET

from markupsafe import Markup

from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.pages.markup import phone_style, style, template
from hoptrace.reports.pages.of_reports import page_of
from hoptrace.reports.pages.page import Page
from hoptrace.reports.pages.paper import for_paper, paper_style
from hoptrace.reports.wording.language import Language, language

WIDE, ON_PAPER = 920.0, 670.0
PHONE = 52.0
"""Width of a screen in rem up to which tables are told line by line; `summary.css` knows it too."""


def summary_html(report: SummaryReport) -> bytes:
    """The report as an HTML page in UTF-8, for a screen, a phone and paper; the same report gives the same bytes."""
    styles = style("report.css") + phone_style(PHONE) + style("summary.css")
    return _render(report, styles, on_screen=True).encode("utf-8")


def summary_paper(report: SummaryReport, paper: str) -> ET.Element:
    """The same page without what only a screen shows, for paper of a size in PAPERS."""
    styles = paper_style(style("report.css") + style("summary.css"), paper)
    return for_paper(_render(report, styles, on_screen=False))


def _render(report: SummaryReport, styles: Markup, *, on_screen: bool) -> str:
    page, voice = page_of(report), language(report.language)
    pictured = [section for section in page.sections if section.picture is not None]
    drawn = {
        each.name: Markup(each.picture.svg(WIDE) if on_screen else each.picture.block(ON_PAPER))
        for each in pictured
        if each.picture is not None
    }
    # The drawings are escaped by their XML writer: they are markup.
    return template("summary.html.j2").render(
        page=page,
        report=report,
        styles=styles,
        pictures=drawn,
        dictionary=_dictionary(page, voice),
        on_screen=on_screen,
        say=voice.say,
        count=voice.count,
        era=voice.with_era,
    )


def _dictionary(page: Page, voice: Language) -> list[tuple[str, str]]:
    """What each column on the page means, by title; where a title means several things, with the sections of each."""
    places: dict[tuple[str, str], list[str]] = {}
    for section in page.sections:
        for head in section.table.heads if section.table is not None and section.table.rows else ():
            places.setdefault((head.title, head.meaning), []).append(voice.say(section.heading))
    titles = [title for title, _ in places]
    told = [
        (f"{title} ({', '.join(where)})" if titles.count(title) > 1 else title, meaning)
        for (title, meaning), where in places.items()
    ]
    return sorted(told, key=lambda each: each[0].lower())


def digest_of(report: SummaryReport) -> bytes:
    """Sixteen bytes that tell reports apart, for a PDF's identifier; tables count by their heads and first rows."""
    head = report.model_dump_json(exclude={*report.tables()})
    rows = "".join(table.head(1_000).write_csv() for table in report.tables().values())
    return hashlib.sha256((head + rows).encode()).hexdigest()[:32].encode("ascii")
