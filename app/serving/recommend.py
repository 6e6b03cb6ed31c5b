"""The answer to a page: assign, gather, fill the slots, and say what was decided."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from app.bridge import slate
from app.bridge.records import SlateRecord
from app.engine.assign import Arm, arm
from app.engine.explore import Explore
from app.engine.slots import Room, Slots, draw, pinned, settle
from app.engine.types import ReasonKind
from app.kernel import prices
from app.kernel.ids import new_id
from app.serving import candidates

if TYPE_CHECKING:
    from datetime import datetime

    from app.bridge.desk import Desk
    from app.bridge.view import StoreView
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
_NOBODY = slate.Filled((), ())
_UNNAMED = b'{"slate_id":""'
CATEGORY = "category"
BESTSELLERS = "bestsellers"
EMPTY = "empty"
FAILED = "failed"
INACTIVE = "inactive"


class Kept(NamedTuple):
    """A slate that many get: the shop's ids of its items, and their JSON by placement and title."""

    ids: tuple[str, ...]
    odds: tuple[float, ...]
    written: dict[object, bytes]


class Decision(NamedTuple):
    """What was picked for whom; ``tier`` names the best source that had an answer.

    ``whys`` are the codes of the reasons. ``shared`` = the next stranger on this page gets the same. ``kept``
    is what was worked out before, where the slate is that of a page that is kept.
    """

    arm: Arm
    tier: str
    items: list[int]
    odds: list[float]
    whys: list[tuple[int, int]]
    shared: bool = False
    explored: bool = False
    kept: Kept | None = None


def decide(view: StoreView, ask: Ask, rng: Random) -> Decision:
    """Assign the visitor and pick what he is shown, or, in the holdout, what he would have been shown."""
    assigned = arm(ask.visitor, view.config.salt, view.config.holdout)
    shelf = view.shelf
    if not ask.placement.active or shelf is None:
        return Decision(assigned, INACTIVE if shelf is not None else EMPTY, [], [], [])
    desk = view.desk(ask.placement.location)
    context = candidates.read(shelf, desk, ask)
    share = view.config.exploration
    explore = _explorer(rng, share) if share > 0 else None
    if explore is not None and explore.turn():
        page = candidates.page(shelf, desk, ask, context)
        slots = draw(*_free(page, room := _room(desk, ask, context)), room, explore)
        # The greedy order has odds of at least 1 - share in every slot, a step away at most the share.
        explored = min(slots.odds, default=1.0) <= share
        shared = _stranger(ask, context) and not slots.drawn
        return _decision(desk, ask, page, slots, assigned)._replace(shared=shared, explored=explored)
    key = candidates.page_key(ask, context)
    known = desk.kept.get(key) if key is not None else None
    if not isinstance(known, Decision):
        page = candidates.page(shelf, desk, ask, context)
        slots = settle(*_free(page, room := _room(desk, ask, context)), room, explore)
        known = _decision(desk, ask, page, slots, assigned)
        if key is not None:
            known = known._replace(kept=Kept(shelf.ids(known.items), tuple(known.odds), {}))
            desk.keep(key, known)
    _, tier, items, odds, whys, _, explored, kept = known
    return Decision(assigned, tier, items, odds, whys, _stranger(ask, context), explored, kept)


def bestsellers(view: StoreView, ask: Ask) -> Decision:
    """Answer with what the store sells best, whatever was asked: quick, and needs next to nothing."""
    assigned = arm(ask.visitor, view.config.salt, view.config.holdout)
    if not ask.placement.active or view.shelf is None:
        return Decision(assigned, INACTIVE if view.shelf is not None else EMPTY, [], [], [])
    desk, shelf = view.desk(ask.placement.location), view.shelf
    given = {ask.product, *ask.basket}
    numbers = {shelf.index.items.get(each) for each in given if each is not None}
    if not numbers.isdisjoint(desk.head):
        return _best(assigned, [item for item in desk.head if item not in numbers][: ask.limit])
    key = (BESTSELLERS, ask.limit)
    known = desk.kept.get(key)
    if not isinstance(known, Decision):
        known = _best(assigned, desk.head[: ask.limit])
        known = known._replace(kept=Kept(shelf.ids(known.items), tuple(known.odds), {}))
        desk.keep(key, known)
    return known._replace(arm=assigned)


def failure(view: StoreView, ask: Ask) -> Decision:
    """Stand in for a decision that could not be made."""
    return Decision(arm(ask.visitor, view.config.salt, view.config.holdout), FAILED, [], [], [])


def record(view: StoreView, ask: Ask, decision: Decision, slate_id: str, at: datetime) -> SlateRecord:
    """Write a decision down for the log."""
    shelf, kept = view.shelf, decision.kept
    if kept is not None:
        ids, odds = kept.ids, kept.odds
    else:
        ids, odds = shelf.ids(decision.items) if shelf is not None else (), tuple(decision.odds)
    return SlateRecord(
        slate_id,
        at,
        ask.placement.key,
        ask.visitor,
        ask.customer,
        ask.product,
        ask.basket,
        ids,
        odds,
        view.model_version,
        decision.arm,
        decision.arm is Arm.HOLDOUT,
        decision.explored,
        decision.tier,
    )


def render(view: StoreView, ask: Ask, decision: Decision, slate_id: str) -> bytes:
    """Write the answer, with how its prices are written; the holdout sees no items."""
    if decision.arm is Arm.HOLDOUT or not decision.items:
        return slate.compose(view, ask.placement, _NOBODY, slate_id=slate_id, language=ask.language)
    form = prices.written(ask.language, ask.currency, view.config.currency)
    key = (ask.placement.key, ask.placement.title_in(ask.language))
    written = decision.kept.written if decision.kept is not None else {}
    told = written.get(key)
    if told is None:
        filled = slate.Filled(decision.items, decision.whys)
        told = slate.compose(view, ask.placement, filled, slate_id="", language=ask.language)[len(_UNNAMED) :]
        written[key] = told
    return b'{"slate_id":"%b","price_form":%b%b' % (slate_id.encode(), form, told)


def nothing(placement: str) -> bytes:
    """Write the answer that is given when there is none to give."""
    return slate.nothing(placement, slate_id=new_id())


def together(slates: list[bytes]) -> bytes:
    """Write the answers to several placements as one."""
    return b'{"slates":[%b]}' % b",".join(slates)


@lru_cache(256)
def _explorer(rng: Random, share: float) -> Explore:
    return Explore(rng, share)


def _decision(desk: Desk, ask: Ask, page: Page, slots: Slots, assigned: Arm) -> Decision:
    whys = desk.blended.whys(page.source, slots.items)
    return Decision(assigned, _tier(desk, ask, whys), slots.items, slots.odds, whys)


def _best(assigned: Arm, items: list[int]) -> Decision:
    tier = BESTSELLERS if items else EMPTY
    return Decision(assigned, tier, items, [1.0] * len(items), [(-1, 0)] * len(items))


def _stranger(ask: Ask, context: Context) -> bool:
    return ask.visitor is None and context.shopper is None and not context.basket and not context.recent


def _room(desk: Desk, ask: Ask, context: Context) -> Room:
    if not desk.pins:
        return Room(ask.limit, {})
    return Room(ask.limit, pinned(desk.pins, desk.mask, {*context.product, *context.basket}, ask.limit))


def _free(page: Page, room: Room) -> tuple[list[int], list[float]]:
    """Give the candidates that are not pinned."""
    items, scores = page.items, page.scores
    if not room.pinned:
        return items, scores
    taken = set(room.pinned.values())
    left = [place for place, item in enumerate(items) if item not in taken]
    return [items[place] for place in left], [scores[place] for place in left]


def _tier(desk: Desk, ask: Ask, whys: list[tuple[int, int]]) -> str:
    if not whys:
        return EMPTY
    tier = _TIERS[desk.blended.reason(*whys[0]).kind]
    return CATEGORY if ask.category is not None and tier in _PLAIN else tier
