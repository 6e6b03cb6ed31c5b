"""Orders and returns of the demo shop. Each writes its messages to the outbox in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.demo import baskets, outbox
from app.demo.baskets import Line
from app.demo.catalog import CURRENCY, Product
from app.demo.store import Db
from app.kernel.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Buyer:
    """``visitor_id`` only exists with consent; ``customer_id`` only for a shopper who has signed in."""

    name: str
    email: str
    customer_id: str | None
    visitor_id: str | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    line_id: int
    product: Product
    quantity: int
    unit_price: int
    returned: int

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity

    @property
    def returnable(self) -> int:
        return self.quantity - self.returned


@dataclass(frozen=True, slots=True)
class Order:
    number: int
    created_at: datetime
    lines: tuple[OrderLine, ...]

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def refunded(self) -> int:
        return sum(line.unit_price * line.returned for line in self.lines)


def buy(db: Db, basket_id: str, buyer: Buyer, at: datetime) -> int:
    """Turn the basket into a paid order, take the stock, and return the order's number.

    Raises Conflict where the basket is empty or holds more than the shop has.
    """
    lines = baskets.lines(db, basket_id)
    if not lines:
        raise Conflict("the basket is empty")
    short = [line.product.title for line in lines if line.product.stock < line.quantity]
    if short:
        raise Conflict(f"there is not enough left of {', '.join(short)}")
    number = db.execute(
        "INSERT INTO orders (customer_id, visitor_id, name, email, created_at) VALUES (?, ?, ?, ?, ?)",
        (buyer.customer_id, buyer.visitor_id, buyer.name, buyer.email, at.isoformat()),
    ).lastrowid
    if number is None:
        raise Conflict("the order could not be kept")
    db.executemany(
        "INSERT INTO order_lines (number, line_id, product_id, quantity, unit_price, slate_id)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, line_id, line.product.product_id, line.quantity, line.product.price, line.slate_id)
            for line_id, line in enumerate(lines, start=1)
        ],
    )
    baskets.empty(db, basket_id)
    record = _order_record(number, buyer, lines, at)
    outbox.put(db, outbox.Message("order.created", f"order {number}", record), at)
    for line in lines:
        _move_stock(db, line.product.product_id, -line.quantity, at)
    return number


def order(db: Db, number: int) -> Order:
    """Raises NotFound. Never tells who bought."""
    head = db.execute("SELECT number, created_at FROM orders WHERE number = ?", (number,)).fetchone()
    if head is None:
        raise NotFound("order", str(number))
    rows = db.execute(
        "SELECT line_id, quantity, unit_price, returned, product_id, title, category, price, stock"
        " FROM order_lines JOIN products USING (product_id) WHERE number = ? ORDER BY line_id",
        (number,),
    )
    lines = tuple(
        OrderLine(
            row["line_id"],
            Product(row["product_id"], row["title"], row["category"], row["price"], row["stock"]),
            row["quantity"],
            row["unit_price"],
            row["returned"],
        )
        for row in rows
    )
    return Order(head["number"], datetime.fromisoformat(head["created_at"]), lines)


def give_back(db: Db, number: int, quantities: Mapping[int, int], at: datetime) -> int:
    """Take pieces back (line -> quantity), put them on the shelf again, and return the refund in pennies.

    Raises NotFound for an unknown order and Invalid for nothing, or for more than is left to return.
    """
    bought = {line.line_id: line for line in order(db, number).lines}
    chosen = {line_id: quantity for line_id, quantity in quantities.items() if quantity > 0}
    if not chosen:
        raise Invalid("choose at least one thing to return", "lines")
    for line_id, quantity in chosen.items():
        if line_id not in bought or quantity > bought[line_id].returnable:
            raise Invalid(f"line {line_id} has not that many left to return", "lines")
    return_id = db.execute(
        "INSERT INTO returns (number, created_at) VALUES (?, ?)", (number, at.isoformat())
    ).lastrowid
    amounts = {line_id: bought[line_id].unit_price * quantity for line_id, quantity in chosen.items()}
    for line_id, quantity in chosen.items():
        db.execute(
            "UPDATE order_lines SET returned = returned + ? WHERE number = ? AND line_id = ?",
            (quantity, number, line_id),
        )
        db.execute(
            "INSERT INTO return_lines VALUES (?, ?, ?, ?)", (return_id, line_id, quantity, amounts[line_id])
        )
    record: outbox.Record = {
        "id": f"R{return_id}",
        "order_id": str(number),
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "lines": [
            {"line_id": str(line_id), "quantity": quantity, "amount": _money(amounts[line_id])}
            for line_id, quantity in chosen.items()
        ],
    }
    outbox.put(db, outbox.Message("refund.created", f"order {number}", record), at)
    for line_id, quantity in chosen.items():
        _move_stock(db, bought[line_id].product.product_id, quantity, at)
    return sum(amounts.values())


def _order_record(number: int, buyer: Buyer, lines: Sequence[Line], at: datetime) -> outbox.Record:
    return {
        "id": str(number),
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "currency": CURRENCY,
        "status": "paid",
        "customer_id": buyer.customer_id,
        "visitor_id": buyer.visitor_id,
        "lines": [
            {
                "id": str(line_id),
                "product_id": line.product.product_id,
                "variant_id": None,
                "quantity": line.quantity,
                "unit_price": _money(line.product.price),
                "slate_id": line.slate_id,
            }
            for line_id, line in enumerate(lines, start=1)
        ],
    }


def _move_stock(db: Db, product_id: str, pieces: int, at: datetime) -> None:
    row = db.execute(
        "UPDATE products SET stock = stock + ? WHERE product_id = ? RETURNING stock", (pieces, product_id)
    ).fetchone()
    record: outbox.Record = {
        "product_id": product_id,
        "variant_id": None,
        "stock": row["stock"],
        "updated_at": at.isoformat(),
    }
    outbox.put(db, outbox.Message("stock.updated", f"product {product_id}", record), at)


def _money(amount: int) -> outbox.Record:
    return {"amount": amount, "currency": CURRENCY}
