"""Segments: who the customers are, by when they came last, how often, and how much they spent."""

from __future__ import annotations

from flask import Blueprint

from app.console.frame import pages, words
from app.console.frame.person import present
from app.domain.learning import segments
from app.engine.segments import Segment
from app.kernel.money import Money
from app.kernel.runtime import Runtime

MEANINGS = {
    Segment.NEW: "First order within the last 30 days",
    Segment.CHAMPIONS: "Bought lately, often and much",
    Segment.LOYAL: "Come back often, and came lately",
    Segment.BIG_SPENDERS: "Not often, but large orders, and not long ago",
    Segment.CANNOT_LOSE: "Were among the best, and have been away for long",
    Segment.AT_RISK: "Were regular, and have been away for long",
    Segment.PROMISING: "Were here lately, not often yet",
    Segment.NEEDS_ATTENTION: "In the middle, and fading",
    Segment.HIBERNATING: "Never often, and away for long",
}


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/segments")
    def customer_segments() -> str:
        person = present()
        with runtime.unit(person.store_id) as unit:
            sizes = segments.sizes(unit.session, person.store_id)
            scored_at = segments.scored_at(unit.session, person.store_id)
        return pages.render(
            "advanced/segments.html",
            sizes=sizes,
            scored_at=scored_at,
            customers=sum(each.customers for each in sizes),
            spent=sum(each.spent for each in sizes),
            meanings=MEANINGS,
            money=lambda minor: words.money(Money(minor, person.currency)),
        )
