"""What a schedule sends and whom it kills when: all drawn from one seed, so that it can be run again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from app.bridge.records import SlateRecord

BATCH = 20
PRODUCTS = ("cup", "saucer", "spoon", "tea", "pot")
KINDS = ("impression", "click", "add")
VICTIMS = ("web", "worker", "valkey", "postgres")


@dataclass(frozen=True, slots=True)
class Size:
    """``sent_twice`` is the share of messages that are sent again after they were acknowledged."""

    events: int
    webhooks: int
    sent_twice: float = 0.05


SMALL = Size(events=2_000, webhooks=200)
FULL = Size(events=50_000, webhooks=5_000)


@dataclass(frozen=True, slots=True)
class Message:
    """A batch of events or a webhook; ``ids`` are its events', or its own."""

    kind: str  # events | webhook
    ids: tuple[str, ...]
    body: bytes
    times: int = 1


@dataclass(frozen=True, slots=True)
class Kill:
    """``after`` so many messages were taken from the list; ``pick`` chooses among several processes."""

    after: int
    victim: str
    pick: int


@dataclass(frozen=True, slots=True)
class Order:
    status: str
    total: int


@dataclass(frozen=True, slots=True)
class Credit:
    amount: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Plan:
    """``orders``, ``refunds`` and ``credits`` are the sender's ledger: what must be known in the end."""

    seed: int
    messages: tuple[Message, ...]
    kills: tuple[Kill, ...]
    slates: tuple[SlateRecord, ...]
    orders: dict[str, Order]
    refunds: dict[str, int]
    credits: dict[tuple[str, str], Credit]

    @property
    def event_ids(self) -> set[str]:
        return {each for message in self.messages if message.kind == "events" for each in message.ids}


def draw(seed: int, size: Size) -> Plan:
    """The same seed and size give the same plan, but for today's date."""
    rng = Random(seed)
    now = datetime.now(UTC).replace(microsecond=0)
    slates = tuple(_slate(number, now) for number in range(20))
    ledger = _Ledger(rng, now, slates)
    while len(ledger.webhooks) < size.webhooks:
        ledger.grow()
    messages = [*_batches(rng, size.events, now), *ledger.webhooks[: size.webhooks]]
    ledger.forget(ledger.webhooks[size.webhooks :])
    rng.shuffle(messages)
    sent = tuple(_twice(each) if rng.random() < size.sent_twice else each for each in messages)
    moments = sorted(rng.sample(range(len(sent) // 10, len(sent) * 9 // 10), len(VICTIMS)))
    victims = rng.sample(VICTIMS, len(VICTIMS))
    kills = tuple(Kill(at, who, rng.randrange(100)) for at, who in zip(moments, victims, strict=True))
    return Plan(seed, sent, kills, slates, ledger.orders(), ledger.refunds(), ledger.credits())


def _twice(message: Message) -> Message:
    return Message(message.kind, message.ids, message.body, times=2)


def _slate(number: int, now: datetime) -> SlateRecord:
    return SlateRecord(
        slate_id=f"slate-{number}",
        at=now - timedelta(hours=2),
        placement="cart",
        visitor_id=None,
        customer_id=None,
        product_id=None,
        basket=(),
        items=PRODUCTS,
        propensities=(1.0,) * len(PRODUCTS),
        model_version="m1",
        arm="none",
        ghost=False,
        explored=False,
        tier="personal",
    )


def _batches(rng: Random, count: int, now: datetime) -> Iterator[Message]:
    for start in range(0, count, BATCH):
        ids = tuple(f"e{number}" for number in range(start, min(start + BATCH, count)))
        events = [
            {
                "id": each,
                "kind": rng.choice(KINDS),
                "slate_id": f"page-{start}",
                "product_id": rng.choice(PRODUCTS),
                "position": place,
                "at": (now - timedelta(seconds=rng.randrange(3600))).isoformat(),
            }
            for place, each in enumerate(ids, 1)
        ]
        body = {"visitor": f"v{rng.randrange(500)}", "events": events}
        yield Message("events", ids, json.dumps(body).encode())


class _Ledger:
    """Orders grow by webhooks: created, then perhaps changed, cancelled or paid back."""

    def __init__(self, rng: Random, now: datetime, slates: tuple[SlateRecord, ...]) -> None:
        self.webhooks: list[Message] = []
        self._rng, self._now, self._slates = rng, now, slates
        self._told: dict[str, dict[str, object]] = {}  # by the webhook's id
        self._orders = 0

    def grow(self) -> None:
        rng, self._orders = self._rng, self._orders + 1
        order, at = f"order-{self._orders}", self._now - timedelta(minutes=rng.randrange(1, 60))
        lines = [self._line(number) for number in range(1, rng.randrange(2, 5))]
        self._tell("order.created", self._order(order, at, 0, lines))
        chance = rng.random()
        if chance < 0.2:
            self._tell("order.updated", self._order(order, at, 1, [*lines, self._line(len(lines) + 1)]))
        elif chance < 0.3:
            self._tell("order.cancelled", self._order(order, at, 1, lines, "cancelled"))
        elif chance < 0.5:
            back = [
                {
                    "line_id": "1",
                    "quantity": 1,
                    "amount": {"amount": rng.randrange(1, 300), "currency": "GBP"},
                }
            ]
            refund = {"id": f"refund-{order}", "order_id": order, "created_at": self._now.isoformat()}
            self._tell("refund.created", {**refund, "updated_at": self._now.isoformat(), "lines": back})

    def forget(self, unsent: list[Message]) -> None:
        for message in unsent:
            del self._told[message.ids[0]]

    def orders(self) -> dict[str, Order]:
        return {key: Order(str(newest["status"]), _total(newest)) for key, newest in self._newest().items()}

    def refunds(self) -> dict[str, int]:
        return {str(told["id"]): _back(told) for told in self._told.values() if "order_id" in told}

    def credits(self) -> dict[tuple[str, str], Credit]:
        """Every line names a slate with its product, so that every line is credited."""
        back = {str(told["order_id"]): _back(told) for told in self._told.values() if "order_id" in told}
        ledger = {}
        for key, newest in self._newest().items():
            for line in newest["lines"]:  # type: ignore[attr-defined]
                amount = line["quantity"] * line["unit_price"]["amount"]
                refunded = min(amount, back.get(key, 0)) if line["id"] == "1" else 0
                ledger[key, line["id"]] = Credit(
                    amount, amount if newest["status"] == "cancelled" else refunded
                )
        return ledger

    def _newest(self) -> dict[str, dict[str, object]]:
        newest: dict[str, dict[str, object]] = {}
        for told in self._told.values():
            known = newest.get(str(told["id"]))
            if "order_id" not in told and (
                known is None or str(known["updated_at"]) < str(told["updated_at"])
            ):
                newest[str(told["id"])] = told
        return newest

    def _line(self, number: int) -> dict[str, object]:
        return {
            "id": str(number),
            "product_id": self._rng.choice(PRODUCTS),
            "quantity": self._rng.randrange(1, 4),
            "unit_price": {"amount": self._rng.randrange(100, 5000), "currency": "GBP"},
            "slate_id": self._rng.choice(self._slates).slate_id,
        }

    def _order(
        self, order: str, at: datetime, version: int, lines: list[dict[str, object]], status: str = "paid"
    ) -> dict[str, object]:
        updated = (at + timedelta(seconds=version)).isoformat()
        known = {"id": order, "created_at": at.isoformat(), "updated_at": updated, "currency": "GBP"}
        return {**known, "status": status, "lines": lines}

    def _tell(self, topic: str, record: dict[str, object]) -> None:
        delivery = f"d{len(self.webhooks)}"
        body = {"type": topic, "timestamp": self._now.isoformat(), "data": record}
        self.webhooks.append(Message("webhook", (delivery,), json.dumps(body).encode()))
        self._told[delivery] = record


def _total(order: dict[str, object]) -> int:
    lines: list[dict[str, object]] = order["lines"]  # type: ignore[assignment]
    return sum(line["quantity"] * line["unit_price"]["amount"] for line in lines)  # type: ignore[index]


def _back(refund: dict[str, object]) -> int:
    lines: list[dict[str, object]] = refund["lines"]  # type: ignore[assignment]
    return sum(line["amount"]["amount"] for line in lines)  # type: ignore[index]
