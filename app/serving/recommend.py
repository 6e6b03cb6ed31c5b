"""The answer to a page: assign, gather, fill the slots, and say what was decided."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from app.bridge import slate
from app.bridge.records import SlateRecord
from app.engine.assign import Arm, arm
from app.engine.explore import POOL, Explore
from app.engine.pipeline import Context, Gate, Wanted, gather
from app.engine.slots import Room, Slots, fill, pinned, spread
from app.engine.types import ReasonKind
from app.kernel.ids import new_id

if TYPE_CHECKING:
    from datetime import datetime

    from app.bridge.desk import Desk
    from app.bridge.view import Shelf, StoreView
    from app.engine.blended import Sum
    from app.serving.context import Ask

_TIERS = {
    ReasonKind.FOR_YOU: "personal",
    ReasonKind.BOUGHT_BEFORE: "personal",
    ReasonKind.BOUGHT_TOGETHER: "lists",
    ReasonKind.SIMILAR: "lists",
    ReasonKind.TRENDING: "trending",
    ReasonKind.POPULAR: "bestsellers",
    ReasonKind.NEW: "trending",
    ReasonKind.SEASONAL: "trending",
    ReasonKind.VIEWED: "personal",
    ReasonKind.VIEWED_TOGETHER: "lists",
    ReasonKind.BOUGHT_NEXT: "lists",
    ReasonKind.GOES_WITH: "lists",
    ReasonKind.INSTEAD: "lists",
    ReasonKind.STEP_UP: "lists",
    ReasonKind.DUE: "personal",
}
_PLAIN = {"trending", "bestsellers"}
CATEGORY = "category"
BESTSELLERS = "bestsellers"
EMPTY = "empty"
FAILED = "failed"
INACTIVE = "inactive"

_OWN_KIND = {"category", "search"}
"""Locations whose pages are about one kind of product: nothing is spread there."""


class Decision(NamedTuple):
    """What was picked for whom; ``tier`` names the best source that had an answer.

    ``whys`` are the codes of the reasons. ``shared`` = the next stranger on this page gets the same.
    """

    arm: Arm
    tier: str
    items: list[int]
    odds: list[float]
    whys: list[tuple[int, int]]
    shared: bool = False
    explored: bool = False


class _Page(NamedTuple):
    """Candidates of a page, best first."""

    items: list[int]
    scores: list[float]
    summed: Sum | None
    whys: dict[int, tuple[int, int]]


def decide(view: StoreView, ask: Ask, rng: Random) -> Decision:
    """Assign the visitor and pick what he is shown, or, in the holdout, what he would have been shown."""
    assigned = arm(ask.visitor, view.config.salt, view.config.holdout)
    shelf = view.shelf
    if not ask.placement.active or shelf is None:
        return Decision(assigned, INACTIVE if shelf is not None else EMPTY, [], [], [])
    desk = view.desk(ask.placement.location)
    context = _context(shelf, desk, ask)
    stranger = context.shopper is None and not context.basket and not context.recent
    share = view.config.exploration
    hidden = {*context.product, *context.basket}
    held = pinned(desk.pins, desk.mask, hidden, ask.limit) if desk.pins else {}
    page = _page(shelf, desk, ask, context, stranger=stranger)
    slots = _filled(page, Room(ask.limit, held), Explore(rng, share) if share > 0 else None)
    whys = _whys(desk, page, slots.items)
    tier = _tier(desk, ask, whys)
    shared = stranger and ask.visitor is None and not slots.drawn
    # The greedy order has odds of at least 1 - share in every slot, a step away at most the share.
    explored = min(slots.odds, default=1.0) <= share
    return Decision(assigned, tier, slots.items, slots.odds, whys, shared=shared, explored=explored)


def bestsellers(view: StoreView, ask: Ask) -> Decision:
    """Answer with what the store sells best, whatever was asked: quick, and needs next to nothing."""
    assigned = arm(ask.visitor, view.config.salt, view.config.holdout)
    if not ask.placement.active or view.shelf is None:
        return Decision(assigned, INACTIVE if view.shelf is not None else EMPTY, [], [], [])
    given = {ask.product, *ask.basket}
    numbers = {view.shelf.index.items.get(each) for each in given if each is not None}
    head = view.desk(ask.placement.location).head.tolist()
    items = [item for item in head if item not in numbers][: ask.limit]
    tier = BESTSELLERS if items else EMPTY
    return Decision(assigned, tier, items, [1.0] * len(items), [(-1, 0)] * len(items))


def failure(view: StoreView, ask: Ask) -> Decision:
    """Stand in for a decision that could not be made."""
    return Decision(arm(ask.visitor, view.config.salt, view.config.holdout), FAILED, [], [], [])


def record(view: StoreView, ask: Ask, decision: Decision, slate_id: str, at: datetime) -> SlateRecord:
    """Write a decision down for the log."""
    ids = view.shelf.snapshot.published.item_ids if view.shelf is not None else ()
    return SlateRecord(
        slate_id=slate_id,
        at=at,
        placement=ask.placement.key,
        visitor_id=ask.visitor,
        customer_id=ask.customer,
        product_id=ask.product,
        basket=ask.basket,
        items=tuple([ids[item] for item in decision.items]),
        propensities=tuple(decision.odds),
        model_version=view.model_version,
        arm=decision.arm,
        ghost=decision.arm is Arm.HOLDOUT,
        explored=decision.explored,
        tier=decision.tier,
    )


def render(view: StoreView, ask: Ask, decision: Decision, slate_id: str) -> bytes:
    """Write the answer; the holdout sees no items."""
    shown = decision.items if decision.arm is not Arm.HOLDOUT else []
    return slate.compose(
        view, ask.placement, slate.Filled(shown, decision.whys), slate_id=slate_id, language=ask.language
    )


def nothing(placement: str) -> bytes:
    """Write the answer that is given when there is none to give."""
    return slate.nothing(placement, slate_id=new_id())


def together(slates: list[bytes]) -> bytes:
    """Write the answers to several placements as one."""
    return b'{"slates":[%b]}' % b",".join(slates)


def _context(shelf: Shelf, desk: Desk, ask: Ask) -> Context:
    """Read a question in the engine's numbers. Who signed in once is known by his visitor id too."""
    index = shelf.index
    shopper = index.shoppers.get(ask.customer) if ask.customer is not None else None
    if shopper is None and ask.visitor is not None and shelf.snapshot.links:
        shopper = shelf.snapshot.links.get(ask.visitor)
    product = index.numbers((ask.product,)) if ask.product is not None else []
    basket = index.numbers(ask.basket) if ask.basket else []
    follows = ask.recent and (desk.blended.follows_session or not (product or basket))
    return Context(product, basket, index.numbers(ask.recent) if follows else [], shopper)


def _page(shelf: Shelf, desk: Desk, ask: Ask, context: Context, *, stranger: bool) -> _Page:
    """Give the candidates; those of a stranger's page are kept until something changes."""
    kept = stranger and ask.words is None
    key = (context.product[0] if context.product else None, ask.category, ask.limit)
    page = cast("_Page | None", desk.pages.get(key)) if kept else None
    if page is None:
        page = _gathered(shelf, desk, ask, context)
        if kept:
            whys = desk.blended.whys(page.summed, page.items)
            page = page._replace(summed=None, whys=dict(zip(page.items, whys, strict=True)))
            desk.keep(key, page)
    return page


def _gathered(shelf: Shelf, desk: Desk, ask: Ask, context: Context) -> _Page:
    hidden = {*context.product, *context.basket}
    rows = context.rows(desk.blended)
    gates = _gates(shelf, desk, ask)
    found, summed = gather(desk.blended, rows, gates, Wanted(max(ask.limit, POOL), hidden))
    items = list(found)
    if ask.placement.location not in _OWN_KIND and len(items) > ask.limit:
        items = spread(items, shelf.categories.codes, ask.limit)
    return _Page(items, [found[item] for item in items], summed, {})


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


def _filled(page: _Page, room: Room, explore: Explore | None) -> Slots:
    items, scores = page.items, page.scores
    if room.pinned:
        taken = set(room.pinned.values())
        left = [place for place, item in enumerate(items) if item not in taken]
        items, scores = [items[place] for place in left], [scores[place] for place in left]
    return fill(items, scores, room, explore)


def _whys(desk: Desk, page: _Page, items: list[int]) -> list[tuple[int, int]]:
    known = page.whys
    if known:
        return [known.get(item, (-1, 0)) for item in items]
    return desk.blended.whys(page.summed, items)


def _tier(desk: Desk, ask: Ask, whys: list[tuple[int, int]]) -> str:
    if not whys:
        return EMPTY
    tier = _TIERS[desk.blended.reason(*whys[0]).kind]
    return CATEGORY if ask.category is not None and tier in _PLAIN else tier
