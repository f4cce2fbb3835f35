"""FreeSWITCH mod_json_cdr: one JSON document a leg, in files of one or of many documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hoptrace.intake.formats.asterisk_lines import content_of
from hoptrace.intake.formats.freeswitch_documents import Json, as_object, documents_of
from hoptrace.intake.formats.freeswitch_entering import Written, enter_documents
from hoptrace.intake.formats.freeswitch_flows import Told, call_flow
from hoptrace.intake.formats.freeswitch_table import table_of_documents
from hoptrace.intake.formats.freeswitch_variables import read_variables
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
        written: list[Written] = []
        told: list[Told] = []
        for source in sources:
            for document in documents_of(content_of(source)):
                problem = document.problem or ("not understood" if document.data is None else None)
                written.append(Written((source.index, document.number), document.raw, problem))
                if problem is None:
                    told.append(_told(as_object(document.data)))
        ledger = Ledger()
        enter_documents(written, table_of_documents(told), ledger)
        yield ledger.chunk()


def _told(document: Json) -> Told:
    return Told(read_variables(as_object(document.get("variables"))), call_flow(document))
