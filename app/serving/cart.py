"""What a cart gets besides recommendations: a step up for a line, and what shipping still costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from msgspec import Meta

from app.engine.types import Anchor, ReasonKind
from app.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.bridge.desk import Desk
    from app.bridge.view import Shelf, StoreView
    from app.serving.context import Ask

MOST_BYTES = 64 * 1024
_MOST_LINES = 100
_SWAPPED_LINES = 3
_DEARER = (1.05, 2.0)
"""A step up costs so many times as much."""

_Id = Annotated[str, Meta(min_length=1, max_length=200)]


class Line(msgspec.Struct, frozen=True):
    """One line of a cart. ``amount`` is the price of one piece in minor units, as the shop tells it."""

    product_id: _Id
    quantity: Annotated[int, Meta(ge=1, le=10_000)] = 1
    amount: Annotated[int, Meta(ge=0)] | None = None


class _Cart(msgspec.Struct, frozen=True):
    lines: Annotated[list[Line], Meta(max_length=_MOST_LINES)]
    placement: str = "cart"
    limit: int | None = None
    visitor: str | None = None
    customer: str | None = None
    session_recent: list[str] = []
    lang: str = ""
    currency: str = ""


class _Money(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class _Shipping(msgspec.Struct, frozen=True):
    threshold: _Money
    remainder: _Money


class Swap(NamedTuple):
    """A line (from 1) and the item that may take its place."""

    line: int
    item: int


_CART = msgspec.json.Decoder(_Cart)


def read(body: bytes) -> tuple[list[Line], dict[str, str]]:
    """Read a cart: its lines, and the rest as the parameters of any question. Raises Invalid."""
    try:
        told = _CART.decode(body)
    except msgspec.ValidationError as error:
        raise Invalid(f"the body is not a cart: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("the body is not a cart") from error
    given = {
        "placement": told.placement,
        "limit": str(told.limit) if told.limit is not None else "",
        "visitor": told.visitor or "",
        "customer": told.customer or "",
        "session_recent": ",".join(told.session_recent),
        "basket": ",".join(line.product_id for line in told.lines),
        "lang": told.lang,
        "currency": told.currency,
    }
    return told.lines, {name: text for name, text in given.items() if text}


def swaps(view: StoreView, ask: Ask, lines: Sequence[Line], shown: Sequence[int]) -> list[Swap]:
    """Find a step up for the first lines that have one, none of them shown or in the cart already."""
    shelf = view.shelf
    if shelf is None:
        return []
    desk = view.desk(ask.placement.location)
    number_of = shelf.index.number
    numbers = [number_of(line.product_id) for line in lines]
    taken = {*shown, *(number for number in numbers if number is not None)}
    found: list[Swap] = []
    for place, number in enumerate(numbers, 1):
        item = _step_up(shelf, desk, number) if number is not None else None
        if item is not None and item not in taken:
            taken.add(item)
            found.append(Swap(place, item))
            if len(found) == _SWAPPED_LINES:
                break
    return found


def write(view: StoreView, lines: Sequence[Line], found: Sequence[Swap], first: int) -> bytes:
    """Write the swaps as JSON; their positions go on from ``first``."""
    shelf = view.shelf
    if shelf is None:
        return b"[]"
    told = [
        b'{"line":%d,"replaces":%b,"item":{"position":%d,%b,"reason":"A step up from this"}}'
        % (swap.line, msgspec.json.encode(lines[swap.line - 1].product_id), place, shelf.fragment(swap.item))
        for place, swap in enumerate(found, first)
    ]
    return b"[%b]" % b",".join(told)


def shipping(view: StoreView, ask: Ask, lines: Sequence[Line]) -> bytes:
    """Write what is missing to free shipping, ``null`` where the placement promises nothing."""
    threshold = ask.placement.free_shipping
    if threshold is None or view.shelf is None:
        return b"null"
    number_of, price = view.shelf.index.number, view.shelf.price
    missing = threshold
    for line in lines:
        amount = line.amount
        if amount is None:
            item = number_of(line.product_id)
            amount = price(item) if item is not None else 0
        missing -= line.quantity * amount
    currency = view.config.currency
    return msgspec.json.encode(_Shipping(_Money(threshold, currency), _Money(max(missing, 0), currency)))


def _step_up(shelf: Shelf, desk: Desk, item: int) -> int | None:
    """Give the best item that is alike and dearer, and may be shown; kept until something changes."""
    key = ("step up", item)
    known = desk.kept.get(key)
    if isinstance(known, int):
        return known if known >= 0 else None
    price, found = shelf.price(item), None
    for lists in shelf.snapshot.published.lists.values():
        if lists.anchor is Anchor.ITEM and lists.reason in {ReasonKind.STEP_UP, ReasonKind.SIMILAR}:
            any_price = lists.reason is ReasonKind.STEP_UP
            row = lists.items[lists.starts[item] : lists.starts[item + 1]].tolist()
            fit = (each for each in row if desk.mask[each] and (any_price or _dearer(shelf, each, price)))
            found = next(fit, found)
    desk.keep_number(key, -1 if found is None else found)
    return found


def _dearer(shelf: Shelf, item: int, price: int) -> bool:
    least, most = _DEARER
    return least * price < shelf.price(item) <= most * price
