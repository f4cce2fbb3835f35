"""The fields of BroadWorks' XML records, of plain ones picked out of many at once by a stylesheet (`xml_sheets`)."""

from __future__ import annotations

from collections.abc import Sequence

from hoptrace.intake.formats.broadworks_records import FIELDS
from hoptrace.intake.formats.xml_records import Element, RecordParser
from hoptrace.intake.formats.xml_sheets import MARK, VALUE, can_have_marks, compiled

_RECORD = f"{MARK}r"
_PLAIN_ENCODINGS = frozenset({"utf-8", "iso-8859-1", "us-ascii"})


class Leaves:
    """Reads the fields of records of one file."""

    def __init__(self, encoding: str) -> None:
        self._parser = RecordParser(encoding)
        self._is_plain = encoding.lower() in _PLAIN_ENCODINGS
        self._transform = compiled(_stylesheet())

    def of(self, raws: Sequence[bytes]) -> list[dict[str, str]]:
        """The fields of each record by name; none where nothing can be made of its bytes."""
        root = None
        if self._is_plain and _are_plain(b"".join(raws)):
            root = self._parser.parse_strictly_together(raws)
        if root is not None:
            records = str(self._transform(root)).split(_RECORD)[1:]
            if len(records) == len(raws):
                return [_said(record.split(VALUE)) for record in records]
        return [{} if element is None else _leaves(element) for element in map(self._parser.parse, raws)]


def _are_plain(content: bytes) -> bool:
    """Without comments, CDATA, instructions and characters by number: texts have one part and are no mark."""
    signs = ((b"!", b"<!"), (b"?", b"<?"))  # one character is looked for first, as `can_have_marks` does
    return not can_have_marks(content) and not any(one in content and two in content for one, two in signs)


def _leaves(record: Element) -> dict[str, str]:
    return _first([(leaf.tag, leaf.text or "") for leaf in record.iter(*FIELDS)])


def _said(parts: list[str]) -> dict[str, str]:
    """What the stylesheet wrote of a record: names and texts by turns, behind what is neither."""
    return _first(list(zip(parts[1::2], parts[2::2], strict=True)))


def _first(leaves: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Of a field that repeats the first that is not empty counts."""
    return {tag: bare for tag, text in reversed(leaves) if (bare := text.strip())}


def _stylesheet() -> str:
    """The text of each field before whatever else is in it, in the order of the file, in other elements too."""
    inside = '<xsl:apply-templates select="*"/>'
    text = f'<xsl:value-of select="node()[1][self::text()]"/>{inside}'
    fields = "".join(
        f'<xsl:template match="{name}">{VALUE}{name}{VALUE}{text}</xsl:template>' for name in sorted(FIELDS)
    )
    return f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="/"><xsl:for-each select="*/cdrData">{_RECORD}{inside}</xsl:for-each></xsl:template>
<xsl:template match="*">{inside}</xsl:template>{fields}
</xsl:stylesheet>"""
