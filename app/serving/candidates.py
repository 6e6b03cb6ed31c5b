"""The candidates of a page, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.engine.explore import POOL
from app.engine.pipeline import Context, Gate, Wanted, gather
from app.engine.slots import spread
from app.engine.types import Anchor

if TYPE_CHECKING:
    from app.bridge.desk import Desk
    from app.bridge.view import Shelf
    from app.engine.blended import Sum
    from app.serving.context import Ask

_OWN_KIND = {"category", "search"}
"""Locations whose pages are about one kind of product: nothing is spread there."""


class Page(NamedTuple):
    """Candidates, best first, their scores, and what they come from."""

    items: list[int]
    scores: list[float]
    source: Sum | None


def read(shelf: Shelf, desk: Desk, ask: Ask) -> Context:
    """Read a question in the engine's numbers. Who signed in once is known by his visitor id too."""
    index = shelf.index
    shopper = index.shoppers.get(ask.customer) if ask.customer is not None else None
    if shopper is None and ask.visitor is not None and shelf.snapshot.links:
        shopper = shelf.snapshot.links.get(ask.visitor)
    product = index.numbers((ask.product,)) if ask.product is not None else []
    basket = index.numbers(ask.basket) if ask.basket else []
    follows = ask.recent and (desk.blended.has(Anchor.SESSION) or not (product or basket))
    return Context(product, basket, index.numbers(ask.recent) if follows else [], shopper)


def page_key(ask: Ask, context: Context) -> object | None:
    """Name what any stranger gets here; None where the page has a shopper, a basket, a session, words."""
    if context.shopper is not None or context.basket or context.recent or ask.words is not None:
        return None
    return (context.product[0] if context.product else None, ask.category, ask.limit)


def page(shelf: Shelf, desk: Desk, ask: Ask, context: Context) -> Page:
    """Give the candidates of a page."""
    rows, gates = context.rows(desk.blended), _gates(shelf, desk, ask)
    hidden = {*context.product, *context.basket}
    found = gather(desk.blended, rows, gates, Wanted(max(ask.limit, POOL), hidden))
    items, scores = found.items, found.scores
    if ask.placement.location not in _OWN_KIND and len(items) > ask.limit:
        items, scores = spread(items, scores, shelf.category_codes, ask.limit)
    return Page(items, scores, found.summed)


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
