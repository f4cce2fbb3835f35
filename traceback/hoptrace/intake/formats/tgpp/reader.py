"""3GPP TS 32.298: binary records of mobile and IMS networks, of gateways, transit exchanges and border nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from hoptrace.errors import InputRefused, MissingExtra
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.tgpp.calls import facts_of, key_of
from hoptrace.intake.formats.tgpp.decoding import Components
from hoptrace.intake.formats.tgpp.records import CALLS, BerRecord, looks_like_records, records_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_FIRST_IMS = 63
NOT_DECODED = "not a record of TS 32.298"


@dataclass(slots=True)
class _Call:
    """The records of one call, of which the later ones count more."""

    kind: str
    fields: dict[str, Any]
    rows: list[tuple[int, int]]


class Tgpp:
    """Reads BER records of TS 32.298, plain or in the frames of TS 32.297; needs pycrate."""

    name = "3gpp"
    title = "3GPP TS 32.298 (gateway, transit, IBCF, MGCF, BGCF, mobile calls)"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file that begins with records, one behind the other, of the tags that the standard gives."""
        if not head or (head[:1].isascii() and not head.startswith(b"\x00")):
            return None
        try:
            size = source.path.stat().st_size
        except OSError:
            size = len(head)
        found = looks_like_records(head, size if size == len(head) else size + 1)
        if not found:
            return None
        return Detection(self.name, 0.9, f"{found} BER records with tags of TS 32.298, one behind the other")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises MissingExtra without pycrate, InputRefused where a file has no record."""
        del context
        decoder = Decoder()
        ledger = Ledger()
        calls: dict[tuple[object, ...], _Call] = {}
        seen: set[bytes] = set()
        for source in sources:
            _read_file(source, decoder, ledger, calls, seen)
        for call in calls.values():
            facts = facts_of(call.kind, call.fields)
            if isinstance(facts, dict):
                ledger.call(call.rows, **facts)
                continue
            for row in call.rows:
                ledger.reject(*row, *facts)
        yield ledger.chunk()


class Decoder:
    """Decodes single records by pycrate's modules of TS 32.298, which take some seconds to load.

    Records that are plain are read by tables of these modules, all others by pycrate itself.
    """

    def __init__(self) -> None:
        try:
            modules: Any = import_module("pycrate_asn1dir.CDR")
        except ImportError:
            raise MissingExtra(
                "3GPP records are decoded by pycrate, which is not installed. Install it with "
                "pip install 'hoptrace[3gpp]' and submit again."
            ) from None
        self._cs = modules.CSChargingDataTypes.CSRecord
        self._ims = modules.IMSChargingDataTypes.IMSRecord
        self._plain = {False: Components(self._cs), True: Components(self._ims)}

    def decode(self, record: BerRecord) -> tuple[str, dict[str, Any]] | None:
        """Name and fields of a record, None where it does not follow the standard."""
        ims = record.tag >= _FIRST_IMS
        try:
            return self._plain[ims].one(record.raw, 0, len(record.raw))
        except (LookupError, ValueError):
            return self._in_doubt(record, ims=ims)

    def _in_doubt(self, record: BerRecord, *, ims: bool) -> tuple[str, dict[str, Any]] | None:
        kind = self._ims if ims else self._cs
        try:
            kind.from_ber(record.raw)
            found: object = kind.get_val()
        except Exception:  # what damaged bytes raise in the decoder is not told by it
            return None
        if not isinstance(found, tuple):
            return None
        name, fields = cast(tuple[str, object], found)
        return (name, cast(dict[str, Any], fields)) if isinstance(fields, dict) else None


def _read_file(
    source: Source, decoder: Decoder, ledger: Ledger, calls: dict[tuple[object, ...], _Call], seen: set[bytes]
) -> None:
    found = fits = 0
    for record in records_of(content_of(source)):
        found, place = record.number, (source.index, record.number)
        ledger.row(*place, record.raw)
        fits += record.problem is None
        if record.problem is not None:
            ledger.reject(*place, record.problem)
        elif record.tag not in CALLS:
            ledger.skip(*place)
        elif record.raw in seen:
            ledger.duplicate(*place)
        else:
            seen.add(record.raw)
            _take(decoder.decode(record), place, ledger, calls)
    if found and not fits:
        raise InputRefused(
            f"{source.name}: no BER record of TS 32.298. Give the right --format, see docs/formats/3gpp.md."
        )


def _take(
    decoded: tuple[str, dict[str, Any]] | None,
    place: tuple[int, int],
    ledger: Ledger,
    calls: dict[tuple[object, ...], _Call],
) -> None:
    if decoded is None:
        ledger.reject(*place, NOT_DECODED)
        return
    kind, fields = decoded
    key = key_of(kind, fields)
    call = calls.get(key)
    if call is None:
        calls[key] = _Call(kind, {**fields}, [place])
    else:
        call.fields.update(fields)
        call.rows.insert(0, place)
