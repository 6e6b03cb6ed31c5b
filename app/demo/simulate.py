"""Simulated shoppers: they look, click, add, buy and bring back by the public addresses, as browsers do."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from random import Random

import httpx

from app.demo import dataset
from app.demo.browser import Browser, Event, Question, Who
from app.demo.connection import Connection
from app.demo.dataset import PastOrder
from app.demo.load import Progress
from app.demo.nouns import CATEGORIES
from app.demo.uplift import Offer, extras
from app.kernel.clock import SystemClock
from app.kernel.errors import Invalid

_SEARCHES = (
    "teacup",
    "heart",
    "lantern",
    "vintage bag",
    "christmas",
    "retrospot",
    "garden",
    "candle",
    "gift",
)
_LETTERS = string.ascii_letters + string.digits
_AGREES = 0.92
_SIGNS_IN = 0.4
_BUYS = 0.6
_RETURNS = 0.05
_CLICKS = 0.03
_MOST_WANTED = 4
_MOST_PIECES = 3
_MOST_SEEN = 6
_DEAREST = 2500
_BROWSES = 0.3
_LOOKS_CLOSER = 0.5
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts, and money in pence. ``held_out`` counts consenting visitors who were shown nothing."""

    shoppers: int = 0
    shown: int = 0
    held_out: int = 0
    without_consent: int = 0
    views: int = 0
    impressions: int = 0
    clicks: int = 0
    adds: int = 0
    orders: int = 0
    revenue_pence: int = 0
    refunds: int = 0
    refunded_pence: int = 0

    def __add__(self, other: Summary) -> Summary:
        names = [field.name for field in fields(self)]
        return Summary(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Want:
    product_id: str
    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a shopper means to do before he has seen anything: the same in both arms of the experiment."""

    wants: tuple[Want, ...]
    buys: bool
    visitor_id: str | None
    customer_id: str | None
    seed: str


def simulate(link: Connection, *, shoppers: int, uplift: float, seed: int, progress: Progress) -> Summary:
    """Send shoppers through the shop and tell what they did. Raises Upstream where it cannot be reached.

    ``uplift`` is the true relative effect of recommendations: with 0.1 those who are shown some spend a tenth
    more in expectation (see ``uplift.extras``) than those who are shown none. Each wants what a kept-back
    order of the real shop held, cut to a trip of a few things, and the same in both arms of the experiment.
    """
    if shoppers < 1 or uplift < 0:
        raise Invalid("there must be a shopper at least, and an uplift of 0 or more")
    trips = dataset.kept_back()
    prices = {product.product_id: product.price for product in dataset.products()}
    done = Summary()
    progress("shoppers", 0, shoppers)
    with httpx.HTTPTransport(trust_env=False) as transport, ThreadPoolExecutor(_AT_ONCE) as pool:

        def go(number: int) -> Summary:
            wanted = plan(trips, prices, seed, number)
            # Shoppers live in the same time as the shop's server: there is no other clock to be given.
            with Browser(link, transport, SystemClock()) as browser:
                return Journey(browser, wanted, uplift).go()

        for trip in pool.map(go, range(shoppers)):
            done += trip
            progress("shoppers", done.shoppers, shoppers)
    return done


def plan(trips: Sequence[PastOrder], prices: Mapping[str, int], seed: int, number: int) -> Plan:
    """The same for the same seed and number. ``prices`` are today's, in pennies."""
    rng = Random(f"{seed} {number}")  # noqa: S311 - shoppers must come again alike
    trip = rng.choice(trips)
    fitting = [line for line in trip.lines if prices[line.product_id] <= _DEAREST]
    wanted = rng.sample(fitting, min(len(fitting), rng.randint(1, _MOST_WANTED)))
    agrees = rng.random() < _AGREES
    visitor_id = "v_" + "".join(rng.choices(_LETTERS, k=22))
    return Plan(
        wants=tuple(
            Want(line.product_id, min(line.quantity, _MOST_PIECES), prices[line.product_id])
            for line in wanted
        ),
        buys=rng.random() < _BUYS,
        visitor_id=visitor_id if agrees else None,
        customer_id=trip.customer_id if agrees and rng.random() < _SIGNS_IN else None,
        seed=f"{seed} {number} on the way",
    )


class Journey:
    """One shopper's way through the shop."""

    def __init__(self, browser: Browser, plan: Plan, uplift: float) -> None:
        self._browser = browser
        self._plan = plan
        self._uplift = uplift
        self._rng = Random(plan.seed)  # noqa: S311 - shoppers must come again alike
        self._seen: dict[str, Offer] = {}
        self._events: list[Event] = []
        self._basket: dict[str, Want] = {}
        self._reported = 0
        self._views = 0

    def go(self) -> Summary:
        self._arrive()
        for want in self._plan.wants:
            self._look_at(want)
        if self._plan.buys and self._basket:
            self._view("/shop/cart", Question("cart", basket=tuple(self._basket)))
            self._follow_suggestions()
        self._report()
        number, back = self._buy()
        self._report()
        return self._account(number, back)

    def _arrive(self) -> None:
        self._browser.agree(self._plan.visitor_id)
        if self._plan.customer_id:
            self._browser.sign_in(self._plan.customer_id)
        self._view("/shop/", Question("home"))
        if self._rng.random() < _BROWSES:
            shelf = self._rng.choice(CATEGORIES)
            self._view(f"/shop/category/{shelf.key}", Question("category", category=shelf.name))
        if self._rng.random() < _BROWSES:
            word = self._rng.choice(_SEARCHES)
            self._view(f"/shop/search?q={word}", Question("search", query=word))

    def _look_at(self, want: Want) -> None:
        """What is wanted and was suggested is found through the suggestion, and bought from it."""
        suggested = self._seen.get(want.product_id)
        if suggested:
            self._events.append(Event("click", suggested))
        question = Question("product", product=want.product_id, basket=tuple(self._basket))
        self._view(f"/shop/product/{want.product_id}", question)
        slate_id = suggested.slate_id if suggested else None
        if self._plan.buys and self._browser.add(want.product_id, want.quantity, slate_id):
            self._basket[want.product_id] = want

    def _view(self, path: str, question: Question) -> None:
        """A page and its placement: some cards are seen, and now and then one is clicked out of curiosity."""
        self._views += 1
        self._browser.open(path)
        who = Who(self._plan.visitor_id, self._plan.customer_id)
        for offer in self._browser.recommend(question, who)[: self._rng.randint(3, _MOST_SEEN)]:
            self._seen.setdefault(offer.product_id, offer)
            self._events.append(Event("impression", offer))
            if self._rng.random() < _CLICKS:
                self._events.append(Event("click", offer, count=2))

    def _follow_suggestions(self) -> None:
        offers = [offer for offer in self._seen.values() if offer.product_id not in self._basket]
        value = sum(want.price * want.quantity for want in self._basket.values())
        for extra in extras(value, self._uplift, offers, self._rng):
            offer = extra.offer
            if self._rng.random() < _LOOKS_CLOSER:
                self._views += 1
                self._browser.open(f"/shop/product/{offer.product_id}")
                self._events.append(Event("click", offer))
            if self._browser.add(offer.product_id, extra.quantity, offer.slate_id):
                self._events.append(Event("add", offer))
                self._basket[offer.product_id] = Want(offer.product_id, extra.quantity, offer.price)

    def _buy(self) -> tuple[int | None, list[Want]]:
        """The order's number, and what of it was brought back."""
        number = self._browser.pay("Robin Example", "robin@example.com") if self._basket else None
        if number is None:
            return None, []
        self._view(f"/shop/thank-you/{number}", Question("thank-you", basket=tuple(self._basket)))
        lines = list(enumerate(self._basket.values(), start=1))
        back = {line: want for line, want in lines if self._rng.random() < _RETURNS}
        if back and self._browser.give_back(number, {line: want.quantity for line, want in back.items()}):
            return number, list(back.values())
        return number, []

    def _report(self) -> None:
        """What has happened since the last report."""
        self._browser.report(self._plan.visitor_id, self._events[self._reported :])
        self._reported = len(self._events)

    def _account(self, number: int | None, back: list[Want]) -> Summary:
        agreed = self._plan.visitor_id is not None
        kinds = [event.kind for event in self._events]
        return Summary(
            shoppers=1,
            shown=int(bool(self._seen)),
            held_out=int(agreed and not self._seen),
            without_consent=int(not agreed),
            views=self._views,
            impressions=kinds.count("impression"),
            clicks=kinds.count("click"),
            adds=kinds.count("add"),
            orders=int(number is not None),
            revenue_pence=_worth(self._basket.values()) if number is not None else 0,
            refunds=int(bool(back)),
            refunded_pence=_worth(back),
        )


def _worth(wants: Iterable[Want]) -> int:
    return sum(want.price * want.quantity for want in wants)
