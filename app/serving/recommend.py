"""The answer to a page: assign, gather, fill the slots, and say what was decided."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from app.bridge import slate
from app.bridge.records import SlateRecord
from app.engine.assign import Arm, arm
from app.engine.explore import Explore
from app.engine.slots import Room, Slots, draw, pinned, settle
from app.engine.types import ReasonKind
from app.kernel.ids import new_id
from app.serving import candidates
from app.serving.candidates import Settled

if TYPE_CHECKING:
    from datetime import datetime

    from app.bridge.desk import Desk
    from app.bridge.view import Shelf, StoreView
    from app.engine.pipeline import Context
    from app.serving.candidates import Page
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
_UNNAMED = b'{"slate_id":""'
CATEGORY = "category"
BESTSELLERS = "bestsellers"
EMPTY = "empty"
FAILED = "failed"
INACTIVE = "inactive"


class Decision(NamedTuple):
    """What was picked for whom; ``tier`` names the best source that had an answer.

    ``whys`` are the codes of the reasons. ``shared`` = the next stranger on this page gets the same.
    ``settled`` is given where the slate is that of a page that is kept.
    """

    arm: Arm
    tier: str
    items: list[int]
    odds: list[float]
    whys: list[tuple[int, int]]
    shared: bool = False
    explored: bool = False
    settled: Settled | None = None


def decide(view: StoreView, ask: Ask, rng: Random) -> Decision:
    """Assign the visitor and pick what he is shown, or, in the holdout, what he would have been shown."""
    assigned = arm(ask.visitor, view.config.salt, view.config.holdout)
    shelf = view.shelf
    if not ask.placement.active or shelf is None:
        return Decision(assigned, INACTIVE if shelf is not None else EMPTY, [], [], [])
    desk = view.desk(ask.placement.location)
    context = candidates.read(shelf, desk, ask)
    share = view.config.exploration
    explore = Explore(rng, share) if share > 0 else None
    turn = explore is not None and explore.turn()
    known = candidates.kept(shelf, desk, ask, context)
    if known is not None and context.shopper is None and not turn:
        settled = known.settled
        if settled is None:
            slots = _filled(known.page, _room(desk, ask, context), explore, turn=False)
            settled = known.settled = _settled(shelf, desk, ask, known.page, slots)
        slots, whys, tier = settled.slots, settled.whys, settled.tier
    else:
        settled = None
        page = candidates.page(shelf, desk, ask, context, known)
        slots = _filled(page, _room(desk, ask, context), explore, turn=turn)
        whys = candidates.whys(desk, page, slots.items)
        tier = _tier(desk, ask, whys)
    stranger = context.shopper is None and not context.basket and not context.recent
    shared = stranger and ask.visitor is None and not slots.drawn
    # The greedy order has odds of at least 1 - share in every slot, a step away at most the share.
    explored = turn and min(slots.odds, default=1.0) <= share
    return Decision(assigned, tier, slots.items, slots.odds, whys, shared, explored, settled)


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
        items=decision.settled.ids if decision.settled else tuple([ids[item] for item in decision.items]),
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
    settled = decision.settled
    if settled is not None and shown:
        key = (ask.placement.key, ask.placement.title_in(ask.language))
        told = settled.written.get(key)
        if told is None:
            told = settled.written[key] = slate.compose(
                view, ask.placement, slate.Filled(shown, decision.whys), slate_id="", language=ask.language
            )[len(_UNNAMED) :]
        return b'{"slate_id":"%b"%b' % (slate_id.encode(), told)
    return slate.compose(
        view, ask.placement, slate.Filled(shown, decision.whys), slate_id=slate_id, language=ask.language
    )


def nothing(placement: str) -> bytes:
    """Write the answer that is given when there is none to give."""
    return slate.nothing(placement, slate_id=new_id())


def together(slates: list[bytes]) -> bytes:
    """Write the answers to several placements as one."""
    return b'{"slates":[%b]}' % b",".join(slates)


def _settled(shelf: Shelf, desk: Desk, ask: Ask, page: Page, slots: Slots) -> Settled:
    whys = candidates.whys(desk, page, slots.items)
    ids = shelf.snapshot.published.item_ids
    return Settled(slots, whys, _tier(desk, ask, whys), tuple([ids[item] for item in slots.items]))


def _room(desk: Desk, ask: Ask, context: Context) -> Room:
    if not desk.pins:
        return Room(ask.limit, {})
    return Room(ask.limit, pinned(desk.pins, desk.mask, {*context.product, *context.basket}, ask.limit))


def _filled(page: Page, room: Room, explore: Explore | None, *, turn: bool) -> Slots:
    items, scores = page.items, page.scores
    if room.pinned:
        taken = set(room.pinned.values())
        left = [place for place, item in enumerate(items) if item not in taken]
        items, scores = [items[place] for place in left], [scores[place] for place in left]
    if turn and explore is not None:
        return draw(items, scores, room, explore)
    return settle(items, scores, room, explore)


def _tier(desk: Desk, ask: Ask, whys: list[tuple[int, int]]) -> str:
    if not whys:
        return EMPTY
    tier = _TIERS[desk.blended.reason(*whys[0]).kind]
    return CATEGORY if ask.category is not None and tier in _PLAIN else tier
