"""FreeSWITCH mod_xml_cdr and mod_format_cdr: one XML document a leg, in files of one or of many, well-formed or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hoptrace.intake.formats.asterisk_lines import content_of
from hoptrace.intake.formats.freeswitch_entering import Written, enter_documents
from hoptrace.intake.formats.freeswitch_sheet import Sheet
from hoptrace.intake.formats.xml_records import RecordParser, XmlRecord, encoding_of, records_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_SIGNS = (b"<channel_data>", b"<variables>", b"<callflow", b"core-uuid=", b"switchname=", b"<start_uepoch>")
_ROOTS = frozenset({"cdrs", "records"})
_MOST_TOGETHER, _MOST_BYTES = 128, 1 << 20


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
        for batch in _batches(sources):
            if batch.records:
                reading.add(batch)
        yield reading.chunk()


class _Batch(NamedTuple):
    """Records of files of one encoding, in their order, each with the index of its file."""

    encoding: str
    records: list[tuple[int, XmlRecord]]


def _batches(sources: Iterable[Source]) -> Iterator[_Batch]:
    """All records of some files, as many together as are parsed at once."""
    batch, size = _Batch("", []), 0
    for source in sources:
        content = content_of(source)
        encoding = encoding_of(content)
        for record in records_of(content, "cdr", _ROOTS):
            size += len(record.raw)
            if size > _MOST_BYTES or len(batch.records) >= _MOST_TOGETHER or encoding != batch.encoding:
                yield batch
                batch, size = _Batch(encoding, []), len(record.raw)
            batch.records.append((source.index, record))
    yield batch


class _Reading:
    """What the files of a group have told so far, and how many documents were mended, by file."""

    def __init__(self) -> None:
        self.written: list[Written] = []
        self.sheet = Sheet()
        self.parsers: dict[str, RecordParser] = {}
        self.mended: Counter[int] = Counter()

    def add(self, batch: _Batch) -> None:
        """Add records that are parsed together."""
        parser = self._parser(batch.encoding)
        sound = [at for at, (_, record) in enumerate(batch.records) if record.problem is None]
        together = parser.parse_together([batch.records[at][1].raw for at in sound])
        self.mended.update(batch.records[sound[place]][0] for place in together.mended)
        self.sheet.add(together, batch.encoding)
        told = {sound[place] for place in together.places}
        self.written += [
            Written((file, number), raw, None if at in told else problem or "not an XML document")
            for at, (file, (number, raw, problem)) in enumerate(batch.records)
        ]

    def _parser(self, encoding: str) -> RecordParser:
        if encoding not in self.parsers:
            self.parsers[encoding] = RecordParser(encoding)
        return self.parsers[encoding]

    def chunk(self) -> Chunk:
        """All that was read."""
        ledger = Ledger()
        for file, count in sorted(self.mended.items()):
            ledger.flag(file, f"documents that are not well-formed, read all the same: {count}")
        enter_documents(self.written, self.sheet.table(), ledger)
        return ledger.chunk()
