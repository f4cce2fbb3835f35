"""FreeSWITCH mod_json_cdr: one JSON document a leg, in files of one or of many documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from hoptrace.intake.formats.freeswitch.entering import Written, enter_documents
from hoptrace.intake.formats.freeswitch.flows import Told, call_flow
from hoptrace.intake.formats.freeswitch.json_shapes import JsonForm
from hoptrace.intake.formats.freeswitch.shaped import ShapedLegs
from hoptrace.intake.formats.freeswitch.table import LegTable, table_of_documents, together
from hoptrace.intake.formats.freeswitch.variables import read_variables
from hoptrace.intake.formats.json.documents import Piece, documents_in, pieces_of, text_in
from hoptrace.intake.formats.json.values import as_object
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.xml.records import in_blocks
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_SIGNS = (b'"callflow"', b'"channel_data"', b'"core-uuid"', b'"variables"', b'"switchname"', b'"start_uepoch"')


class FreeswitchJson:
    """Reads mod_json_cdr documents; the legs of a call may lie in different files of a group."""

    name = "freeswitch_json"
    title = "FreeSWITCH mod_json_cdr"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims JSON that names FreeSWITCH's variables and call flows."""
        del source
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return None
        signs = [sign.decode().strip('"') for sign in _SIGNS if sign in head]
        if "variables" not in signs or len(signs) < 2:
            return None
        return Detection(self.name, min(0.97, 0.75 + 0.07 * len(signs)), f"JSON with {', '.join(signs)}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; a document that cannot be used is a rejected row, it refuses no file."""
        del context
        reading = _Reading()
        for batch in in_blocks(_texts(sources), lambda each: len(each.text)):
            reading.add(batch)
        ledger = Ledger()
        enter_documents(reading.written, reading.table(), ledger)
        yield ledger.chunk()


class _Text(NamedTuple):
    """What a file says, and the file's index."""

    file: int
    text: str


def _texts(sources: Iterable[Source]) -> Iterator[_Text]:
    for source in sources:
        yield _Text(source.index, text_in(content_of(source)))


class _Reading:
    """What the files of a group have told so far."""

    def __init__(self) -> None:
        self.written: list[Written] = []
        self._shaped = ShapedLegs(JsonForm())
        self._legs: list[int] = []  # of each piece that is a document of known shape, else -1
        self._told: list[Told] = []
        self._told_legs: list[int] = []

    def add(self, texts: Sequence[_Text]) -> None:
        """Add files; documents that are not like others are read one by one."""
        for (file, text), known in zip(texts, self._known([text for _, text in texts]), strict=True):
            for number, raw, data, problem, piece in documents_in(text, known):
                if piece is not None:
                    self._legs[piece] = len(self.written)
                elif data is not None:
                    self._told.append(Told(read_variables(as_object(data.get("variables"))), call_flow(data)))
                    self._told_legs.append(len(self.written))
                self.written.append(Written((file, number), raw, problem))

    def _known(self, texts: Sequence[str]) -> list[dict[int, Piece]]:
        """The documents of known shapes in each text, by where they begin."""
        found: list[dict[int, Piece]] = []
        for text in texts:
            found.append(pieces_of(text, len(self._legs)))
            self._legs += [-1] * len(found[-1])
        known: set[int] = set()
        for block in in_blocks([piece for each in found for piece in each.values()], lambda piece: len(piece.raw)):
            numbers = [piece.number for piece in block]
            known.update(compress(numbers, self._shaped.read([piece.raw for piece in block], numbers)))
        return [{at: piece for at, piece in each.items() if piece.number in known} for each in found]

    def table(self) -> LegTable:
        """All legs in the order of their documents."""
        told = table_of_documents(self._told)
        if not self._shaped.tables:
            return told
        shaped = [table.renumbered(self._legs) for table in self._shaped.tables]
        return together([*shaped, told.renumbered(self._told_legs)])
