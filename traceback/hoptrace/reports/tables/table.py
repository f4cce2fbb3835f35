"""A table of a report: typed rows kept as a frame, so that five million of them are no burden.

In JSON and its schema it is a list of objects, one a row; in CSV a file; on a page a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

import polars as pl
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import Kind
from hoptrace.reports.wording.plain import plain

RowT = TypeVar("RowT", bound=Part)

_TYPES: dict[type, type[pl.DataType]] = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what heads it, what it means, what it holds."""

    name: str
    title: str
    meaning: str
    kind: Kind
    nullable: bool


class Table(Generic[RowT]):
    """Rows of the model `row`, in order, as a frame with one column a field. Never changed once it is made."""

    __slots__ = ("frame", "row")

    def __init__(self, row: type[RowT], frame: pl.DataFrame | pl.LazyFrame) -> None:
        """Take the columns of `row` out of `frame`; raises polars' errors where one is missing or of another kind."""
        self.row = row
        told = frame.lazy().select(pl.col(name).cast(kind) for name, kind in frame_schema(row).items())
        self.frame = told.collect(engine="streaming")

    def __len__(self) -> int:
        return self.frame.height

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return False
        same = cast("Table[Any]", other)
        return self.row is same.row and len(self) == len(same) and self.frame.equals(same.frame)

    def __hash__(self) -> int:
        return hash((self.row, self.frame.height))

    def __repr__(self) -> str:
        return f"Table({self.row.__name__}, {self.frame.height} rows)"

    @property
    def columns(self) -> tuple[Column, ...]:
        """What its columns are."""
        return columns_of(self.row)

    def rows(self, most: int | None = None) -> list[dict[str, Any]]:
        """The rows (the first `most`) as plain data."""
        return (self.frame if most is None else self.head(most)).to_dicts()

    def parts(self, rows: int = 50_000) -> Iterator[pl.DataFrame]:
        """The rows in parts of about `rows`, for writing without holding all as text; none where it is empty."""
        yield from self.frame.iter_slices(rows)

    def head(self, most: int) -> pl.DataFrame:
        """The first rows."""
        return self.frame.head(most)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (row,) = get_args(source)
        rows = handler.generate_schema(list[row])

        def read(value: Any, check: core_schema.ValidatorFunctionWrapHandler) -> Table[Any]:
            """A table as it is, or one made of rows that are checked."""
            if isinstance(value, Table):
                return value  # pyright: ignore[reportUnknownVariableType]
            return table_of(row, [each.model_dump() for each in check(value)])

        def tell(table: Table[Any]) -> list[dict[str, Any]]:
            """The rows, as they are written out."""
            return table.rows()

        told = core_schema.plain_serializer_function_ser_schema(tell, return_schema=core_schema.list_schema())
        return core_schema.no_info_wrap_validator_function(read, rows, serialization=told)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # Read or written, it is the list of rows that the validator wraps.
        return handler(core["schema"])


class LongTable(Table[RowT]):
    """A table whose rows are made a part at a time, when they are written: millions are never there together."""

    __slots__ = ("_length", "_make")

    def __init__(self, row: type[RowT], length: int, make: Callable[[], Iterator[pl.DataFrame]]) -> None:
        """`make` gives the rows in order, in frames that hold the columns of `row`; `length` rows in all."""
        self.row = row
        self._length = length
        self._make = make

    def __len__(self) -> int:
        return self._length

    @property
    def frame(self) -> pl.DataFrame:  # pyright: ignore[reportIncompatibleVariableOverride]
        """All rows at once, as a frame."""
        return pl.concat([frame_schema(self.row).to_frame(), *self.parts()])

    def parts(self, rows: int = 50_000) -> Iterator[pl.DataFrame]:
        """The rows in the parts in which they are made."""
        for made in self._make():
            yield from Table(self.row, made).parts(rows)

    def head(self, most: int) -> pl.DataFrame:
        """The first rows; no more parts are made than they need."""
        found = [frame_schema(self.row).to_frame()]
        for part in self.parts():
            found.append(part)
            if sum(each.height for each in found) >= most:
                break
        return pl.concat(found).head(most)


def table_of(row: type[RowT], rows: list[dict[str, Any]]) -> Table[RowT]:
    """A table of a few rows that were made one by one; texts are made plain."""
    told = [{name: plain(value) if isinstance(value, str) else value for name, value in one.items()} for one in rows]
    return Table(row, pl.DataFrame(told, schema=frame_schema(row), orient="row"))


@cache
def columns_of(row: type[Part]) -> tuple[Column, ...]:
    """The columns of a table of such rows, out of the row's fields."""
    return tuple(_column(name, field) for name, field in row.model_fields.items())


@cache
def frame_schema(row: type[Part]) -> pl.Schema:
    """The kinds of the frame's columns."""
    return pl.Schema([(name, _kind(field)) for name, field in row.model_fields.items()])


def _column(name: str, field: FieldInfo) -> Column:
    told: Any = field.json_schema_extra
    kind = Kind(told["kind"]) if told else Kind.TEXT
    return Column(name, field.title or name, field.description or "", kind, type(None) in get_args(field.annotation))


def _kind(field: FieldInfo) -> type[pl.DataType]:
    options: list[Any] = [each for each in get_args(field.annotation) or (field.annotation,) if each is not type(None)]
    return _TYPES[options[0]]


def row_of(report: type[Part]) -> dict[str, type[Part]]:
    """The row models of a report's tables, by the table's name."""
    told = {name: field.annotation for name, field in report.model_fields.items()}
    return {name: get_args(each)[0] for name, each in told.items() if get_origin(each) is Table}
