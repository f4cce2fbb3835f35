"""Values of JSON documents as readers want them: objects, lists of objects, and texts that are fit for a frame."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def as_object(value: Any) -> Json:
    """A JSON object, empty where the value is none; its texts may hold surrogates, see `clean`."""
    found: Json = value  # what `cast` does, without a call
    return found if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[Json]:
    """Several JSON objects, written as a list or, where there is one, as an object."""
    one: Json = value
    several: list[Any] = value
    if isinstance(value, list):
        return [as_object(item) for item in several]
    return [one] if isinstance(value, dict) else []


def text_of(value: object) -> str | None:
    """A value as text, None where it is empty or no single value."""
    if type(value) is str:
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def clean_text(value: object) -> str | None:
    """The same, fit for a frame."""
    # Nearly all values are plain text, and there are dozens in each document.
    if type(value) is str and value.isascii():
        return value.strip() or None
    return clean(text_of(value))


def clean(text: str | None) -> str | None:
    """Text for a frame: bytes that are not UTF-8, and lone surrogates, become replacement marks."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", errors="surrogateescape" if _escaped(text) else "replace").decode("utf-8", "replace")


def _escaped(text: str) -> bool:
    return not any("\ud800" <= c < "\udc80" or "\udcff" < c <= "\udfff" for c in text)
