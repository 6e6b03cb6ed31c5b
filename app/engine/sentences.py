"""Reasons in words for the shopper."""

from __future__ import annotations

from app.engine.types import Reason, ReasonKind

WORTH_TELLING = 1.2
"""A lift below this is nothing to tell a shopper."""

_ROUND_FROM = 9.95


def sentence(reason: Reason) -> str:
    """Say a reason in words for the shopper.

    E.g. ``Bought together in 41 of 500 orders, 3.2 times more than chance``; a lift not known or below
    ``WORTH_TELLING`` is left out.
    """
    if reason.kind is ReasonKind.BOUGHT_TOGETHER and reason.count > 1:
        told = f"Bought together in {reason.count} of {reason.total} orders"
        if reason.lift < WORTH_TELLING:
            return told
        times = f"{reason.lift:.1f}" if reason.lift < _ROUND_FROM else f"{reason.lift:.0f}"
        return f"{told}, {times} times more than chance"
    return _SENTENCES[reason.kind]


_SENTENCES = {
    ReasonKind.BOUGHT_TOGETHER: "Often bought together",
    ReasonKind.SIMILAR: "Similar to this",
    ReasonKind.BOUGHT_BEFORE: "You bought this before",
    ReasonKind.FOR_YOU: "Picked for you",
    ReasonKind.TRENDING: "Trending now",
    ReasonKind.POPULAR: "Popular in this shop",
    ReasonKind.NEW: "New in this shop",
    ReasonKind.SEASONAL: "For this time of year",
    ReasonKind.VIEWED: "You looked at this",
    ReasonKind.VIEWED_TOGETHER: "Often looked at together",
    ReasonKind.BOUGHT_NEXT: "Often bought next",
    ReasonKind.GOES_WITH: "Goes well with this",
    ReasonKind.INSTEAD: "An alternative to this",
    ReasonKind.STEP_UP: "A step up from this",
    ReasonKind.DUE: "Time to buy this again",
}
