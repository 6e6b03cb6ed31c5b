"""The spots of the storefront: what each shows, how, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.merchandising import look as looks
from app.domain.merchandising.look import LONGEST_TITLE, Look
from app.domain.tables.merchandising import Placement
from app.kernel.errors import Invalid, NotFound
from app.kernel.ids import StoreId

DISPLAYS = {
    "grid": "Grid",
    "carousel": "Carousel",
    "list": "List",
    "popup": "Popup, once a session",
    "drawer": "Lines for a basket drawer",
    "post-purchase": "Card after a purchase",
}
"""What shows recommendations, and how it is called on screen."""

OFFERED = {
    "bundle": "Bundle",
    "free-shipping": "Free-shipping bar",
    "quantity-break": "Quantity breaks",
    "mix-match": "Mix and match",
}
"""What shows an offer; it cannot be chosen for a placement of recommendations."""

MOST_SLOTS = 12
MOST_FREE_SHIPPING = 10**12

_DEFAULTS = (
    # key and location, display, title, slots
    ("product", "carousel", "Goes well with this", 8),
    ("cart", "grid", "Before you go", 4),
    ("home", "grid", "Popular right now", 8),
    ("category", "carousel", "Favourites from this shelf", 8),
    ("search", "carousel", "You may also like", 8),
    ("thank-you", "grid", "For next time", 4),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a merchant may change. ``free_shipping`` is the basket's value from which shipping is free."""

    title: str
    display: str
    slots: int
    active: bool
    look: Look = field(default_factory=Look)
    free_shipping: int | None = None


def create_defaults(session: Session, store_id: StoreId, at: datetime) -> None:
    """One placement for each location, named by it."""
    for key, display, title, slots in _DEFAULTS:
        session.add(
            Placement(
                store_id=store_id, key=key, location=key, display=display, title=title, slots=slots,
                active=True, version=at,
            )
        )  # fmt: skip
    session.flush()


def every(session: Session, store_id: StoreId) -> Sequence[Placement]:
    """All placements of the store, in the order of the shop's pages."""
    order = {default[0]: place for place, default in enumerate(_DEFAULTS)}
    found = session.scalars(select(Placement).where(Placement.store_id == store_id)).all()
    return sorted(found, key=lambda placement: (order.get(placement.key, len(order)), placement.key))


def get(session: Session, store_id: StoreId, key: str) -> Placement:
    """Raises NotFound."""
    placement = session.scalar(select(Placement).where(Placement.store_id == store_id, Placement.key == key))
    if placement is None:
        raise NotFound("placement", key)
    return placement


def update(session: Session, store_id: StoreId, key: str, choice: Choice, *, at: datetime) -> Placement:
    """Raises NotFound, or Invalid with the field at fault. Live as soon as the store's config is put."""
    placement = get(session, store_id, key)
    apply(placement, choice)
    placement.version = at
    session.flush()
    return placement


def apply(placement: Placement, choice: Choice) -> None:
    """Write a choice on a placement. Raises Invalid with the field at fault, and changes nothing then."""
    title = choice.title.strip()
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(f"a title has 1 to {LONGEST_TITLE} characters", "title")
    if choice.display in OFFERED:
        raise Invalid(
            f"{OFFERED[choice.display]} needs an offer, which this placement has none of", "display"
        )
    if choice.display not in DISPLAYS:
        raise Invalid(f"a display is one of {', '.join(DISPLAYS)}", "display")
    if not 1 <= choice.slots <= MOST_SLOTS:
        raise Invalid(f"a placement has 1 to {MOST_SLOTS} slots", "slots")
    if choice.free_shipping is not None and not 0 < choice.free_shipping <= MOST_FREE_SHIPPING:
        raise Invalid("shipping is free from an amount above zero, or the field is empty", "free_shipping")
    placement.look = looks.keep(choice.look)
    placement.title = title
    placement.display = choice.display
    placement.slots = choice.slots
    placement.active = choice.active
    placement.free_shipping = choice.free_shipping
