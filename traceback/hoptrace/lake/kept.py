"""What a running process remembers of the lake's files, within bounds; the least recently used goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by key, each made when it is first asked for; together no larger than `room`. Threads may share it."""

    def __init__(self, make: Callable[[Key], Value], size: Callable[[Value], int], room: int) -> None:
        self._make = make
        self._size = size
        self._room = room
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def has(self, keys: Iterable[Key]) -> bool:
        """Whether the values of all of these are at hand."""
        return all(key in self._values for key in keys)

    def get(self, key: Key) -> Value:
        """The value of this key."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        # Two threads that miss the same value both make it; that is rare and does no harm.
        value = self._make(key)
        with self._lock:
            if key not in self._values:
                self._room -= self._size(value)
            self._values[key] = value
            while self._room < 0 and len(self._values) > 1:
                self._room += self._size(self._values.popitem(last=False)[1])
        return value
