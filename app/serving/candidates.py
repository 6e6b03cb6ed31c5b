"""The candidates of a page, best first. What any stranger gets is kept; a shopper's lists go on top of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.engine import ground
from app.engine.explore import POOL
from app.engine.pipeline import Context, Gate, Wanted, gather
from app.engine.slots import Slots, spread
from app.engine.types import Anchor

if TYPE_CHECKING:
    from app.bridge.desk import Desk
    from app.bridge.view import Shelf
    from app.engine.blended import Sum
    from app.engine.ground import Ground, Lifted
    from app.serving.context import Ask

_OWN_KIND = {"category", "search"}
"""Locations whose pages are about one kind of product: nothing is spread there."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A stranger's slate without chance; ``written`` keeps the JSON of its items by placement and title."""

    slots: Slots
    whys: list[tuple[int, int]]
    tier: str
    ids: tuple[str, ...]
    written: dict[object, bytes] = field(default_factory=dict)


class Page(NamedTuple):
    """Candidates, best first, their scores, and what they come from."""

    items: list[int]
    scores: list[float]
    source: Sum | Lifted | None


@dataclass(slots=True)
class Kept:
    """What is kept of a page: its candidates, the ground for shoppers, the slate of strangers."""

    page: Page
    ground: Ground | None
    settled: Settled | None = None


def read(shelf: Shelf, desk: Desk, ask: Ask) -> Context:
    """Read a question in the engine's numbers. Who signed in once is known by his visitor id too."""
    index = shelf.index
    shopper = index.shoppers.get(ask.customer) if ask.customer is not None else None
    if shopper is None and ask.visitor is not None and shelf.snapshot.links:
        shopper = shelf.snapshot.links.get(ask.visitor)
    product = index.numbers((ask.product,)) if ask.product is not None else []
    basket = index.numbers(ask.basket) if ask.basket else []
    follows = ask.recent and (desk.blended.follows_session or not (product or basket))
    return Context(product, basket, index.numbers(ask.recent) if follows else [], shopper)


def kept(shelf: Shelf, desk: Desk, ask: Ask, context: Context) -> Kept | None:
    """Give what is kept of a page, until something changes; None where it has a basket, a session, words."""
    if context.basket or context.recent or ask.words is not None:
        return None
    key = (context.product[0] if context.product else None, ask.category, ask.limit)
    known = desk.kept.get(key)
    if not isinstance(known, Kept):
        known = _kept(shelf, desk, ask, context._replace(shopper=None))
        desk.keep(key, known)
    return known


def page(shelf: Shelf, desk: Desk, ask: Ask, context: Context, known: Kept | None) -> Page:
    """Give the candidates of a page."""
    if known is not None and context.shopper is None:
        return known.page
    if known is not None and known.ground is not None and context.shopper is not None:
        own = desk.blended.rows(Anchor.SHOPPER, context.shopper)
        if not own:
            return known.page
        found = ground.lifted(desk.blended, known.ground, own, desk.mask, context.product)
        if found is not None:
            return _spread(shelf, ask, found.found, found)
    rows, gates = context.rows(desk.blended), _gates(shelf, desk, ask)
    hidden = {*context.product, *context.basket}
    gathered = gather(desk.blended, rows, gates, Wanted(max(ask.limit, POOL), hidden))
    return _spread(shelf, ask, gathered.found, gathered.summed)


def whys(desk: Desk, page: Page, items: list[int]) -> list[tuple[int, int]]:
    """Tell for each item which entry speaks most for it."""
    if isinstance(page.source, ground.Lifted):
        return ground.whys(desk.blended, page.source, items)
    return desk.blended.whys(page.source, items)


def _kept(shelf: Shelf, desk: Desk, ask: Ask, context: Context) -> Kept:
    rows, gates, hidden = context.rows(desk.blended), _gates(shelf, desk, ask), {*context.product}
    gathered = gather(desk.blended, rows, gates, Wanted(max(ask.limit, POOL), hidden))
    found = _spread(shelf, ask, gathered.found, gathered.summed)
    if len(gates) > 1:
        return Kept(found, None)
    base = ground.ground(desk.blended, rows, gathered.summed, max(ask.limit, POOL), hidden)
    return Kept(found if base is None else found._replace(source=ground.Lifted({}, base, (), {})), base)


def _spread(shelf: Shelf, ask: Ask, found: dict[int, float], source: Sum | Lifted | None) -> Page:
    items = list(found)
    if ask.placement.location not in _OWN_KIND and len(items) > ask.limit:
        items = spread(items, shelf.category_codes, ask.limit)
    return Page(items, [found[item] for item in items], source)


def _gates(shelf: Shelf, desk: Desk, ask: Ask) -> list[Gate]:
    """Tell what comes first: what matches the words, what is of the category, then all."""
    gates = [Gate(desk.mask, desk.head)]
    if ask.category is not None:
        within = desk.mask & shelf.within(ask.category)
        head = desk.heads.get(ask.category)
        if head is None:
            head = desk.heads[ask.category] = desk.blended.head(within)
        gates.insert(0, Gate(within, head))
    if ask.words is not None:
        found = np.zeros(shelf.index.size, np.bool_)
        found[shelf.found(ask.words)] = True
        found &= desk.mask
        gates.insert(0, Gate(found, desk.blended.head(found)))
    return gates
