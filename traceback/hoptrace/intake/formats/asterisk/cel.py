"""Asterisk's channel event log (CEL), as cel_custom's Master.csv or an export of the cel table: a row an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from hoptrace.errors import InputRefused
from hoptrace.intake.fold_rows import FoldRow
from hoptrace.intake.formats.asterisk.cel_calls import calls_of, enter
from hoptrace.intake.formats.asterisk.cel_channels import FIELDS, CallSpan, Channel, Event
from hoptrace.intake.formats.asterisk.layout import Layout, profile_layout
from hoptrace.intake.formats.asterisk.rows import NOTHING, DateOrder, parse_time
from hoptrace.intake.formats.asterisk.tabs import with_commas
from hoptrace.intake.formats.asterisk.telephones import Telephones
from hoptrace.intake.formats.asterisk.uniqueids import epoch_of
from hoptrace.intake.formats.text.lines import Lines, decoded, lines_of
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Context, Detection, Source
from hoptrace.intake.zone_measuring import measure

EVENTS = frozenset({
    "CHAN_START", "CHAN_END", "ANSWER", "HANGUP", "APP_START", "APP_END", "BRIDGE_ENTER", "BRIDGE_EXIT", "CONF_ENTER",
    "CONF_EXIT", "PARK_START", "PARK_END", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER", "PICKUP", "FORWARD",
    "HOOKFLASH", "3WAY_START", "3WAY_END", "BRIDGE_START", "BRIDGE_END", "BRIDGE_UPDATE", "BRIDGE_TO_CONF",
    "LINKEDID_END", "LOCAL_OPTIMIZE", "LOCAL_OPTIMIZE_BEGIN", "USER_DEFINED", "STREAM_BEGIN", "STREAM_END", "DTMF",
})  # fmt: skip
_CORE = (
    *("eventtype", "eventtime", "cid_name", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten", "context"),
    *("channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer"),
)
_LAYOUTS = {
    19: (*_CORE, "userdeftype", "eventextra"),
    20: (*_CORE, "userfield", "userdeftype", "eventextra"),
    21: ("id", *_CORE, "userfield", "userdeftype", "eventextra"),
}
"""Column orders by width: cel_custom.conf.sample without and with userfield, and a table with an id before it."""

_SYNONYMS = {"extra": "eventextra", "dnid": "cid_dnid", "rdnis": "cid_rdnis", "channel": "channame"}
_LOOKED_AT = 60
_CUT = "last line is cut: file still being written?"


class AsteriskCel:
    """Reads CEL files: the events of all channels of a call become its statements, one a route attempt."""

    name = "asterisk_cel"
    title = "Asterisk CEL (cel_custom, exports of the cel table)"
    grouped = False
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file with CEL's header, or most of whose rows begin with one of its events."""
        del source
        rows = [split(with_commas(text)) for raw in head.splitlines()[:_LOOKED_AT] if (text := decoded(raw)).strip()]
        if rows and _is_header(rows[0]):
            return Detection(self.name, 0.96, "its header has CEL's column names")
        fits = sum(len(cells) in _LAYOUTS and not EVENTS.isdisjoint(cells[:2]) for cells in rows)
        if not fits or fits * 2 < len(rows):
            return None
        why = f"{len(rows[0])} columns that begin with CEL's events in {fits} of {len(rows)} rows"
        return Detection(self.name, 0.95, why)

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk a file; raises InputRefused where no row is an event, TimezoneMissing."""
        for source in sources:
            yield _read_file(source, context)


def _is_header(cells: Sequence[str]) -> bool:
    if "eventtype" not in ",".join(cells).lower():
        return False  # every row is asked, and the names of its twenty columns would take half of its time
    return {"eventtype", "eventtime", "uniqueid", "linkedid"} <= {_column(cell) for cell in cells}


def _column(cell: str) -> str:
    name = cell.strip().strip('"').lower()
    return _SYNONYMS.get(name, name)


def _read_file(source: Source, context: Context) -> Chunk:
    ledger = Ledger()
    channels = _channels(source, context, ledger)
    starts = [(channel.start, epoch_of(channel.uniqueid)) for channel in channels]
    clock = None
    if any(start.tzinfo is None for start, _ in starts):
        pairs = [(start, float(epoch)) for start, epoch in starts if epoch is not None and start.tzinfo is None]
        clock = LocalClock.of(context, measure(pairs))
        events = sorted((event for channel in channels for event in channel.events), key=lambda event: event.row)
        clock.look_ahead((event.time for event in events), lambda: [FoldRow(event.row, event.time) for event in events])
    spans = [CallSpan.of(channel, clock) for channel in channels]
    telephones = Telephones(context.listed)
    for call in calls_of(spans, telephones):
        enter(call, telephones, source.index, ledger)
    for text in clock.flags() if clock else ():
        ledger.flag(source.index, text)
    return ledger.chunk(clock.zone if clock else ZONE_IN_FILE)


def _channels(source: Source, context: Context, ledger: Ledger) -> list[Channel]:
    """The file's channels with their events; lines that are no events are settled in the ledger."""
    lines = lines_of(source)
    layout = profile_layout(context.profile, source.name)
    channels: dict[str, Channel] = {}
    seen: set[bytes] = set()
    found, titled = 0, False
    for line in lines.lines:
        place = source.index, line.number
        ledger.row(*place, line.raw)
        cells = split(with_commas(line.text))
        if not line.text.strip():
            ledger.skip(*place)
        elif _is_header(cells):
            titled = True
            layout = layout or Layout(tuple(map(_column, cells)), "by its header")
            ledger.skip(*place)
        elif line.raw in seen:
            ledger.duplicate(*place)
        elif line.number == lines.unended and not titled:
            ledger.reject(*place, _CUT)
            found += 1
        else:
            seen.add(line.raw)
            event = _event(line.number, _fields(line.text, cells, layout), lines)
            found += isinstance(event, Event)
            _put(event, channels, place, ledger)
    if lines.lines and not found:
        raise InputRefused(
            f"{source.name}: no row is an event of Asterisk's CEL. Give the right --format, or a profile whose layout "
            "names the columns in order, see docs/formats/asterisk.md."
        )
    return list(channels.values())


def _put(event: Event | str, channels: dict[str, Channel], place: tuple[int, int], ledger: Ledger) -> None:
    """Put an event with its channel, or reject the row by the reason why it is none."""
    if isinstance(event, Event):
        channels.setdefault(event.uniqueid, Channel(event.uniqueid, [])).events.append(event)
    else:
        ledger.reject(*place, event)


def _fields(text: str, cells: list[str], layout: Layout | None) -> dict[str, str] | None:
    """A row's fields that are not empty, None where its width has no layout."""
    columns = layout.columns if layout is not None else _LAYOUTS.get(len(cells))
    if columns is None or len(columns) != len(cells):
        again = split_tolerant(text)
        columns = layout.columns if layout is not None else _LAYOUTS.get(len(again))
        if columns is None or len(columns) != len(again):
            return None
        cells = again
    return {name: value for at, name in _looked_at(columns) if (value := cells[at].strip()) not in NOTHING}


@lru_cache(maxsize=8)
def _looked_at(columns: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """The places of the columns that tell of a call, and their names."""
    return tuple((at, name) for at, name in enumerate(columns) if name in FIELDS)


def _event(row: int, fields: dict[str, str] | None, lines: Lines) -> Event | str:
    """The event of a row, or the reason why it is none."""
    if fields is None:
        cut = not lines.complete and row == len(lines.lines)
        return _CUT if cut else "wrong number of columns"
    time = parse_time(fields.get("eventtime", ""), DateOrder.UNKNOWN)
    if time is None:
        return "event time not understood"
    if "uniqueid" not in fields:
        return "no uniqueid"
    if fields.get("eventtype") not in EVENTS:
        return "no known event"
    return Event(row, fields["eventtype"], time, fields["uniqueid"], fields)
