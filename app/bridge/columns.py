"""Columns of raw arrays in one buffer: written once, read in place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from app.bridge import lookup
from app.bridge.lookup import Table

Array = NDArray[Any]
Buffer = bytes | memoryview

ALIGNMENT = 64
_DTYPES = {name: np.dtype(name) for name in ("uint8", "uint16", "int32", "int64", "float32")}
if sys.byteorder != "little":  # pragma: no cover - no machine of ours; views need the native order
    _DTYPES = {name: dtype.newbyteorder("<") for name, dtype in _DTYPES.items()}
_SOME = ".some"
_STARTS = ".starts"
_TABLE = ".table"


class Texts(Sequence[str]):
    """Strings as ``len + 1`` byte offsets and one run of UTF-8; a string is decoded when it is asked for."""

    __slots__ = ("_data", "_numbers", "_starts")

    def __init__(
        self, starts: NDArray[np.int64], data: NDArray[np.uint8], table: NDArray[np.int32] | None = None
    ) -> None:
        """Keep the arrays; nothing is copied."""
        self._starts = starts.data
        self._data = data.data
        self._numbers = Table(table, starts, data) if table is not None else None

    @property
    def numbers(self) -> Table | None:
        """Give the numbers of the strings, None where no table came with them."""
        return self._numbers

    def text(self, place: int) -> str:
        """Give a string by a place that is known to be right."""
        starts = self._starts
        return str(self._data[starts[place] : starts[place + 1]], "utf-8")

    def several(self, places: Sequence[int]) -> list[str]:
        """Give strings by places that are known to be right."""
        starts, data = self._starts, self._data
        return [str(data[starts[place] : starts[place + 1]], "utf-8") for place in places]

    def raw(self, place: int) -> bytes:
        """Give the bytes of a string."""
        starts = self._starts
        return bytes(self._data[starts[place] : starts[place + 1]])

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        starts = self._starts
        place = index if 0 <= index < len(starts) - 1 else range(len(self))[index]
        return str(self._data[starts[place] : starts[place + 1]], "utf-8")

    def __iter__(self) -> Iterator[str]:
        data = bytes(self._data)
        return (data[start:end].decode() for start, end in pairwise(self._starts.tolist()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an array lies in the buffer."""

    dtype: str
    offset: int
    count: int


@dataclass(slots=True)
class Writer:
    """Collects named columns; ``body`` lays them out one after the other, each aligned."""

    columns: dict[str, Array] = field(default_factory=dict)

    def array(self, name: str, values: Array, dtype: str) -> None:
        """Add numbers."""
        self.columns[name] = np.ascontiguousarray(values, _DTYPES[dtype])

    def ids(self, name: str, values: Sequence[str]) -> None:
        """Add strings that will be looked up."""
        self.texts(name, values)
        self.array(name + _TABLE, lookup.table(values), "int32")

    def texts(self, name: str, values: Iterable[str | bytes]) -> None:
        """Add strings."""
        encoded = [value if isinstance(value, bytes) else value.encode() for value in values]
        starts = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(text) for text in encoded], out=starts[1:])
        self.array(name + _STARTS, starts, "int64")
        self.array(name, np.frombuffer(b"".join(encoded), np.uint8), "uint8")

    def maybe_texts(self, name: str, values: Sequence[str | None]) -> None:
        """Add strings of which some are missing."""
        self.array(name + _SOME, np.array([value is not None for value in values], np.uint8), "uint8")
        self.texts(name, (value or "" for value in values))

    def maybe_numbers(self, name: str, values: Sequence[int | None]) -> None:
        """Add whole numbers of which some are missing."""
        self.array(name + _SOME, np.array([value is not None for value in values], np.uint8), "uint8")
        self.array(name, np.array([value or 0 for value in values], np.int64), "int64")

    def places(self) -> dict[str, Place]:
        """Tell where each column will lie in ``body``."""
        told, offset = {}, 0
        for name, values in self.columns.items():
            told[name] = Place(values.dtype.name, offset, len(values))
            offset += _padded(values.nbytes)
        return told

    def body(self) -> bytes:
        """Join all columns."""
        return b"".join(
            values.tobytes().ljust(_padded(values.nbytes), b"\0") for values in self.columns.values()
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """Reads what a ``Writer`` wrote, without copying. KeyError or ValueError where it does not fit."""

    body: Buffer
    places: Mapping[str, Place]

    def array(self, name: str) -> Array:
        """Give numbers, read-only."""
        place = self.places[name]
        return np.frombuffer(self.body, _DTYPES[place.dtype], place.count, place.offset)

    def texts(self, name: str) -> Texts:
        """Give strings."""
        return Texts(self.array(name + _STARTS), self.array(name))

    def ids(self, name: str) -> Texts:
        """Give strings that can be looked up, as far as they came with a table."""
        table = self.array(name + _TABLE) if name + _TABLE in self.places else None
        return Texts(self.array(name + _STARTS), self.array(name), table)

    def some(self, name: str) -> Array:
        """Mark the rows in which the column has a value."""
        return self.array(name + _SOME)


def _padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
