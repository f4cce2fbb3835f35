"""CGRateS' CDRs as JSON or XML: a record a rating run, several of which tell of one call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.cgrates.calls import FIELDS, Runs, columns_of, enter, fold_row
from hoptrace.intake.formats.json.documents import documents_of
from hoptrace.intake.formats.json.values import Json, as_object, clean_text
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.xml.parsing import RecordParser
from hoptrace.intake.formats.xml.records import encoding_of, records_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.reading import HEAD_BYTES, ZONE_IN_FILE, Chunk, Context, Detection, Source

_SIGNS = ("CGRID", "OriginID", "OriginHost", "SetupTime", "AnswerTime", "RequestType", "RunID", "Destination", "Tenant")
_TAG = re.compile(
    rb"<([A-Za-z_][\w.-]*)>\s*(?:<([A-Za-z_][\w.-]*)>[^<]*</\2>\s*)*<(?:SetupTime|AnswerTime|Destination)>"
)
_NO_CALLS = frozenset({"*sms", "*mms", "*data", "*generic", "*monetary"})

Place = tuple[int, int]


@dataclass(slots=True)
class _Group:
    """What the files of one group have given so far: the runs of each call, by what names it."""

    ledger: Ledger = field(default_factory=Ledger)
    calls: dict[tuple[str, ...], Runs] = field(default_factory=dict[tuple[str, ...], Runs])
    seen: set[bytes] = field(default_factory=set[bytes])


class Cgrates:
    """Reads CGRateS' own field names; where an operator chose others, `[fields]` of a profile names them."""

    name = "cgrates_json"
    title = "CGRateS CDRs (JSON or XML)"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims JSON or XML with CGRateS' names of fields."""
        del source
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start.startswith((b"{", b"<", b"[")):
            return None
        forms = ('"{}"', "<{}>")
        signs = [sign for sign in _SIGNS if any(form.format(sign).encode() in head for form in forms)]
        if len(signs) < 4 or "Destination" not in signs:
            return None
        kind = "XML" if start.startswith(b"<") else "JSON"
        return Detection(self.name, min(0.95, 0.6 + 0.07 * len(signs)), f"{kind} with CGRateS' {', '.join(signs)}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where a file has no record, TimezoneMissing."""
        group = _Group()
        for source in sources:
            _read_file(source, group)
        calls = list(group.calls.values())
        clock = LocalClock.of(context) if any(runs.is_local for runs in calls) else None
        if clock is not None:
            order = [row for at, runs in enumerate(calls) if (row := fold_row(at, runs)) is not None]
            clock.look_ahead((row.start for row in order), lambda: order)
        columns = columns_of(context.profile)
        for at, runs in enumerate(calls):
            enter(runs, columns, clock, group.ledger, at)
        for text in clock.flags() if clock else ():
            group.ledger.flag(0, text)
        yield group.ledger.chunk(clock.zone if clock else ZONE_IN_FILE)


def _read_file(source: Source, group: _Group) -> None:
    content = content_of(source)
    found = fits = 0
    for number, raw, fields, problem in _records(content):
        place, found = (source.index, number), number
        group.ledger.row(*place, raw)
        if problem is not None:
            group.ledger.reject(*place, problem)
        elif raw in group.seen:
            group.ledger.duplicate(*place)
            fits += 1
        elif not FIELDS.isdisjoint(fields):
            fits += 1
            group.seen.add(raw)
            _take(place, fields, group)
        else:
            group.ledger.reject(*place, "no field of a CGRateS record")
    if found and not fits:
        raise InputRefused(
            f"{source.name}: no record of CGRateS. Give the right --format, see docs/formats/cgrates_json.md."
        )


def _take(place: Place, fields: dict[str, str], group: _Group) -> None:
    if fields.get("ToR", "*voice") in _NO_CALLS:
        group.ledger.skip(*place)
        return
    origin = fields.get("CGRID") or fields.get("OriginID")
    key = (origin, fields.get("OriginHost", "")) if origin else ("", *map(str, place))
    runs = group.calls.get(key)
    if runs is None:
        runs = group.calls[key] = Runs([], {})
    runs.add(place, fields)


Read = tuple[int, bytes, dict[str, str], str | None]


def _records(content: bytes) -> Iterator[Read]:
    """Number, bytes, fields and problem of each record of a file."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from _xml_records(content)
        return
    for document in documents_of(_unwrapped(content)):
        yield document.number, document.raw, _flat(document.data or {}), document.problem


def _unwrapped(content: bytes) -> bytes:
    """The objects of a JSON array as objects one after another."""
    text = content.strip(b"\xef\xbb\xbf \t\r\n")
    return text[1:-1] if text.startswith(b"[") and text.endswith(b"]") else content


def _flat(data: Json) -> dict[str, str]:
    """All fields as text; what stands in ExtraFields is put beside the others."""
    fields = _texts(data)
    more = as_object(data.get("ExtraFields"))
    return {**_texts(more), **fields} if more else fields


def _texts(data: Json) -> dict[str, str]:
    # What `clean_text` says, without a call for each text.
    return {
        name: text
        for name, value in data.items()
        if (text := value.strip() if type(value) is str and value.isascii() else clean_text(value))
    }


def _xml_records(content: bytes) -> Iterator[Read]:
    match = _TAG.search(content[:HEAD_BYTES])
    tag = match[1].decode("ascii") if match else "cdr"
    parser = RecordParser(encoding_of(content))
    for record in records_of(content, tag, frozenset(_roots(content, tag))):
        element = parser.parse(record.raw) if record.problem is None else None
        leaves: Iterable[tuple[str, str | None]] = (
            ((str(leaf.tag), leaf.text) for leaf in element.iter("*")) if element is not None else ()
        )
        fields = {name: text.strip() for name, text in leaves if text and text.strip()}
        problem = record.problem or (None if element is not None else "not an XML record")
        yield record.number, record.raw, fields, problem


def _roots(content: bytes, tag: str) -> Iterator[str]:
    """The names of the elements around the records: those that are opened before the first one."""
    before = content[: max(content.find(b"<" + tag.encode()), 0)]
    for match in re.finditer(rb"<([A-Za-z_][\w.-]*)[\s>]", before):
        yield match[1].decode("ascii")
