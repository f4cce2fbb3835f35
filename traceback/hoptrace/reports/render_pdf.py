"""A report as PDF: the HTML page on paper, by WeasyPrint (the extra `pdf`)."""

from __future__ import annotations

from typing import Any, NoReturn

from hoptrace.errors import MissingExtra
from hoptrace.reports.model import TraceReport
from hoptrace.reports.render_html import paper_page

INSTALL = "The PDF needs WeasyPrint, which is not installed: run pip install 'hoptrace[pdf]', or ask for html."
SYSTEM = (
    "The PDF needs the Pango libraries, which are missing on this system: run "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0, or ask for html."
)


def render_pdf(report: TraceReport) -> bytes:
    """The report as a tagged PDF on A4; the same report gives the same bytes on the same fonts and WeasyPrint.

    Nothing is fetched. Raises `MissingExtra` where WeasyPrint or its system libraries are not there.
    """
    page = _weasyprint().HTML(string=paper_page(report), url_fetcher=_refuse)
    identifier = report.replay.result_sha256[:32].encode("ascii")
    return bytes(page.write_pdf(pdf_tags=True, pdf_identifier=identifier))


def _weasyprint() -> Any:
    try:
        import weasyprint  # pyright: ignore[reportMissingTypeStubs]  # loaded late: an extra, and half a second to import
    except ImportError as error:
        raise MissingExtra(INSTALL) from error
    except OSError as error:  # the Python part is there, a shared library is not
        raise MissingExtra(SYSTEM) from error
    return weasyprint


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"A report fetches nothing, and {url} was asked for.")
