"""What is offered to who just paid: chosen by us, kept by us, signed by us."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from werkzeug.test import Client

from app.bridge import publisher
from app.bridge.config import shop_key
from app.bridge.offers import Offer
from app.bridge.snapshot import encode
from app.kernel.clock import FixedClock
from app.kernel.settings import Settings
from app.serving.app import ServingApp, create_serving_app
from app.serving.offers import LASTS, write
from tests.bridge import toys
from tests.conftest import NOON
from tests.serving import logged

CLIENT, SECRET, OLD = "client-id", "the-client-secret-of-the-app-here", "the-secret-that-was-there-before-"
CONTRACT = Path(__file__).parents[1] / "contract" / "shopify" / "offer.json"
SHOP, OTHER = "acme.myshopify.com", "other.myshopify.com"
CARDS: dict[str, dict[str, object]] = {"tea": {"variant_id": "9001"}, "cup": {"variant_id": "9002"}}
Claims = dict[str, Any]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def wing(settings: Settings, clock: FixedClock, tmp_path: Any, valkey: Redis) -> Any:
    for store, shop in (("toys", SHOP), ("others", OTHER)):
        config = toys.config(store, shop=shop, after_purchase=15)
        publisher.put_config(valkey, config, public_keys=(f"pk_{store}", shop_key(shop)))
        publisher.swap(valkey, store, "m1", encode(toys.snapshot("m1", store, **CARDS)))
    own = replace(
        settings, data_dir=tmp_path, shopify_client_id=CLIENT, shopify_client_secret=SECRET,
        shopify_old_client_secret=OLD, rate_address=0, rate_key=0,
    )  # fmt: skip
    app = create_serving_app(own, valkey, clock)
    yield app
    app.close()


@pytest.fixture
def client(wing: ServingApp) -> Client:
    return Client(wing)


def claims(reference: str = "r1", shop: str = SHOP, *bought: int) -> Claims:
    return {
        "iss": "shopify", "sub": reference, "iat": int(NOON.timestamp()),
        "input_data": {
            "shop": {"domain": shop}, "locale": "en",
            "initialPurchase": {
                "referenceId": reference, "customerId": "77",
                "lineItems": [{"product": {"id": each}, "quantity": 1} for each in bought],
            },
        },
    }  # fmt: skip


def token(told: Claims | None = None, secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Bearer {jwt.encode(told or claims(), secret, algorithm='HS256')}"}


def offered(client: Client, told: Claims | None = None) -> Any:
    answer = client.post("/v1/offer", headers=token(told))
    assert answer.status_code == 200
    return answer.get_json()["offer"]


def accepted(client: Client, offer_id: str, told: Claims | None = None, **more: Any) -> Any:
    return client.post("/v1/offer/accept", headers=token(told), json={"offer_id": offer_id, **more})


def changeset(answer: Any) -> Claims:
    found: Claims = jwt.decode(
        answer.get_json()["token"], SECRET, algorithms=["HS256"],
        options={"verify_exp": False, "verify_iat": False},
    )  # fmt: skip
    return found


def test_an_offer_is_written_as_the_contract_has_it() -> None:
    told = json.loads(CONTRACT.read_text("utf-8"))["answer"]["offer"]
    offer = Offer(
        offer_id=UUID(told["offer_id"]),
        reference="r1",
        slate_id=told["slate_id"],
        product_id=told["product_id"],
        variant_id="9001",
        quantity=1,
        percent=15,
        title=told["title"],
        image=told["image"],
        expires_at=NOON + LASTS,
    )
    assert json.loads(write(offer)) == told


TEA = [
    {
        "type": "add_variant", "variantId": 9001, "quantity": 1,
        "discount": {"value": 15, "valueType": "percentage", "title": "-15%"},
    }
]  # fmt: skip


def test_the_best_product_that_is_not_in_the_purchase_is_offered_once(client: Client) -> None:
    first, again = offered(client), offered(client)
    assert first == again
    assert (first["product_id"], first["percent"], first["changes"]) == ("tea", 15, TEA)


def test_what_is_signed_is_what_was_kept(client: Client) -> None:
    offer = offered(client)
    told = changeset(accepted(client, offer["offer_id"]))
    assert told["changes"] == TEA
    assert (told["iss"], told["sub"], told["jti"]) == (CLIENT, "r1", offer["offer_id"])
    assert told["iat"] == int(NOON.timestamp())
    assert told["exp"] == int((NOON + timedelta(minutes=30)).timestamp())


@pytest.mark.parametrize(
    "more",
    [
        {"quantity": 100},
        {"changes": [{"type": "add_variant", "variantId": 1, "quantity": 9}]},
        {"percent": 100, "variant_id": "1", "referenceId": "r2"},
    ],
)
def test_whatever_else_the_page_sends_is_not_looked_at(client: Client, more: Any) -> None:
    assert changeset(accepted(client, offered(client)["offer_id"], **more))["changes"] == TEA


def test_accepting_twice_signs_the_same_changeset_and_counts_once(client: Client, valkey: Redis) -> None:
    offer = offered(client)
    first, again = (changeset(accepted(client, offer["offer_id"])) for _ in range(2))
    assert first == again
    adds = {each.event_id for each in logged.events(valkey)}
    assert adds == {f"{offer['slate_id']}:1:a:1"}


def test_what_is_offered_is_a_slate_of_the_customer(client: Client, wing: ServingApp, valkey: Redis) -> None:
    offer = offered(client)
    offered(client)
    (slate,) = logged.slates(wing, valkey)
    assert (slate.placement, slate.items, slate.customer_id) == ("post-purchase", ("tea",), "77")
    assert slate.slate_id == offer["slate_id"]


def test_an_offer_ends_after_half_an_hour(client: Client, clock: FixedClock) -> None:
    offer = offered(client)
    clock.advance(timedelta(minutes=30))
    assert accepted(client, offer["offer_id"]).status_code == 404
    assert offered(client) is None


def test_an_offer_is_good_for_its_purchase_and_its_shop_only(client: Client) -> None:
    offer = offered(client)
    assert accepted(client, offer["offer_id"], claims("r2")).status_code == 404
    assert accepted(client, offer["offer_id"], claims("r1", OTHER)).status_code == 404
    assert accepted(client, "00000000-0000-4000-8000-000000000000").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"offer_id": 7}', b'{"offer_id": "x"}', b"\xff"])
def test_a_body_without_an_offer_is_refused(client: Client, body: bytes) -> None:
    offered(client)
    assert client.post("/v1/offer/accept", headers=token(), data=body).status_code == 400


def changed(**more: Any) -> Claims:
    return {**claims(), **more}


@pytest.mark.parametrize(
    "told",
    [
        changed(iss="somebody"),
        changed(sub="r2"),
        changed(iat=None),
        changed(iat=int(NOON.timestamp()) - 3611),
        changed(iat=int(NOON.timestamp()) + 60),
        changed(exp=int(NOON.timestamp()) - 11),
        changed(input_data={}),
        changed(input_data={"shop": {"domain": SHOP}}),
        claims("r1", "evil.example"),
        claims("r1", "acme.myshopify.com.evil.example"),
        claims("../../key", SHOP),
    ],
)
def test_a_token_that_does_not_fit_is_refused(client: Client, told: Claims) -> None:
    assert client.post("/v1/offer", headers=token(told)).status_code == 401


def test_a_token_of_another_secret_or_none_is_refused(client: Client) -> None:
    forged = token(secret="another-secret-of-somebody-else--")
    none = {"Authorization": f"Bearer {jwt.encode(claims(), '', algorithm='none')}"}
    for headers in (forged, none, {"Authorization": "Bearer "}, {"Authorization": "Bearer a.b.c"}, {}):
        assert client.post("/v1/offer", headers=headers).status_code == 401


def test_after_a_rotation_the_old_secret_is_believed_and_the_new_one_signs(client: Client) -> None:
    assert client.post("/v1/offer", headers=token(secret=OLD)).get_json()["offer"]["product_id"] == "tea"
    assert changeset(accepted(client, offered(client)["offer_id"]))["changes"] == TEA


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_of_a_token_may_flip(place: int, bit: int) -> None:
    from app.kernel.errors import Unauthorized
    from app.serving import tokens

    whole = bytearray(token()["Authorization"].removeprefix("Bearer ").encode())
    last = {len(whole) - 1}  # of the last character of base64 not every bit is part of the signature
    at = place % len(whole)
    whole[at] ^= 1 << bit
    if at in last or not whole.isascii():
        return
    with pytest.raises(Unauthorized):
        tokens.read(tokens.Keys(CLIENT, (SECRET,)), f"Bearer {whole.decode()}", NOON)


def test_a_merchant_who_wants_none_offers_nothing(client: Client, wing: ServingApp, valkey: Redis) -> None:
    publisher.put_config(valkey, toys.config("toys", shop=SHOP), public_keys=())
    wing.reader.forget()
    assert offered(client) is None


def test_what_shopify_cannot_add_is_not_offered(client: Client, wing: ServingApp, valkey: Redis) -> None:
    publisher.swap(valkey, "toys", "m2", encode(toys.snapshot("m2", "toys", cup={"variant_id": "9002"})))
    wing.reader.forget()
    assert offered(client)["product_id"] == "cup"


def session(**more: Any) -> dict[str, str]:
    now = int(NOON.timestamp())
    told = {"aud": CLIENT, "dest": SHOP, "iat": now, "nbf": now, "exp": now + 300, "jti": "j", **more}
    return token({key: value for key, value in told.items() if value is not None})


CART = {"placement": "thank-you", "lines": [{"product_id": "cup"}]}


def test_an_extension_asks_for_a_cart_with_its_session_token(client: Client) -> None:
    answer = client.post("/v1/cart", json=CART, headers={**session(), "Origin": "https://x.example"})
    assert [each["product_id"] for each in answer.get_json()["items"]] == ["tea", "pot", "saucer"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_who_signed_in_is_known_for_certain(client: Client, wing: ServingApp, valkey: Redis) -> None:
    headers = session(sub="gid://shopify/Customer/77", dest=f"https://{SHOP}")
    client.post("/v1/cart", json={**CART, "customer": "somebody"}, headers=headers)
    assert [each.customer_id for each in logged.slates(wing, valkey)] == ["77"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another-app"}, {"aud": None}, {"exp": None}, {"nbf": None},
        {"exp": int(NOON.timestamp()) - 11},
        {"nbf": int(NOON.timestamp()) + 11}, {"dest": "https://evil.example"}, {"dest": None},
        {"dest": "unknown.myshopify.com"}, {"exp": True},
    ],
)  # fmt: skip
def test_a_session_token_is_checked_in_full(client: Client, wrong: Claims) -> None:
    assert client.post("/v1/cart", json=CART, headers=session(**wrong)).status_code == 401


def test_a_session_token_buys_nothing(client: Client) -> None:
    assert client.post("/v1/offer", headers=session()).status_code == 401


def test_a_browser_may_ask_with_a_token_from_anywhere(client: Client) -> None:
    headers = {"Access-Control-Request-Headers": "authorization,content-type"}
    asked = client.options("/v1/cart", headers=headers)
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]


def test_no_page_can_present_a_shop_as_its_key(client: Client) -> None:
    assert client.get(f"/v1/recommendations?placement=home&key=shop%20{SHOP}").status_code == 401


def test_a_pixel_in_a_sandbox_tells_what_was_looked_at(client: Client, wing: ServingApp) -> None:
    body = {"visitor": "v_1234", "consent": True, "events": [], "viewed": ["tea", "cup"]}
    headers = {"Origin": "null", "Content-Type": "text/plain"}
    assert client.post("/v1/events?key=pk_toys", json=body, headers=headers).status_code == 204
    assert set(wing.sessions.recent("toys", "v_1234")) == {"cup", "tea"}


def test_without_consent_nobody_looked_at_anything(client: Client, wing: ServingApp) -> None:
    body = {"visitor": "v_1234", "consent": False, "events": [], "viewed": ["tea"]}
    assert client.post("/v1/events?key=pk_toys", json=body).status_code == 204
    assert wing.sessions.recent("toys", "v_1234") == ()
