"""What a running process remembers of the lake's files, within bounds; the least recently used goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by key, each made when it is first asked for; together no larger than `room`. Threads may share it."""

    def __init__(
        self, make: Callable[[Sequence[Key]], Sequence[Value]], size: Callable[[Value], int], room: int
    ) -> None:
        self._make = make
        self._size = size
        self._room = room
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, keys: Sequence[Key]) -> list[Value]:
        """The values of these keys, in their order; those that are not at hand are made all at once."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
            for key in found:
                self._values.move_to_end(key)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            # Two threads that miss the same value both make it; that is rare and does no harm.
            made = dict(zip(missing, self._make(missing), strict=True))
            self._keep(made)
            found |= made
        return [found[key] for key in keys]

    def _keep(self, made: dict[Key, Value]) -> None:
        with self._lock:
            for key, value in made.items():
                if key not in self._values:
                    self._room -= self._size(value)
                self._values[key] = value
                while self._room < 0 and len(self._values) > 1:
                    self._room += self._size(self._values.popitem(last=False)[1])
