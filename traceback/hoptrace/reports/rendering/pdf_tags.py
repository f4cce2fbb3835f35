"""What WeasyPrint leaves out of a tagged PDF: the scope of header cells, and the title where PDF/UA wants it."""

from __future__ import annotations

from dataclasses import dataclass
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
    pdf.objects[:] = [each if each.free == "f" else _Packed.of(each) for each in pdf.objects]


@dataclass(slots=True)
class _Packed:
    """An object of a PDF whose bytes are made: pydyf makes them twice, for the file and for its identifier."""

    number: int
    generation: int
    free: str
    compressible: bool
    data: bytes
    offset: int = 0

    @classmethod
    def of(cls, each: Any) -> _Packed:
        """An object of pydyf, packed."""
        return cls(each.number, each.generation, each.free, each.compressible, each.data)

    @property
    def indirect(self) -> bytes:
        """The object as it stands in a file."""
        return b"%d %d obj\n%b\nendobj" % (self.number, self.generation, self.data)


def _scope(identifier: str) -> str:
    # WeasyPrint names a header cell table-row-column, and each part of a table on a page begins with its heads.
    return "/Column" if identifier.split("-")[1] == "0" else "/Row"


def _title(title: str, pdf: Any) -> Any:
    import pydyf  # pyright: ignore[reportMissingTypeStubs]  # WeasyPrint's own

    content = _TITLE.format(title=escape(title)).encode("utf-8")
    stream = pydyf.Stream([content], {"Type": "/Metadata", "Subtype": "/XML"})
    pdf.add_object(stream)
    return stream.reference
