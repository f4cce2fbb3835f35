"""The data dictionary of a report: what each column of each of its tables holds."""

from __future__ import annotations

from hoptrace.reports.many.placing import meaning_text
from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_code, a_text
from hoptrace.reports.tables.table import Table, columns_of, row_of, table_of
from hoptrace.reports.wording.language import Language, message


class DictionaryRow(Part):
    """One column of one table and what it means."""

    table: str = a_text(message("Table"), message("Name of the table."))
    column: str = a_text(message("Column"), message("Name of the column."))
    title: str = a_text(message("Title"), message("What heads it on a page."))
    kind: str = a_code(message("Kind"), message("text, carrier, count, share (0..1), number or code."))
    meaning: str = a_text(message("Meaning"), message("What it holds."))


def dictionary_of(report: type[Part], voice: Language) -> Table[DictionaryRow]:
    """Every column of every table of a kind of report."""
    rows = [
        {
            "table": name,
            "column": column.name,
            "title": voice.say(column.title),
            "kind": column.kind.value,
            "meaning": meaning_text(column.meaning, voice),
        }
        for name, row in row_of(report).items()
        for column in columns_of(row)
    ]
    return table_of(DictionaryRow, rows)
