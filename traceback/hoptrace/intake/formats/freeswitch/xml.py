"""FreeSWITCH mod_xml_cdr and mod_format_cdr: one XML document a leg, in files of one or of many, well-formed or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from hoptrace.intake.formats.freeswitch.entering import Written, enter_documents
from hoptrace.intake.formats.freeswitch.shaped import ShapedLegs
from hoptrace.intake.formats.freeswitch.sheet import Sheet
from hoptrace.intake.formats.freeswitch.table import LegTable, together
from hoptrace.intake.formats.freeswitch.xml_shapes import XmlForm
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.xml.parsing import RecordParser
from hoptrace.intake.formats.xml.records import XmlRecord, encoding_of, in_batches, in_blocks, records_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_SIGNS = (b"<channel_data>", b"<variables>", b"<callflow", b"core-uuid=", b"switchname=", b"<start_uepoch>")
_ROOTS = frozenset({"cdrs", "records"})


class FreeswitchXml:
    """Reads mod_xml_cdr documents; the legs of a call may lie in different files of a group."""

    name = "freeswitch_xml"
    title = "FreeSWITCH mod_xml_cdr / mod_format_cdr"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims XML of `cdr` elements with FreeSWITCH's variables and call flows."""
        del source
        signs = [sign.decode().strip("<>=") for sign in _SIGNS if sign in head]
        if b"<cdr" not in head or "variables" not in signs or len(signs) < 2:
            return None
        return Detection(self.name, min(0.97, 0.75 + 0.07 * len(signs)), f"XML with {', '.join(signs)}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; a document that cannot be used is a rejected row, it refuses no file."""
        del context
        reading = _Reading()
        for encoding, records in groupby(_records(sources), attrgetter("encoding")):
            for batch in in_blocks(records, lambda each: len(each.record.raw)):
                reading.add(batch, encoding)
        yield reading.chunk()


class _Record(NamedTuple):
    """A record, the index of its file and the encoding of that."""

    file: int
    encoding: str
    record: XmlRecord


def _records(sources: Iterable[Source]) -> Iterator[_Record]:
    for source in sources:
        content = content_of(source)
        encoding = encoding_of(content)
        for record in records_of(content, "cdr", _ROOTS):
            yield _Record(source.index, encoding, record)


class _Reading:
    """What the files of a group have told so far, and how many documents were mended, by file."""

    def __init__(self) -> None:
        self.written: list[Written] = []
        self.sheet = Sheet()
        self.parsers: dict[str, RecordParser] = {}
        self.mended: Counter[int] = Counter()
        self.shaped = ShapedLegs(XmlForm(self._parser("utf-8"), self.sheet))
        self.one_by_one: list[int] = []

    def add(self, block: Sequence[_Record], encoding: str) -> None:
        """Add records; those that are not like others are parsed."""
        first = len(self.written)
        problems = [record.problem for _, _, record in block]
        others = [at for at, problem in enumerate(problems) if problem is None]
        if encoding.lower() == "utf-8":
            known = self.shaped.read([block[at].record.raw for at in others], [first + at for at in others])
            others = [at for at, is_known in zip(others, known, strict=True) if not is_known]
        for batch in in_batches(others, lambda at: len(block[at].record.raw)):
            told = self._parse([block[at] for at in batch], encoding)
            self.one_by_one += [first + batch[place] for place in told]
            for place in set(range(len(batch))).difference(told):
                problems[batch[place]] = "not an XML document"
        self.written += [
            Written((file, number), raw, problem)
            for (file, _, (number, raw, _)), problem in zip(block, problems, strict=True)
        ]

    def _parse(self, batch: Sequence[_Record], encoding: str) -> list[int]:
        """Parse records together; gives the places of those that told something."""
        parsed = self._parser(encoding).parse_together([each.record.raw for each in batch])
        self.mended.update(batch[place].file for place in parsed.mended)
        self.sheet.add(parsed, encoding)
        return parsed.places

    def _parser(self, encoding: str) -> RecordParser:
        if encoding not in self.parsers:
            self.parsers[encoding] = RecordParser(encoding)
        return self.parsers[encoding]

    def _table(self) -> LegTable:
        parsed = self.sheet.table()
        if not self.shaped.tables:
            return parsed
        return together([*self.shaped.tables, parsed.renumbered(self.one_by_one)])

    def chunk(self) -> Chunk:
        """All that was read."""
        ledger = Ledger()
        for file, count in sorted(self.mended.items()):
            ledger.flag(file, f"documents that are not well-formed, read all the same: {count}")
        enter_documents(self.written, self._table(), ledger)
        return ledger.chunk()
