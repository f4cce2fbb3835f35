"""What WeasyPrint leaves out of a tagged PDF: the scope of header cells, and the title where PDF/UA wants it."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

_TITLE = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def finish(document: Any, pdf: Any) -> None:
    """Complete a PDF before it is written; WeasyPrint's `finisher`.

    Each header cell says whether it heads its column or its row (ISO 14289-1, 7.5), and the metadata stream has the
    document's title (7.1). That the whole conforms to PDF/UA is not claimed.
    """
    objects: list[Any] = [each for each in pdf.objects if isinstance(each, dict)]
    for each in objects:
        if each.get("S") == "/TH":
            each["A"]["Scope"] = _scope(each["ID"].string)
    pdf.catalog["Metadata"] = _title(document.metadata.title or "", pdf)


def _scope(identifier: str) -> str:
    # WeasyPrint names a header cell table-row-column, and each part of a table on a page begins with its heads.
    return "/Column" if identifier.split("-")[1] == "0" else "/Row"


def _title(title: str, pdf: Any) -> Any:
    import pydyf  # pyright: ignore[reportMissingTypeStubs]  # WeasyPrint's own

    content = _TITLE.format(title=escape(title)).encode("utf-8")
    stream = pydyf.Stream([content], {"Type": "/Metadata", "Subtype": "/XML"})
    pdf.add_object(stream)
    return stream.reference
