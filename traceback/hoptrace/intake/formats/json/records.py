"""Records of calls as an API gives them: objects of JSON in pages, in an array, or one a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.json.documents import Document, documents_of
from hoptrace.intake.formats.json.values import Json, clean, text_of
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_FEW = 3
_BETWEEN = b"\xef\xbb\xbf \t\r\n"
_CAPITAL = re.compile("(?<=[a-z0-9])[A-Z]")

Said = dict[str, str]
"""The fields of a record that hold something, as text."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a service's records look like.

    Names of fields are the API's; a client library may write them in camel case. `signs`: names, of which at least
    `least` and all in `must` stand at the beginning of a file, or three beside an `own` value, as no other service
    gives; `page`: what comes before the records of a page; `record`: a field that only a record has; `frame`: how the
    rest of a page begins. `id`: the field by which a record is known again; `kind`: the field that says what it tells
    of, and of what it must. `call_of`: the facts of its call, or the reasons why it is none.
    """

    whose: str
    signs: tuple[str, ...]
    must: frozenset[str]
    page: re.Pattern[bytes]
    record: re.Pattern[bytes]
    frame: re.Pattern[bytes]
    id: str
    call_of: Callable[[Said], dict[str, Any] | list[str]]
    least: int = 5
    own: re.Pattern[bytes] | None = None
    kind: tuple[str, str] | None = None


class JsonRecords:
    """Reads records of one kind."""

    grouped = False
    needs_profile = False
    rows_are_lines = False

    def __init__(self, name: str, title: str, kind: Kind) -> None:
        self.name, self.title, self.kind = name, title, kind

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims JSON with the service's names of fields."""
        del source
        if not head.lstrip(_BETWEEN).startswith((b"{", b"[")):
            return None
        signs = [sign for sign in self.kind.signs if any(f'"{name}"'.encode() in head for name in (sign, _camel(sign)))]
        usual = len(signs) >= self.kind.least and self.kind.must <= set(signs)
        if not usual and not (len(signs) >= _FEW and self.kind.own is not None and self.kind.own.search(head)):
            return None
        return Detection(
            self.name, min(0.95, 0.6 + 0.05 * len(signs)), f"JSON with {self.kind.whose} {', '.join(signs)}"
        )

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a file; raises InputRefused where a file has no record of this kind."""
        del context
        for source in sources:
            yield _File(source, self.kind).chunk()


@dataclass(slots=True)
class _File:
    """One file's records on their way to calls."""

    source: Source
    kind: Kind
    ledger: Ledger = field(default_factory=Ledger)
    seen: set[str] = field(default_factory=set[str])
    other_kinds: set[str] = field(default_factory=set[str])
    found: int = 0
    fits: int = 0

    def chunk(self) -> Chunk:
        """All records of the file."""
        for document in _records(content_of(self.source), self.kind.page):
            self.found += 1
            self._enter((self.source.index, document.number), document)
        if self.found and not self.fits:
            raise InputRefused(
                f"{self.source.name}: no record with {self.kind.whose} fields. "
                "Give the right --format, see docs/formats."
            )
        if self.other_kinds and self.kind.kind is not None:
            others = ", ".join(sorted(self.other_kinds))
            self.ledger.flag(self.source.index, f"records of other kinds than {self.kind.kind[1]}, not read: {others}")
        return self.ledger.chunk()

    def _enter(self, place: tuple[int, int], document: Document) -> None:
        self.ledger.row(*place, document.raw)
        if document.data is None and not self.kind.record.search(document.raw):
            self._leave_out(place, document)
        elif document.data is None:
            self.fits += 1
            self.ledger.reject(*place, document.problem or "not understood")
        else:
            self._take(place, _said_by(document.data))

    def _leave_out(self, place: tuple[int, int], document: Document) -> None:
        """What is no record: what a page has before its records and behind them, or damage."""
        if self.kind.frame.match(document.raw):
            self.ledger.skip(*place)
        else:
            self.ledger.reject(*place, document.problem or "not understood")

    def _take(self, place: tuple[int, int], said: Said) -> None:
        name, calls = self.kind.kind or ("", "")
        kind = said.get(name, calls)
        self.fits += not self.kind.must.isdisjoint(said) or name in said
        if kind != calls:
            self.other_kinds.add(kind[:40])
            self.ledger.skip(*place)
        elif said.get(self.kind.id, "") in self.seen:
            self.ledger.duplicate(*place)
        elif isinstance(facts := self.kind.call_of(said), list):
            self.ledger.reject(*place, *facts)
        else:
            self.seen.update({said[self.kind.id]} if self.kind.id in said else ())
            self.ledger.call([place], **facts)


def _said_by(record: Json) -> Said:
    return {_plain(name): text for name, value in record.items() if (text := clean(text_of(value)))}


def _camel(name: str) -> str:
    """`start_time` as `startTime`."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _plain(name: str) -> str:
    """`startTime` as `start_time`."""
    return name if name.islower() else _CAPITAL.sub(lambda found: f"_{found[0]}", name).lower()


def _records(content: bytes, page: re.Pattern[bytes]) -> Iterator[Document]:
    """The records of a file, those of its pages one after another; what stands around them counts as more."""
    head, *pages = page.split(content)
    head = head.strip(_BETWEEN).removeprefix(b"[")
    number = 0
    for part in (*([head] if head.strip(_BETWEEN + b"{") else []), *pages):
        for document in documents_of(part):
            number += 1
            yield document._replace(number=number)
