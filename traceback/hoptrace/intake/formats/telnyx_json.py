"""Telnyx' detail records as its API gives them: objects of JSON in pages, a record for each leg of a SIP trunk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.asterisk_lines import content_of
from hoptrace.intake.formats.freeswitch_documents import Document, documents_of
from hoptrace.intake.formats.telnyx_calls import Said, call_of, said_by
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_SIGNS = ("cld", "cli", "sip_call_id", "call_sec", "started_at", "telnyx_session_id", "record_type", "billed_sec")
_PAGE = re.compile(rb'"data"\s*:\s*\[')
_RECORD = re.compile(rb'"(?:cld|record_type|started_at)"\s*:')
_BETWEEN = b"\xef\xbb\xbf \t\r\n"
_CALLS = "sip-trunking"


class TelnyxJson:
    """Reads what `GET /v2/detail_records` answers: whole pages, an array of records, or a record a line."""

    name = "telnyx_json"
    title = "Telnyx detail records (JSON)"
    grouped = False
    needs_profile = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims JSON with Telnyx' names of fields."""
        del source
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
            return None
        signs = [sign for sign in _SIGNS if f'"{sign}"'.encode() in head]
        if len(signs) < 5 or not {"cld", "started_at"} <= set(signs):
            return None
        return Detection(self.name, min(0.95, 0.6 + 0.05 * len(signs)), f"JSON with Telnyx' {', '.join(signs)}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a file; raises InputRefused where a file has no detail record."""
        del context
        for source in sources:
            yield _File(source).chunk()


class _File:
    """One file's records on their way to calls."""

    def __init__(self, source: Source) -> None:
        self.source, self.ledger = source, Ledger()
        self.seen: set[str] = set()
        self.other_kinds: set[str] = set()
        self.found = self.fits = 0

    def chunk(self) -> Chunk:
        """All records of the file."""
        for document in _records(content_of(self.source)):
            self.found += 1
            self._enter((self.source.index, document.number), document)
        if self.found and not self.fits:
            raise InputRefused(
                f"{self.source.name}: no detail record of Telnyx. Give the right --format, see docs/formats/telnyx.md."
            )
        if self.other_kinds:
            kinds = ", ".join(sorted(self.other_kinds))
            self.ledger.flag(self.source.index, f"records of other kinds than {_CALLS}, not read: {kinds}")
        return self.ledger.chunk()

    def _enter(self, place: tuple[int, int], document: Document) -> None:
        self.ledger.row(*place, document.raw)
        if document.data is None and not _RECORD.search(document.raw):
            self._leave_out(place, document)
        elif document.data is None:
            self.fits += 1
            self.ledger.reject(*place, document.problem or "not understood")
        else:
            self._take(place, said_by(document.data))

    def _leave_out(self, place: tuple[int, int], document: Document) -> None:
        """What is no record: the end of a page with its numbers and the beginning of the next one, or damage."""
        if document.raw == b"{" or document.raw.startswith((b"]", b"}", b'{"meta"')):
            self.ledger.skip(*place)
        else:
            self.ledger.reject(*place, document.problem or "not understood")

    def _take(self, place: tuple[int, int], said: Said) -> None:
        kind = said.get("record_type", _CALLS)
        self.fits += "record_type" in said or "cld" in said
        if kind != _CALLS:
            self.other_kinds.add(kind[:40])
            self.ledger.skip(*place)
        elif said.get("id", "") in self.seen:
            self.ledger.duplicate(*place)
        elif isinstance(facts := call_of(said), list):
            self.ledger.reject(*place, *facts)
        else:
            self.seen.update({said["id"]} if "id" in said else ())
            self.ledger.call([place], **facts)


def _records(content: bytes) -> Iterator[Document]:
    """The records of a file, those of its pages one after another; what a page ends with counts as one more."""
    head, *pages = _PAGE.split(content)
    head = head.strip(_BETWEEN).removeprefix(b"[")
    number = 0
    for part in (*([head] if head.strip(_BETWEEN + b"{") else []), *pages):
        for document in documents_of(part):
            number += 1
            yield document._replace(number=number)
