"""Ids found in a published file without reading them all: an open-addressed table beside the texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from app.bridge.columns import Array
    from app.engine.ids import Numbers
    from app.engine.types import IntArray

_ROOM = 2
"""Places a table has for each id, at least."""


def table(ids: Sequence[str]) -> IntArray:
    """Make the table of ``ids``: a power of two of places, each 0 or a number + 1.

    An id is in the first free place from the CRC-32 of its UTF-8 on. Of equal ids the last counts.
    """
    size = 1 << max(_ROOM * len(ids) - 1, 1).bit_length()
    places = [0] * size
    for number, each in enumerate(ids):
        place = crc32(each.encode()) % size
        while places[place] and ids[places[place] - 1] != each:
            place = (place + 1) % size
        places[place] = number + 1
    return np.asarray(places, np.int32)


class Table:
    """A table as it lies in a file; nothing of it is copied."""

    __slots__ = ("_data", "_last", "_places", "_starts")

    def __init__(self, places: Array, starts: Array, data: Array) -> None:
        """Take the table, and the starts and bytes of the texts."""
        self._places = places.data
        self._starts = starts.data
        self._data = data.data
        self._last = len(places) - 1

    def get(self, wanted: str, /) -> int | None:
        """Give the number of an id, None where it is unknown."""
        raw = wanted.encode()
        places, starts, data, last = self._places, self._starts, self._data, self._last
        place = crc32(raw) & last
        while found := places[place]:
            if data[starts[found - 1] : starts[found]] == raw:
                return int(found) - 1
            place = (place + 1) & last
        return None

    def __getitem__(self, wanted: str, /) -> int:
        number = self.get(wanted)
        if number is None:
            raise KeyError(wanted)
        return number

    def __contains__(self, wanted: object, /) -> bool:
        return isinstance(wanted, str) and self.get(wanted) is not None

    def __iter__(self) -> Iterator[str]:
        starts, data = self._starts, self._data
        return (str(data[starts[k] : starts[k + 1]], "utf-8") for k in range(len(starts) - 1))


@dataclass(frozen=True, slots=True)
class Both:
    """Two tables: the numbers of the second go on where those of the first end."""

    first: Numbers
    more: Numbers
    size: int

    def get(self, wanted: str, /) -> int | None:
        """Give the number of an id, None where it is unknown."""
        number = self.first.get(wanted)
        if number is None and (number := self.more.get(wanted)) is not None:
            number += self.size
        return number

    def __getitem__(self, wanted: str, /) -> int:
        number = self.get(wanted)
        if number is None:
            raise KeyError(wanted)
        return number

    def __contains__(self, wanted: object, /) -> bool:
        return wanted in self.first or wanted in self.more

    def __iter__(self) -> Iterator[str]:
        yield from self.first
        yield from self.more
