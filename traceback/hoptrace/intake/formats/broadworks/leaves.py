"""The fields of BroadWorks' XML records: of plain ones as `tags` knows their tags, or by a stylesheet."""

from __future__ import annotations

from collections.abc import Sequence

from hoptrace.intake.formats.broadworks.records import FIELDS
from hoptrace.intake.formats.broadworks.tags import Tags
from hoptrace.intake.formats.xml.parsing import Element, RecordParser
from hoptrace.intake.formats.xml.sheets import MARK, VALUE, can_have_marks, compiled

_RECORD, _ODD = f"{MARK}r", f"{MARK}o"
_HOLDING = ("recordId",)
"""Fields that hold others in the XML form, while in the CSV form they have a text."""

_PLAIN_ENCODINGS = frozenset({"utf-8", "iso-8859-1", "us-ascii"})


class Leaves:
    """Reads the fields of records of one file."""

    def __init__(self, encoding: str) -> None:
        self._parser = RecordParser(encoding)
        self._is_plain = encoding.lower() in _PLAIN_ENCODINGS
        self._transform = compiled(_stylesheet())
        self._tags = Tags(FIELDS, encoding)

    def of(self, raws: Sequence[bytes]) -> list[dict[str, str]]:
        """The fields of each record by name; none where nothing can be made of its bytes."""
        known = [self._tags.read(raw) for raw in raws]
        unknown = [place for place, fields in enumerate(known) if fields is None]
        for place, fields in zip(unknown, self._parsed([raws[place] for place in unknown]), strict=True):
            known[place] = fields
            self._tags.learn(raws[place], fields, self._parser.is_well_formed)
        return [fields for fields in known if fields is not None]

    def _parsed(self, raws: Sequence[bytes]) -> list[dict[str, str]]:
        root = None
        if self._is_plain and _are_plain(b"".join(raws)):
            root = self._parser.parse_strictly_together(raws)
        if root is not None:
            text = str(self._transform(root))
            records = text.split(_RECORD)[1:]
            if len(records) == len(raws) and _ODD not in text:
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
    """The text of each field before whatever else is in it, in the order of the file, in other elements too.

    Templates are applied to all that is in an element where nothing else asks for less: that is much quicker than to
    select it. A field in which an element stands is odd, but for those that hold some in every record.
    """
    plain, below = "<xsl:apply-templates/>", '<xsl:apply-templates select="*"/>'
    first = f'<xsl:value-of select="node()[1][self::text()]"/>{below}'
    texts = dict.fromkeys(sorted(FIELDS), '<xsl:apply-templates mode="text"/>') | dict.fromkeys(_HOLDING, first)
    fields = "".join(
        f'<xsl:template match="{name}">{VALUE}{name}{VALUE}{text}</xsl:template>' for name, text in texts.items()
    )
    return f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="/"><xsl:for-each select="*/cdrData">{_RECORD}{plain}</xsl:for-each></xsl:template>
<xsl:template match="*">{plain}</xsl:template><xsl:template match="text()"/>{fields}
<xsl:template match="*" mode="text">{_ODD}</xsl:template>
</xsl:stylesheet>"""
