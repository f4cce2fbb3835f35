"""A report as PDF: the HTML page on paper, by WeasyPrint (the extra `pdf`)."""

from __future__ import annotations

import atexit
import hashlib
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, NoReturn
from xml.etree import ElementTree as ET

from hoptrace.errors import MissingExtra
from hoptrace.intake.collecting import collection_paused
from hoptrace.reports.rendering.attached import MADE, Attached, attached_json
from hoptrace.reports.rendering.fonts import check_font, font_faces, fonts_of_one_time
from hoptrace.reports.rendering.html import paper_page
from hoptrace.reports.rendering.json import render_json
from hoptrace.reports.rendering.pdf_tags import finish
from hoptrace.reports.trace.model import TraceReport

INSTALL = "The PDF needs WeasyPrint, which is not installed: run pip install 'hoptrace[pdf]', or ask for html."
SYSTEM = (
    "The PDF needs the Pango libraries, which are missing on this system: run "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0, or ask for html."
)


def render_pdf(report: TraceReport, paper: str = "a4") -> bytes:
    """The report as a tagged PDF with its JSON attached inside; the same report gives the same bytes.

    Nothing is fetched. Raises `MissingExtra` where WeasyPrint, its system libraries or a font for the language are not
    there.
    """
    check_font(report.language)
    data = render_json(report)
    identifier = hashlib.sha256(data).hexdigest()[:32].encode("ascii")
    return as_pdf(paper_page(report, paper), identifier, attached_json(data))


def as_pdf(page: ET.Element, identifier: bytes, data: Attached) -> bytes:
    """A page as a tagged PDF with `data` attached; the same on the same fonts and WeasyPrint. Raises MissingExtra."""
    weasyprint = _weasyprint()
    attachment = weasyprint.Attachment(
        string=data.content,
        name=data.name,
        description=data.description,
        created=MADE,
        modified=MADE,
        relationship="Data",
        url_fetcher=_refuse,
    )
    document = _document(page)
    with fonts_of_one_time(), collection_paused():  # a fifth of the time: boxes by the ten thousand
        return bytes(
            document.write_pdf(
                pdf_tags=True,
                pdf_identifier=identifier,
                attachments=[attachment],
                font_config=_fonts(),
                stylesheets=[_sheet(_taken_styles(page))],
                finisher=finish,
            )
        )


def _document(page: ET.Element) -> Any:
    """A page for WeasyPrint, which has no way to be given one that is parsed, but works on this."""
    cssselect2: Any = import_module("cssselect2")  # WeasyPrint's own, which has no types
    document = _weasyprint().HTML(string="<p>", url_fetcher=_refuse)
    document.wrapper_element = cssselect2.ElementWrapper.from_html_root(page, content_language=None)
    document.etree_element = page
    return document


def _taken_styles(page: ET.Element) -> str:
    """The style sheet of a page, which is taken out of it."""
    element = page.find("head/style")
    styles = "" if element is None else element.text or ""
    if element is not None:
        element.text = None
    return styles


@lru_cache(maxsize=8)
def _sheet(styles: str) -> Any:
    """A style sheet, read once a process; there is one for each kind of report and paper."""
    return _weasyprint().CSS(string=styles, url_fetcher=_refuse)


@cache
def _fonts() -> Any:
    """The fonts of this system and of packages, looked through once a process."""
    from weasyprint.text.fonts import FontConfiguration  # pyright: ignore[reportMissingTypeStubs]

    fonts = FontConfiguration()
    # The rules are our own and name files of packages: this is all that is ever read, and not by a report's page.
    _weasyprint().CSS(string=font_faces(), font_config=fonts)
    # It removes its folder when it is forgotten, which at the very end of a process is too late.
    atexit.register(_fonts.cache_clear)
    return fonts


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
