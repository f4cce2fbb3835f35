"""AudioCodes session border controllers and gateways: CDRs sent to syslog, one report a leg and stage of a call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.audiocodes.calls import enter_session, session_of
from hoptrace.intake.formats.audiocodes.rows import CALL_TYPES, Leg, Titles, columns_of, is_title, read_leg, titles_for
from hoptrace.intake.formats.clocks.times import ClockTimes
from hoptrace.intake.formats.resaved import MINUTE, Signs
from hoptrace.intake.formats.text.lines import decoded, lines_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.open_passes import with_passes
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_LOOKED_AT = 200
_CUT = "last line is cut: file still being written?"
_NO_TITLES = "no title row before it and not the documented columns"
_WRONG_WIDTH = "not as many columns as its title row"


@dataclass(slots=True)
class _Group:
    """What a group of files gave so far: reports by session, and lines already seen."""

    times: ClockTimes
    context: Context
    ledger: Ledger = field(default_factory=Ledger)
    sessions: defaultdict[object, list[Leg]] = field(default_factory=lambda: defaultdict(list))
    seen: set[bytes] = field(default_factory=set[bytes])
    signs: dict[int, Signs] = field(default_factory=dict[int, Signs])


class AudioCodesSyslog:
    """Reads syslog files with AudioCodes CDRs; other lines are skipped. A call's legs may lie in two files."""

    name = "audiocodes"
    title = "AudioCodes SBC or gateway CDRs (syslog)"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file with a title row of AudioCodes' CDRs; without one not surely, for columns are a choice."""
        del source
        rows = [columns_of(decoded(raw)) for raw in head.splitlines()[:_LOOKED_AT]]
        titles = sum(1 for cells in rows if is_title(cells) and Titles.of(cells).usable)
        reports = Counter(cells[0] for cells in rows if len(cells) > 1 and cells[0] in CALL_TYPES)
        if not titles and not reports:
            return None
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(reports.items())) or "no call in its first lines"
        if not titles:
            return Detection(self.name, 0.5, f"{told}, but no title row says what their columns are")
        return Detection(self.name, 0.95, f"{titles} title rows of AudioCodes CDRs, {told}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where a file has no CDR, TimezoneMissing."""
        group = _Group(ClockTimes(context), context)
        for source in sources:
            _read_file(source, group)
        on_minutes = {file for file, signs in group.signs.items() if signs.minutes}
        for reports in group.sessions.values():
            enter_session(_as_precise(reports, on_minutes), group.times, group.ledger)
        for text in group.times.flags():
            group.ledger.flag(sources[0].index, text)
        yield with_passes(group.ledger.chunk(group.times.zone))


def _as_precise(reports: list[Leg], on_minutes: Collection[int]) -> list[Leg]:
    """The reports; those of files whose seconds are gone count as their minute."""
    if not on_minutes:
        return reports
    return [each._replace(tick=MINUTE) if each.file in on_minutes else each for each in reports]


def _read_file(source: Source, group: _Group) -> None:
    lines = lines_of(source)
    group.signs[source.index] = Signs(group.context.profile.numbers.explicit)
    titles: Titles | None = None
    found = 0
    for line in lines.lines:
        where = source.index, line.number
        group.ledger.row(*where, line.raw)
        cells = columns_of(line.text)
        if is_title(cells):
            given = Titles.of(cells)
            titles = given if given.usable else titles  # media CDRs have title rows of their own
            group.ledger.skip(*where)
            found += given.usable
        elif not cells or cells[0] not in CALL_TYPES:
            group.ledger.skip(*where)
        elif line.raw in group.seen:
            group.ledger.duplicate(*where)
            found += 1
        elif line.number == lines.unended:
            group.ledger.reject(*where, _CUT)
            found += 1
        else:
            group.seen.add(line.raw)
            found += 1
            _row(where, cells, titles, group)
    for text in group.signs[source.index].flags():
        group.ledger.flag(source.index, text)
    if lines.lines and not found:
        raise InputRefused(
            f"{source.name}: no line is a call report of an AudioCodes device (|CALL_END |SBC |...). Give the right "
            "--format; see docs/formats/audiocodes.md."
        )


def _row(where: tuple[int, int], cells: Sequence[str], titles: Titles | None, group: _Group) -> None:
    """Put a report with its session, or reject it."""
    if titles is None or len(cells) != titles.width:
        fitting = titles_for(cells, group.context.profile, documented=titles is None)
        if fitting is None or not fitting.usable:
            group.ledger.reject(*where, _NO_TITLES if titles is None else _WRONG_WIDTH)
            return
        titles = fitting
    leg = read_leg(where, cells, titles, group.times)
    if isinstance(leg, Leg):
        group.signs[leg.file].look(leg.setup, (leg.src, leg.dst))
        group.sessions[session_of(leg)].append(leg)
    else:
        group.ledger.reject(*where, *leg)
