"""A report over many traces as PDF: the HTML page on paper, tagged, with the report's JSON attached inside."""

from __future__ import annotations

import io

from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.rendering.attached import attached_json
from hoptrace.reports.rendering.fonts import check_font
from hoptrace.reports.rendering.pdf import as_pdf
from hoptrace.reports.rendering.summary_html import digest_of, summary_paper
from hoptrace.reports.rendering.summary_json import write_json
from hoptrace.reports.tables.table import table_of
from hoptrace.reports.wording.language import language

ATTACHED_ROWS = 50_000
"""Tables with more rows are left out of the attachment: a PDF of hundreds of megabytes opens nowhere."""


def summary_pdf(report: SummaryReport, paper: str) -> bytes:
    """The report as a tagged PDF; the same report gives the same bytes on the same fonts and WeasyPrint.

    Nothing is fetched. Raises MissingExtra where WeasyPrint, its system libraries or a font for the language are
    not there.
    """
    check_font(report.language)
    stream = io.BytesIO()
    write_json(_attachable(report), stream)
    return as_pdf(summary_paper(report, paper), digest_of(report), attached_json(stream.getvalue()))


def _attachable(report: SummaryReport) -> SummaryReport:
    long = {name: table for name, table in report.tables().items() if len(table) > ATTACHED_ROWS}
    if not long:
        return report
    voice = language(report.language)
    told = {
        name: voice.count(
            len(table),
            "Its {number} row is not in this attachment; the report as JSON or CSV has it.",
            "Its {number} rows are not in this attachment; the report as JSON or CSV has them.",
        )
        for name, table in long.items()
    }
    bare = {name: table_of(table.row, []) for name, table in long.items()}
    return report.model_copy(update={**bare, "empty": report.empty | told})
