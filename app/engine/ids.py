"""From the shop's ids to the engine's numbers, without reading them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Numbers(Protocol):
    """What of a mapping id -> number the pipeline asks for."""

    def get(self, product: str, /) -> int | None:
        """Give the number of an id, None where it is unknown."""

    def __getitem__(self, product: str, /) -> int:
        """Give the number of an id. Raises KeyError."""

    def __contains__(self, product: object, /) -> bool:
        """Tell whether an id is known."""

    def __iter__(self) -> Iterator[str]:
        """Yield the ids in the order of their numbers."""


@runtime_checkable
class Numbered(Protocol):
    """Ids that know their numbers by themselves: a published file holds a table of them."""

    @property
    def numbers(self) -> Numbers | None:
        """Give the numbers, None where they have to be counted."""


def numbers_of(ids: Sequence[str]) -> Numbers:
    """Number ids by their place; costs nothing where they came with a table."""
    known = ids.numbers if isinstance(ids, Numbered) else None
    if known is not None:
        return known
    counted: Mapping[str, int] = {each: number for number, each in enumerate(ids)}
    return counted
