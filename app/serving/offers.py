"""One more product for who just paid. What is signed is what we kept, never what his page sends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import msgspec

from app.bridge import offers
from app.bridge.config import PlacementConfig, StoreConfig
from app.bridge.offers import Offer
from app.bridge.records import EventKind, EventRecord
from app.bridge.stream import events_message
from app.engine.assign import Arm
from app.kernel.errors import Invalid, NotFound, Unauthorized
from app.serving import http, recommend, tokens
from app.serving.context import Ask
from app.serving.http import Reply
from app.serving.recommend import Decision

if TYPE_CHECKING:
    from redis import Redis

    from app.bridge.sender import Sender
    from app.bridge.view import StoreView
    from app.serving.pages import Asked, Pages
    from app.serving.tokens import Keys, Purchase, Voucher

PLACEMENT = "post-purchase"
LASTS = timedelta(minutes=30)
MOST_BYTES = 16 * 1024
NONE = b'{"offer":null}'
_LOCATION = "thank-you"
_TRIED = 12
_UNSHARED = (("Cache-Control", "no-store"),)


class _Accept(msgspec.Struct, frozen=True):
    """Whatever else a page sends is not looked at."""

    offer_id: UUID


@dataclass(frozen=True, slots=True)
class Offers:
    """Makes offers and signs what was accepted of them."""

    pages: Pages
    valkey: Redis
    sender: Sender
    keys: Keys

    def make(self, asked: Asked) -> Reply:
        """Answer with what is offered for a purchase, the same one however often it is asked for."""
        purchase, voucher = _vouched(asked)
        store_id, percent = asked.view.config.store_id, asked.view.config.after_purchase
        if percent is None:
            return _json(NONE)
        offer = offers.find(self.valkey, store_id, purchase.reference)
        if offer is None:
            offer = self._new(asked.view, purchase, voucher, percent)
        if offer is None or offer.expires_at <= self.pages.clock.now():
            return _json(NONE)
        return _json(b'{"offer":%b}' % write(offer))

    def accept(self, asked: Asked) -> Reply:
        """Sign the kept offer. Raises NotFound where there is none, or it is over, or it was another one."""
        purchase, _ = _vouched(asked)
        try:
            told = msgspec.json.decode(http.body(asked.environ, MOST_BYTES), type=_Accept)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid("offer_id must name the offer", "offer_id") from error
        store_id, now = asked.view.config.store_id, self.pages.clock.now()
        offer = offers.find(self.valkey, store_id, purchase.reference)
        if offer is None or offer.offer_id != told.offer_id or offer.expires_at <= now:
            raise NotFound("offer", str(told.offer_id))
        token = tokens.sign(
            self.keys,
            offer.reference,
            changes(offer),
            jti=offer.offer_id,
            now=now,
            ends=offer.expires_at,
        )
        event = EventRecord(
            event_id=f"{offer.slate_id}:1:a:1",
            kind=EventKind.ADD,
            at=now,
            received_at=now,
            visitor_id=None,
            slate_id=offer.slate_id,
            product_id=offer.product_id,
            position=1,
        )
        self.sender.send([events_message(store_id, [event])])
        return _json(msgspec.json.encode({"token": token}))

    def _new(self, view: StoreView, purchase: Purchase, voucher: Voucher, percent: int) -> Offer | None:
        """Choose, keep and log. The slate that is logged is the one that stands."""
        ask = Ask(
            placement=_placement(view.config),
            limit=_TRIED,
            product=None,
            basket=purchase.products,
            recent=(),
            customer=voucher.customer,
            visitor=None,
            category=None,
            words=None,
            language=purchase.locale,
        )
        now = self.pages.clock.now()
        decision = _first(view, recommend.decide(view, ask, self.pages.rng))
        if decision is None or view.shelf is None or decision.arm is Arm.HOLDOUT:
            return None
        card = view.shelf.card(decision.items[0])
        mine = Offer(
            offer_id=uuid4(),
            reference=purchase.reference,
            slate_id=offers.slate_of(view.config.store_id, purchase.reference),
            product_id=card.product_id,
            variant_id=card.variant_id or "",
            quantity=1,
            percent=percent,
            title=card.title,
            image=card.image,
            expires_at=now + LASTS,
        )
        stands = offers.keep(self.valkey, view.config.store_id, mine, now=now)
        if stands.offer_id == mine.offer_id:
            told = recommend.record(view, ask, decision, mine.slate_id, now)
            self.pages.decisions.put(view.config.store_id, told)
            self.pages.meter.slate(decision.tier, decision.arm)
        return stands


def changes(offer: Offer) -> list[dict[str, Any]]:
    """Write what accepting does to the purchase, as Shopify spells it."""
    change: dict[str, Any] = {
        "type": "add_variant",
        "variantId": int(offer.variant_id),
        "quantity": offer.quantity,
    }
    if offer.percent:
        change["discount"] = {
            "value": offer.percent,
            "valueType": "percentage",
            "title": f"-{offer.percent}%",
        }
    return [change]


def write(offer: Offer) -> bytes:
    """Write an offer for the page; its ``changes`` are for working out the price, and signed by nobody."""
    told = {
        "offer_id": str(offer.offer_id),
        "slate_id": offer.slate_id,
        "product_id": offer.product_id,
        "title": offer.title,
        "image": offer.image,
        "percent": offer.percent,
        "expires_at": offer.expires_at,
        "changes": changes(offer),
    }
    return msgspec.json.encode(told)


def _vouched(asked: Asked) -> tuple[Purchase, Voucher]:
    if asked.voucher is None or asked.voucher.purchase is None:
        raise Unauthorized("a purchase token is needed")
    return asked.voucher.purchase, asked.voucher


def _placement(config: StoreConfig) -> PlacementConfig:
    """Show what the page after checkout would; the merchant's switch for it is the discount's."""
    known = next((each for each in config.placements if each.location == _LOCATION), None)
    if known is None:
        return PlacementConfig(PLACEMENT, _LOCATION, "list", "", _TRIED, active=True)
    return replace(known, key=PLACEMENT, active=True)


def _first(view: StoreView, decision: Decision) -> Decision | None:
    """Leave the best item that Shopify can add: it takes variants only, by their number."""
    if view.shelf is None:
        return None
    for place, item in enumerate(decision.items):
        if (view.shelf.card(item).variant_id or "").isdecimal():
            odds, why = decision.odds[place], decision.whys[place]
            return Decision(decision.arm, decision.tier, [item], [odds], [why], explored=decision.explored)
    return None


def _json(body: bytes) -> Reply:
    return Reply(200, body, http.JSON, _UNSHARED)
