"""What a shopper's browser sends: pages and forms of the shop, and the widget's requests."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from app.demo.connection import Connection
from app.demo.uplift import Offer
from app.kernel.clock import Clock
from app.kernel.errors import Upstream

_TIMEOUT_S = 15.0
_ATTEMPTS = 6
_FIRST_PAUSE_S = 0.1
_MOST_EVENTS = 100
_THANKS = "/shop/thank-you/"


@dataclass(frozen=True, slots=True)
class Event:
    """``count`` tells several clicks on one card apart."""

    kind: str
    offer: Offer
    count: int = 1

    @property
    def event_id(self) -> str:
        name = f"{self.offer.slate_id}:{self.offer.position}:{self.kind[0]}"
        return name if self.kind == "impression" else f"{name}:{self.count}"


@dataclass(frozen=True, slots=True)
class Question:
    """What the widget reads from the attributes of a placement."""

    placement: str
    product: str | None = None
    basket: tuple[str, ...] = ()
    category: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """As whom a shopper asks; both None without consent."""

    visitor: str | None
    customer: str | None


class Browser:
    """One shopper's browser, with cookies of its own; the connections are shared with others."""

    def __init__(self, link: Connection, transport: httpx.BaseTransport, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._http = httpx.Client(
            base_url=link.base_url,
            transport=_Shared(transport),
            timeout=_TIMEOUT_S,
            trust_env=False,
            headers={"origin": link.base_url, "user-agent": "alongside-simulate"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def open(self, path: str) -> None:
        self._ask("GET", path)

    def agree(self, visitor_id: str | None) -> None:
        """Answer the consent banner; with an id the widget then sets its cookie."""
        self._ask("POST", "/shop/consent", data={"choice": "all" if visitor_id else "necessary"})
        if visitor_id:
            self._http.cookies.set("alongside_visitor", visitor_id)

    def sign_in(self, customer_id: str) -> None:
        self._ask("POST", "/shop/customer", data={"customer_id": customer_id})

    def recommend(self, question: Question, who: Who) -> list[Offer]:
        """The cards of a slate; none for the holdout, and none where Alongside fails, as in a real page."""
        asked = {
            "key": self._link.public_key,
            "placement": question.placement,
            "product": question.product,
            "basket": ",".join(question.basket) or None,
            "category": question.category,
            "query": question.query,
            "customer": self._link.customer_token(who.customer) if who.customer else None,
            "visitor": who.visitor,
        }
        given = {name: value for name, value in asked.items() if value}
        answer = self._ask("GET", "/v1/recommendations", params=given)
        if not answer.is_success:
            return []
        slate = answer.json()
        return [
            Offer(item["product_id"], slate["slate_id"], item["position"], item["price"]["amount"])
            for item in slate["items"]
        ]

    def report(self, visitor: str | None, events: Sequence[Event]) -> None:
        """Send events as the widget's beacon does, at most 100 at once."""
        at = self._clock.now().isoformat()
        told = [
            {
                "id": event.event_id,
                "kind": event.kind,
                "slate_id": event.offer.slate_id,
                "product_id": event.offer.product_id,
                "position": event.offer.position,
                "at": at,
            }
            for event in events
        ]
        for start in range(0, len(told), _MOST_EVENTS):
            body = {"visitor": visitor, "events": told[start : start + _MOST_EVENTS]}
            self._ask("POST", "/v1/events", params={"key": self._link.public_key}, json=body)

    def add(self, product_id: str, quantity: int, slate_id: str | None) -> bool:
        """Put something into the basket; False where the shop has none left."""
        line = {"product_id": product_id, "variant_id": None, "quantity": quantity, "slate_id": slate_id}
        return self._ask("POST", "/shop/cart/add", json=line).is_success

    def pay(self, name: str, email: str) -> int | None:
        """The number of the new order, None where the shop refused it."""
        answer = self._ask("POST", "/shop/checkout", data={"name": name, "email": email})
        place = answer.headers.get("location", "")
        return int(place.removeprefix(_THANKS)) if place.startswith(_THANKS) else None

    def give_back(self, number: int, pieces: dict[int, int]) -> bool:
        form = {"order": str(number)} | {f"line_{line}": str(count) for line, count in pieces.items()}
        return self._ask("POST", "/shop/returns", data=form).status_code == HTTPStatus.SEE_OTHER

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        json: object = None,
    ) -> httpx.Response:
        """Once more, after a pause, where the server is busy. Raises Upstream where it cannot be reached."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_FIRST_PAUSE_S * 2**attempt)
            try:
                answer = self._http.request(method, path, params=params, data=data, json=json)
            except httpx.ConnectError:
                continue
            if answer.status_code not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
                return answer
        raise Upstream(f"{self._link.base_url}{path} cannot be reached", retry=True)


class _Shared(httpx.BaseTransport):
    """Keeps the shared connections open when one browser is closed."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._transport.handle_request(request)
