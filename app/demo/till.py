"""Pages to buy and to bring back: basket, checkout, thank-you, returns; and the shopper's own choices."""

from __future__ import annotations

from flask import Flask, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.demo import baskets, catalog, frame, sales
from app.demo.baskets import MOST, Wish
from app.demo.frame import Shop
from app.demo.sales import Buyer
from app.kernel.errors import Invalid, NotFound

_LONGEST_NAME = 120
_LONGEST_NUMBER = 9
_SEE_OTHER = 303
_MOST_RETURNED = 1_000_000


class Pages:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def register(self, app: Flask) -> None:
        app.add_url_rule("/cart", "cart", self.cart)
        app.add_url_rule("/cart/add", "cart_add", self.add, methods=["POST"])
        app.add_url_rule("/cart/remove", "cart_remove", self.remove, methods=["POST"])
        app.add_url_rule("/cart/update", "cart_update", self.update, methods=["POST"])
        app.add_url_rule("/checkout", "checkout", self.checkout)
        app.add_url_rule("/checkout", "pay", self.pay, methods=["POST"])
        app.add_url_rule("/thank-you/<int:number>", "thanks", self.thanks)
        app.add_url_rule("/returns", "returns", self.returns)
        app.add_url_rule("/returns", "give_back", self.give_back, methods=["POST"])
        app.add_url_rule("/consent", "consent", self.consent, methods=["POST"])
        app.add_url_rule("/customer", "customer", self.customer, methods=["POST"])

    def cart(self) -> str:
        with self._shop.store.read() as db:
            who = frame.shopper(db)
            return frame.page(db, "cart.html", who, lines=baskets.lines(db, who.basket_id), most=MOST)

    def add(self) -> AnyResponse:
        """A form leads on to the basket; JSON, as the widget sends it, is answered by the new count."""
        given: object = request.get_json() if request.is_json else request.form
        if not hasattr(given, "get"):
            raise Invalid("the line must be a JSON object")
        wish = Wish(
            str(given.get("product_id", "")),
            frame.whole(given.get("quantity", 1), 1, MOST),
            frame.slate_of(given.get("slate_id")),
        )
        with self._shop.store.write() as db:
            who = frame.shopper(db)
            baskets.add(db, who.basket_id, wish, self._shop.clock.now())
            count = baskets.count(db, who.basket_id)
        if request.is_json:
            return jsonify(count=count)
        return redirect(url_for("cart"), _SEE_OTHER)

    def remove(self) -> AnyResponse:
        """Take a line out again, as the widget asks when it swaps one thing for another."""
        given: object = request.get_json()
        if not hasattr(given, "get"):
            raise Invalid("the line must be a JSON object")
        with self._shop.store.write() as db:
            who = frame.shopper(db)
            baskets.put(db, who.basket_id, str(given.get("product_id", "")), 0)
            return jsonify(count=baskets.count(db, who.basket_id))

    def update(self) -> AnyResponse:
        quantity = frame.whole(request.form.get("quantity", ""), 0, MOST)
        with self._shop.store.write() as db:
            baskets.put(db, frame.shopper(db).basket_id, request.form.get("product_id", ""), quantity)
        return redirect(url_for("cart"), _SEE_OTHER)

    def checkout(self) -> str | AnyResponse:
        with self._shop.store.read() as db:
            who = frame.shopper(db)
            lines = baskets.lines(db, who.basket_id)
            if not lines:
                return redirect(url_for("cart"), _SEE_OTHER)
            return frame.page(db, "checkout.html", who, lines=lines)

    def pay(self) -> AnyResponse:
        """Pretends a payment, keeps the order, and has its webhook sent after this answer."""
        name, email = (request.form.get(field, "").strip()[:_LONGEST_NAME] for field in ("name", "email"))
        if not name or "@" not in email:
            raise Invalid("a name and an e-mail address are needed")
        with self._shop.store.write() as db:
            who = frame.shopper(db)
            customer_id = who.customer.customer_id if who.customer else None
            buyer = Buyer(name, email, customer_id, who.visitor_id)
            number = sales.buy(db, who.basket_id, buyer, self._shop.clock.now())
        self._shop.sender.wake()
        return redirect(url_for("thanks", number=number), _SEE_OTHER)

    def thanks(self, number: int) -> str:
        with self._shop.store.read() as db:
            return frame.page(db, "thanks.html", frame.shopper(db), order=sales.order(db, number))

    def returns(self) -> str:
        wanted = request.args.get("order", "").strip()
        with self._shop.store.read() as db:
            try:
                order = sales.order(db, _number(wanted)) if wanted else None
            except NotFound:
                order = None
            done = request.args.get("done") == "1"
            return frame.page(db, "returns.html", frame.shopper(db), order=order, wanted=wanted, done=done)

    def give_back(self) -> AnyResponse:
        number = _number(request.form.get("order", ""))
        quantities = {
            int(name.removeprefix("line_")): frame.whole(value, 0, _MOST_RETURNED)
            for name, value in request.form.items()
            if name.startswith("line_") and name.removeprefix("line_").isdecimal()
        }
        with self._shop.store.write() as db:
            sales.give_back(db, number, quantities, self._shop.clock.now())
        self._shop.sender.wake()
        return redirect(url_for("returns", order=number, done=1), _SEE_OTHER)

    def consent(self) -> AnyResponse:
        choice = request.form.get("choice", "")
        if choice not in {"all", "necessary"}:
            raise Invalid("choose one of the two answers")
        answer = frame.back()
        frame.put_cookie(answer, frame.CONSENT_COOKIE, choice)
        return answer

    def customer(self) -> AnyResponse:
        customer_id = request.form.get("pick", request.form.get("customer_id", "")).strip()
        answer = frame.back()
        if not customer_id:
            frame.drop_cookie(answer, frame.CUSTOMER_COOKIE)
            return answer
        with self._shop.store.read() as db:
            if catalog.customer(db, customer_id) is None:
                raise NotFound("customer", customer_id)
        frame.put_cookie(answer, frame.CUSTOMER_COOKIE, customer_id)
        return answer


def _number(text: str) -> int:
    """An order number as a person types it. Raises NotFound."""
    bare = text.strip().lstrip("#")
    if not bare.isascii() or not bare.isdigit() or len(bare) > _LONGEST_NUMBER:
        raise NotFound("order", text[:_LONGEST_NAME])
    return int(bare)
