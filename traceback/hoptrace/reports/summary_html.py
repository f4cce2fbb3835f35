"""A report over many traces as one self-contained HTML page, and as PDF by the same page."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from hoptrace.reports.language import language
from hoptrace.reports.page import Page
from hoptrace.reports.pages import page_of
from hoptrace.reports.paper import for_paper
from hoptrace.reports.plain import shorten
from hoptrace.reports.render_pdf import PAPERS
from hoptrace.reports.summary import SummaryReport
from hoptrace.reports.table import Column

WIDE, ON_PAPER = 824.0, 670.0


def summary_html(report: SummaryReport) -> bytes:
    """The report as an HTML page in UTF-8, for a screen, a phone and paper; the same report gives the same bytes."""
    return _render(report, ("report.css", "phone.css", "summary.css"), on_screen=True).encode("utf-8")


def summary_paper(report: SummaryReport, paper: str) -> str:
    """The same page without what only a screen shows, for paper of a size in PAPERS."""
    page = for_paper(_render(report, ("report.css", "summary.css"), on_screen=False))
    return page.replace("</style>", f"@page {{ size: {PAPERS[paper]} }}\n</style>", 1)


def _render(report: SummaryReport, styles: tuple[str, ...], *, on_screen: bool) -> str:
    page, voice = page_of(report), language(report.language)
    pictured = [section for section in page.sections if section.picture is not None]
    drawn = {
        each.name: Markup(each.picture.svg(WIDE) if on_screen else each.picture.block(ON_PAPER))
        for each in pictured
        if each.picture is not None
    }
    # The drawings are escaped by their XML writer and the styles are our own: only these are markup.
    return _template().render(
        page=page,
        report=report,
        styles=Markup("".join(_style(name) for name in styles)),
        pictures=drawn,
        dictionary=_dictionary(page),
        on_screen=on_screen,
        say=voice.say,
        count=voice.count,
        era=voice.with_era,
    )


def _dictionary(page: Page) -> list[Column]:
    """What each column on the page means, once for each title and meaning."""
    tables = [section.table for section in page.sections if section.table is not None and section.table.rows]
    columns = {(head.title, head.meaning): head for table in tables for head in table.heads}
    return sorted(columns.values(), key=lambda column: column.title.lower())


def digest_of(report: SummaryReport) -> bytes:
    """Sixteen bytes that tell reports apart, for a PDF's identifier; tables count by their heads and first rows."""
    head = report.model_dump_json(exclude={*report.tables()})
    rows = "".join(table.head(1_000).write_csv() for table in report.tables().values())
    return hashlib.sha256((head + rows).encode()).hexdigest()[:32].encode("ascii")


def _style(name: str) -> str:
    return files("hoptrace.reports").joinpath("styles", name).read_text("utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("hoptrace.reports"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    # The mapping is typed as a union of jinja2's own filters, which ours are not.
    filters: dict[str, Any] = environment.filters  # pyright: ignore[reportAssignmentType]
    filters |= {"shorten": shorten}
    return environment.get_template("summary.html.j2")
