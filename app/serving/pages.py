"""The routes that answer pages. Whatever fails behind the door, the page gets an answer and goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from app.bridge.source import Unavailable
from app.engine.assign import Arm
from app.kernel.ids import new_id
from app.kernel.log import get_logger
from app.serving import cart, context, email, http, offers, recommend
from app.serving.http import Reply

if TYPE_CHECKING:
    from random import Random

    from _typeshed.wsgi import WSGIEnvironment

    from app.bridge.sessions import Sessions
    from app.bridge.view import StoreView
    from app.kernel.clock import Clock
    from app.serving.context import Ask
    from app.serving.decisions import DecisionLog
    from app.serving.limits import Load
    from app.serving.recommend import Decision
    from app.serving.status import Meter
    from app.serving.tokens import Voucher

_UNSHARED = (("Cache-Control", "no-store"),)
_NO_CART = b',"swaps":[],"free_shipping":null}'


class Asked(NamedTuple):
    """A request whose key leads to a store."""

    environ: WSGIEnvironment
    given: Mapping[str, str]
    view: StoreView
    voucher: Voucher | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """Answers for pages; what was decided goes to the log."""

    decisions: DecisionLog
    meter: Meter
    clock: Clock
    rng: Random
    sessions: Sessions
    load: Load

    def recommendations(self, asked: Asked) -> Reply:
        """Answer for one placement. What any stranger would get may be kept, and asked again each time."""
        ask = self._known(asked.view, context.read(asked.view.config, asked.given))
        decision = self._decide(asked.view, ask)
        if decision.shared:
            tag = _tag(asked.view, ask, decision)
            if asked.environ.get("HTTP_IF_NONE_MATCH") == tag:
                return Reply(304, headers=http.revalidated(tag))
            return _json(self._slate(asked.view, ask, decision), http.revalidated(tag))
        return _json(self._slate(asked.view, ask, decision), _UNSHARED)

    def placements(self, asked: Asked) -> Reply:
        """Answer for all placements of a page at once."""
        asks = context.read_all(asked.view.config, asked.given)
        slates = [self._answer(asked.view, self._known(asked.view, ask)) for ask in asks]
        return _json(recommend.together(slates), _UNSHARED)

    def cart(self, asked: Asked) -> Reply:
        """Answer for a cart: what goes with all of it, a step up for a line, what shipping still costs."""
        lines, given = cart.read(http.body(asked.environ, cart.MOST_BYTES))
        ask = self._known(asked.view, context.read(asked.view.config, given, "cart"))
        if asked.voucher is not None and asked.voucher.customer:
            ask = ask._replace(customer=asked.voucher.customer)
        decision = self._decide(asked.view, ask)
        shown = decision.items
        more = _NO_CART
        if ask.placement.active and decision.arm is not Arm.HOLDOUT and shown:
            busy = self.load.heavy(asked.view.config.store_id)
            found = [] if busy else cart.swaps(asked.view, ask, lines, shown)
            swaps = cart.write(asked.view, lines, found, len(shown) + 1)
            more = b',"swaps":%b,"free_shipping":%b}' % (swaps, cart.shipping(asked.view, ask, lines))
            extra = [swap.item for swap in found]
            logged = decision._replace(
                items=[*shown, *extra], odds=[*decision.odds, *[1.0] * len(extra)], kept=None
            )
            return _json(self._slate(asked.view, ask, decision, logged)[:-1] + more, _UNSHARED)
        return _json(self._slate(asked.view, ask, decision)[:-1] + more, _UNSHARED)

    def email(self, asked: Asked) -> Reply:
        """Answer with a block for an e-mail to a known customer; it is empty whenever anything fails."""
        config = asked.view.config
        ask = context.read_for_customer(config, asked.given)
        domain = config.domains[0] if config.domains else ""
        return _json(email.block(self._answer(asked.view, ask), domain), _UNSHARED)

    def nothing(self, path: str, given: Mapping[str, str], error: Exception) -> Reply:
        """Stand in for an answer that failed."""
        self.failed(error)
        self.meter.slate(recommend.FAILED, Arm.NONE)
        if path == "/v1/placements":
            slates = [recommend.nothing(key) for key in context.named(given)]
            return _json(recommend.together(slates), _UNSHARED)
        if path == "/v1/offer":
            return _json(offers.NONE, _UNSHARED)
        empty = recommend.nothing(given.get("placement", ""))
        if path == "/v1/email":
            return _json(email.block(empty, ""), _UNSHARED)
        return _json(empty[:-1] + _NO_CART if path == "/v1/cart" else empty, _UNSHARED)

    def failed(self, error: Exception) -> None:
        """Tell the log."""
        log = get_logger("serving")
        if isinstance(error, Unavailable):
            log.warning("no copy of this store", reason="Valkey is away")
        else:
            log.error("recommendation failed", exc_info=error)

    def _known(self, view: StoreView, ask: Ask) -> Ask:
        """Add what the visitor clicked before, as far as the page does not tell."""
        if ask.visitor is None:
            return ask
        known = self.sessions.recent(view.config.store_id, ask.visitor)
        return ask._replace(recent=tuple(dict.fromkeys([*known, *ask.recent]))) if known else ask

    def _answer(self, view: StoreView, ask: Ask) -> bytes:
        return self._slate(view, ask, self._decide(view, ask))

    def _decide(self, view: StoreView, ask: Ask) -> Decision:
        """Decide; where that fails, or there is no time, with bestsellers, and at last with nothing."""
        if self.load.heavy(view.config.store_id):
            self.meter.note("shed")
        else:
            try:
                return recommend.decide(view, ask, self.rng)
            except Exception as error:  # noqa: BLE001 - the promise of these routes
                self.failed(error)
                self.meter.note("decided_failed")
        try:
            return recommend.bestsellers(view, ask)
        except Exception as error:  # noqa: BLE001 - the promise of these routes
            self.failed(error)
            self.meter.note("fell_back_failed")
        return recommend.failure(view, ask)

    def _slate(self, view: StoreView, ask: Ask, decision: Decision, logged: Decision | None = None) -> bytes:
        slate_id = new_id()
        body = recommend.render(view, ask, decision, slate_id)
        self.decisions.put(
            view.config.store_id, recommend.record(view, ask, logged or decision, slate_id, self.clock.now())
        )
        self.meter.slate(decision.tier, decision.arm)
        return body


def _json(body: bytes, headers: http.Headers = ()) -> Reply:
    return Reply(200, body, http.JSON, headers)


def _tag(view: StoreView, ask: Ask, decision: Decision) -> str:
    """Name an answer by what it shows, whatever its slate is called."""
    told = recommend.render(view, ask, decision, "")
    return f'"{blake2b(told, digest_size=12).hexdigest()}"'
