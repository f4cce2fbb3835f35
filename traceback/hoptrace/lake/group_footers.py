"""The footer of a long Parquet file, kept as written and opened for one row group at a time.

Opened as a whole, a footer takes fifteen times its bytes in memory: a lake of a hundred million statements would hold
a gigabyte of them. A footer is a Thrift struct in the compact protocol, in which the row groups stand one after the
other, each a struct of its own: so that of one group can be cut out by the marks at which they begin.
(https://github.com/apache/parquet-format: FileMetaData, RowGroup; Thrift compact protocol.)
"""
# pyright: basic
# pyarrow has no type stubs.

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAGIC = b"PAR1"
_STOP = b"\x00"
_LIST = b"\x19"
"""A field that follows its predecessor (the row groups of the file, the columns of a row group): a list."""
_ONE_STRUCT = b"\x1c"
_FILE_OFFSET = b"\x26"
"""The first field of each column of a row group."""


@dataclass(frozen=True, slots=True)
class GroupFooters:
    """A file's footer, and where its row groups begin in it; `whole` is the opened one where they were not found."""

    raw: bytes
    begins: tuple[int, ...]
    whole: Any = None

    @classmethod
    def of(cls, raw: bytes, metadata: Any) -> GroupFooters:
        """Of a footer as written, and the same one opened."""
        mark = _LIST + _list_of(metadata.num_columns) + _FILE_OFFSET
        begins: list[int] = []
        at = raw.find(mark)
        while at >= 0:
            begins.append(at)
            at = raw.find(mark, at + len(mark))
        header = _LIST + _list_of(metadata.num_row_groups)
        found = len(begins) == metadata.num_row_groups and raw[: begins[0]].endswith(header)
        made = cls(raw, tuple(begins)) if found else None
        return made if made is not None and made._is_right(metadata) else cls(raw, (), metadata)

    def group(self, number: int) -> tuple[Any, int]:
        """Metadata by which a row group can be read, and the group's number in it.

        What the file says beside its row groups is left out: texts may come as `string` instead of `large_string`.
        """
        if self.whole is not None:
            return self.whole, number
        import pyarrow as pa  # loads only where many calls are looked up
        import pyarrow.parquet as pq

        prefix = self.raw[: self.begins[0] - len(_list_of(len(self.begins)))]
        last = number + 1 == len(self.begins)
        # After the last group stands the rest of the footer, with its own stop.
        end = (
            self.raw[self.begins[number] :] if last else self.raw[self.begins[number] : self.begins[number + 1]] + _STOP
        )
        footer = prefix + _ONE_STRUCT + end
        text = MAGIC + footer + len(footer).to_bytes(4, "little") + MAGIC
        return pq.read_metadata(pa.BufferReader(text)), 0

    def _is_right(self, metadata: Any) -> bool:
        """Whether the first and last group come out as they are: the marks might stand in a text as well."""
        for number in {0, len(self.begins) - 1}:
            made, at = self.group(number)
            if made.num_row_groups != 1 or _places(made.row_group(at)) != _places(metadata.row_group(number)):
                return False
        return True


def _places(group: Any) -> list[tuple[Any, ...]]:
    columns = (group.column(number) for number in range(group.num_columns))
    return [
        (
            one.path_in_schema,
            one.num_values,
            one.dictionary_page_offset,
            one.data_page_offset,
            one.total_compressed_size,
        )
        for one in columns
    ]


def _list_of(count: int) -> bytes:
    """The head of a list of so many structs: its length in the upper four bits, or after them."""
    if count < 15:
        return bytes([count << 4 | 0xC])
    told = bytearray([0xFC])
    while count >= 0x80:
        told.append(count & 0x7F | 0x80)
        count >>= 7
    told.append(count)
    return bytes(told)
