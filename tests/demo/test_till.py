from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from app.demo import outbox
from tests.demo.world import BAG, HEART, TEACUP, World, eventually, with_stock

OURS = {"Origin": "http://localhost"}
BUYER = {"name": "Robin", "email": "robin@example.com"}
VISITOR = "v_6fQ2mB1kX0"
SLATE = "01JD0A6W8Q4N7M2R5T9V3X1Z0B"


def put(browser: FlaskClient, product_id: str, quantity: int = 1, slate_id: str = "") -> None:
    form = {"product_id": product_id, "quantity": str(quantity), "slate_id": slate_id}
    assert browser.post("/cart/add", data=form, headers=OURS).status_code == 303


def pay(browser: FlaskClient) -> str:
    """The number of the order."""
    answer = browser.post("/checkout", data=BUYER, headers=OURS)
    assert answer.status_code == 303
    return answer.headers["Location"].rsplit("/", 1)[-1]


def test_a_purchase_reaches_the_app_to_the_penny(world: World) -> None:
    browser = world.browser(customer="12583", visitor=VISITOR)
    put(browser, TEACUP, 3)
    put(browser, HEART, 1, SLATE)
    number = pay(browser)
    eventually(lambda: len(world.alongside.hooks) == 3)
    order = next(hook for hook in world.alongside.hooks if hook["type"] == "order.created")
    moment = world.clock.now().isoformat()
    assert order["data"] == {
        "id": number,
        "created_at": moment,
        "updated_at": moment,
        "currency": "GBP",
        "status": "paid",
        "customer_id": "12583",
        "visitor_id": VISITOR,
        "lines": [
            {
                "id": "1",
                "product_id": TEACUP,
                "variant_id": None,
                "quantity": 3,
                "unit_price": {"amount": 295, "currency": "GBP"},
                "slate_id": None,
            },
            {
                "id": "2",
                "product_id": HEART,
                "variant_id": None,
                "quantity": 1,
                "unit_price": {"amount": 1275, "currency": "GBP"},
                "slate_id": SLATE,
            },
        ],
    }
    page = browser.get(f"/thank-you/{number}").text
    assert "£21.60" in page
    assert '<alongside-placement placement="thank-you" basket="1,3"' in page


def test_a_purchase_takes_the_stock_and_tells_it(world: World) -> None:
    browser = world.browser()
    put(browser, TEACUP, 3)
    pay(browser)
    eventually(lambda: "stock.updated" in world.alongside.topics())
    stock = next(hook for hook in world.alongside.hooks if hook["type"] == "stock.updated")
    moment = world.clock.now().isoformat()
    assert stock["data"] == {"product_id": "1", "variant_id": None, "stock": 47, "updated_at": moment}


def test_without_consent_the_order_has_no_visitor(world: World) -> None:
    browser = world.browser()
    browser.set_cookie("alongside_visitor", VISITOR)
    put(browser, TEACUP)
    pay(browser)
    eventually(lambda: "order.created" in world.alongside.topics())
    order = next(hook for hook in world.alongside.hooks if hook["type"] == "order.created")
    assert isinstance(order["data"], dict)
    assert order["data"]["visitor_id"] is None


def test_the_widget_adds_by_json_and_is_told_the_count(world: World) -> None:
    browser = world.browser()
    line = {"product_id": TEACUP, "variant_id": None, "quantity": 2, "slate_id": SLATE}
    assert browser.post("/cart/add", json=line, headers=OURS).json == {"count": 2}
    assert browser.post("/cart/add", json=line, headers=OURS).json == {"count": 4}
    assert browser.post("/cart/add", json={**line, "product_id": "none"}, headers=OURS).status_code == 404
    assert browser.post("/cart/add", json={**line, "quantity": 0}, headers=OURS).status_code == 400
    assert browser.post("/cart/add", json=[1], headers=OURS).status_code == 400


def test_a_basket_never_holds_more_than_the_shop(world: World) -> None:
    with_stock(world.store, 4)
    browser = world.browser()
    put(browser, TEACUP, 3)
    put(browser, TEACUP, 3)
    assert 'name="quantity" value="4"' in browser.get("/cart").text
    browser.post("/cart/update", data={"product_id": TEACUP, "quantity": "1"}, headers=OURS)
    assert 'name="quantity" value="1"' in browser.get("/cart").text
    browser.post("/cart/update", data={"product_id": TEACUP, "quantity": "0"}, headers=OURS)
    assert "It is empty" in browser.get("/cart").text


def test_what_is_sold_out_meanwhile_is_not_sold_twice(world: World) -> None:
    first, second = world.browser(), world.browser()
    with_stock(world.store, 1)
    put(first, TEACUP)
    put(second, TEACUP)
    pay(first)
    refused = second.post("/checkout", data=BUYER, headers=OURS)
    assert refused.status_code == 409
    assert "not enough left of Regency Teacup" in refused.text
    sold_out = second.post("/cart/add", data={"product_id": TEACUP, "quantity": "1"}, headers=OURS)
    assert sold_out.status_code == 409


def test_paying_twice_buys_once(world: World) -> None:
    browser = world.browser()
    put(browser, TEACUP)
    pay(browser)
    assert browser.post("/checkout", data=BUYER, headers=OURS).status_code == 409


def test_a_return_takes_the_money_off(world: World) -> None:
    browser = world.browser()
    put(browser, TEACUP, 3)
    put(browser, BAG, 2)
    number = pay(browser)
    form = {"order": number, "line_1": "2", "line_2": "0"}
    assert browser.post("/returns", data=form, headers=OURS).status_code == 303
    eventually(lambda: "refund.created" in world.alongside.topics())
    refund = next(hook for hook in world.alongside.hooks if hook["type"] == "refund.created")
    moment = world.clock.now().isoformat()
    assert refund["data"] == {
        "id": "R1",
        "order_id": number,
        "created_at": moment,
        "updated_at": moment,
        "lines": [{"line_id": "1", "quantity": 2, "amount": {"amount": 590, "currency": "GBP"}}],
    }
    assert "£5.90 of order" in browser.get(f"/returns?order={number}&done=1").text


def test_nothing_is_returned_twice(world: World) -> None:
    browser = world.browser()
    put(browser, TEACUP)
    number = pay(browser)
    form = {"order": number, "line_1": "1"}
    assert browser.post("/returns", data=form, headers=OURS).status_code == 303
    assert browser.post("/returns", data=form, headers=OURS).status_code == 400
    assert browser.post("/returns", data={"order": number}, headers=OURS).status_code == 400
    assert browser.post("/returns", data={"order": "1", "line_1": "1"}, headers=OURS).status_code == 404


def test_webhooks_wait_while_the_app_is_down_and_keep_their_order(world: World) -> None:
    world.alongside.broken = True
    browser = world.browser()
    put(browser, TEACUP)
    number = pay(browser)
    browser.post("/returns", data={"order": number, "line_1": "1"}, headers=OURS)
    assert waiting(world) == 4
    eventually(lambda: attempts(world) >= 2)
    assert world.alongside.hooks == []
    world.alongside.broken = False
    world.clock.advance(timedelta(seconds=2))
    eventually(lambda: len(world.alongside.hooks) == 4)
    topics = world.alongside.topics()
    assert topics.index("order.created") < topics.index("refund.created")
    stocks = [hook["data"] for hook in world.alongside.hooks if hook["type"] == "stock.updated"]
    assert [stock["stock"] for stock in stocks if isinstance(stock, dict)] == [49, 50]
    eventually(lambda: waiting(world) == 0)


def waiting(world: World) -> int:
    with world.store.read() as db:
        return outbox.waiting(db)


def attempts(world: World) -> int:
    with world.store.read() as db:
        return int(db.execute("SELECT sum(attempts) AS attempts FROM outbox").fetchone()["attempts"])


def test_a_claim_is_nobody_elses_until_it_lapses(world: World) -> None:
    world.shop.extensions["sender"].stop()
    with world.store.write() as db:
        outbox.put(db, outbox.Message("stock.updated", "product 1", {}), world.clock.now())
        assert len(outbox.claim(db, world.clock.now(), 10)) == 1
        assert outbox.claim(db, world.clock.now(), 10) == []
        later = world.clock.now() + timedelta(seconds=31)
        assert len(outbox.claim(db, later, 10)) == 1


def test_the_widget_takes_a_line_out_as_it_swaps(world: World) -> None:
    browser = world.browser()
    line = {"product_id": TEACUP, "quantity": 2, "slate_id": None}
    assert browser.post("/cart/add", json=line, headers=OURS).json == {"count": 2}
    taken = browser.post("/cart/remove", json={"product_id": TEACUP, "variant_id": None}, headers=OURS)
    assert taken.json == {"count": 0}
    assert browser.post("/cart/remove", json=[], headers=OURS).status_code == 400
