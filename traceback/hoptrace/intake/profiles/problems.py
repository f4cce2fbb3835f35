"""What is wrong with a profile, in words: file, line, key, what it must be, and which key may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from hoptrace.intake.profiles.toml_lines import Path, line_of

_IN_WORDS = {
    "tuple_type": 'it must be a list, such as ["a", "b"]',
    "string_type": 'it must be text, such as "a"',
    "dict_type": "it must be a table",
    "model_type": "it must be a table",
    "bool_type": "it must be true or false",
    "int_type": "it must be a whole number",
    "bool_parsing": "it must be true or false",
    "int_parsing": "it must be a whole number",
    "missing": "it is missing",
}
_FAMILIES = re.compile(r"str|int|bool|ColumnRule|(?:tuple|literal|function|constrained|nullable)[-\[].*")
"""What pydantic puts into a path to name the member of a union that it tried."""


def problems_of(error: ValidationError, model: type[BaseModel], lines: Mapping[Path, int], where: str) -> str:
    """All problems, one sentence each, in the order of their lines."""
    told: dict[tuple[str, ...], tuple[int, str]] = {}
    for problem in error.errors():
        path = [part for part in problem["loc"] if isinstance(part, int) or not _FAMILIES.fullmatch(part)]
        keys = tuple(str(part) for part in path)
        line = line_of(dict(lines), path) or 0
        words = _words(problem["type"], problem["msg"], path, model, dict(problem.get("ctx", {})))
        # A value that may be of several kinds is told of once: the longest sentence knows most.
        if keys not in told or len(words) > len(told[keys][1]):
            told[keys] = (line, words)
    # Of a union pydantic also tells why the members that were not meant do not fit.
    deepest = {keys: each for keys, each in told.items() if not any(keys == more[: len(keys)] != more for more in told)}
    return "; ".join(
        _located(where, *each) for each in sorted((line, keys, words) for keys, (line, words) in deepest.items())
    )


def _located(where: str, line: int, keys: Sequence[str], words: str) -> str:
    place = f"{where}, line {line}" if line else where
    return f"{place}: {'.'.join(keys)}: {words}".rstrip(".") if keys else f"{place}: {words}".rstrip(".")


def _words(kind: str, message: str, path: Sequence[str | int], model: type[BaseModel], context: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        known = sorted(_keys_at(model, path[:-1]))
        return "there is no such key" + meant(str(path[-1]), known)
    if kind in {"literal_error", "enum"}:
        return f"it must be {context.get('expected', message)}"
    return _IN_WORDS.get(kind, message.removeprefix("Value error, "))


def meant(written: str, known: Sequence[str]) -> str:
    """`; did you mean ...`, or nothing where no known word is near."""
    near = [word for word in known if len(written) > 2 and word.startswith(written)]
    near = near or get_close_matches(written, known, n=1)
    return f"; did you mean {near[0]}" if near else ""


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """The keys that the table at this path may have."""
    here = model
    for part in path:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part)
        inside = list(_models_in(field.annotation)) if field is not None else []
        here = inside[0] if inside else here
    return {field.alias or name for name, field in here.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
