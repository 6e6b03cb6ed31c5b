"""The answer to a page: assign, pick, write the cards, and log what was decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from app.bridge import slate
from app.bridge.records import SlateRecord
from app.bridge.view import Shelf, StoreView
from app.engine.assign import Arm, arm
from app.engine.pipeline import Explore, Pick, Query, recommend
from app.engine.types import ReasonKind
from app.kernel.clock import Clock
from app.kernel.ids import new_id
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
EMPTY = "empty"
FAILED = "failed"
INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was picked for whom; ``tier`` names the best source that had an answer."""

    arm: Arm
    picks: list[Pick]
    tier: str


def decide(view: StoreView, ask: Ask, rng: Random) -> Decision:
    """Assign the visitor and pick what he is shown, or, in the holdout, what he would have been shown."""
    assigned = arm(ask.visitor, view.config.salt, view.config.holdout)
    if not ask.placement.active:
        return Decision(assigned, [], INACTIVE)
    if view.shelf is None:
        return Decision(assigned, [], EMPTY)
    share = view.config.exploration
    picks = _picks(view.shelf, ask, Explore(rng, share) if share > 0 else None)
    return Decision(assigned, picks, _TIERS[picks[0].reason.kind] if picks else EMPTY)


def failure(view: StoreView, ask: Ask) -> Decision:
    """Stand in for a decision that could not be made."""
    return Decision(arm(ask.visitor, view.config.salt, view.config.holdout), [], FAILED)


def record(view: StoreView, ask: Ask, decision: Decision, *, slate_id: str, clock: Clock) -> SlateRecord:
    """Write a decision down for the log."""
    ids = view.shelf.product_ids if view.shelf is not None else []
    odds = tuple(pick.propensity for pick in decision.picks)
    return SlateRecord(
        slate_id=slate_id,
        at=clock.now(),
        placement=ask.placement.key,
        visitor_id=ask.visitor,
        customer_id=ask.customer,
        product_id=ask.product,
        basket=ask.basket,
        items=tuple(ids[pick.item] for pick in decision.picks),
        propensities=odds,
        model_version=view.model_version,
        arm=decision.arm,
        ghost=decision.arm is Arm.HOLDOUT,
        # The greedy order has odds of at least 1 - share in every slot, a step away at most the share.
        explored=min(odds, default=1.0) <= view.config.exploration,
        tier=decision.tier,
    )


def render(view: StoreView, ask: Ask, decision: Decision, slate_id: str) -> bytes:
    """Write the answer; the holdout sees no items."""
    shown = decision.picks if decision.arm is not Arm.HOLDOUT else []
    return slate.write(view, ask.placement, shown, slate_id=slate_id, language=ask.language)


def nothing(placement: str) -> bytes:
    """Write the answer that is given when there is none to give."""
    return slate.nothing(placement, slate_id=new_id())


def together(slates: list[bytes]) -> bytes:
    """Write the answers to several placements as one."""
    return b'{"slates":[%b]}' % b",".join(slates)


def _picks(shelf: Shelf, ask: Ask, explore: Explore | None) -> list[Pick]:
    query = Query(
        location=ask.placement.location,
        product=ask.product,
        basket=ask.basket,
        customer=ask.customer,
        limit=ask.limit,
        recent=ask.recent,
        category=ask.category,
    )
    found = shelf.matching(ask.words) if ask.words is not None else set()
    if not found:
        return recommend(shelf.index, query, shelf.allowed, explore)
    first = recommend(shelf.index, query, _both(shelf.allowed, found.__contains__), explore)
    rest = replace(query, limit=query.limit - len(first))
    others = _both(shelf.allowed, lambda item: item not in found)
    return first + (recommend(shelf.index, rest, others, explore) if rest.limit else [])


def _both(one: Callable[[int], bool], other: Callable[[int], bool]) -> Callable[[int], bool]:
    return lambda item: one(item) and other(item)
