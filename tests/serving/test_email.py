"""A slate as a block for an e-mail."""

import json
from html.parser import HTMLParser
from typing import Any

import msgspec
from redis import Redis
from werkzeug.test import Client

from app.kernel import cache
from app.serving import email
from app.serving.app import ServingApp
from tests.bridge import toys
from tests.serving import logged
from tests.serving.conftest import Serve

ITEM = {
    "product_id": "tea",
    "title": 'Tea <b>"fine"</b> & 🫖',
    "url": "/product/tea?a=1&b=2",
    "image": "https://pictures.example/tea.jpg",
    "price": {"amount": 425, "currency": "GBP"},
    "reason": "Bought <together>",
}


ANNA = toys.signed("anna")


def made(*items: dict[str, Any], domain: str = "shop.example") -> dict[str, str]:
    slate = {"slate_id": "s1", "placement": "home", "title": "For <you>", "items": items}
    told: dict[str, str] = json.loads(email.block(msgspec.json.encode(slate), domain))
    return told


def ask(client: Client, **given: str) -> Any:
    given = {"key": "pk_toys", "placement": "home", **given}
    return json.loads(client.get("/v1/email", query_string=given).data)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "


def test_what_the_shop_says_is_text_and_never_markup() -> None:
    reader = Reader()
    reader.feed(made(ITEM)["html"])
    assert set(reader.tags) == {"h2", "table", "tr", "td", "img", "a", "br", "strong", "span"}
    assert 'Tea <b>"fine"</b> & 🫖' in reader.words
    assert "For <you>" in reader.words


def test_addresses_are_absolute() -> None:
    reader = Reader()
    reader.feed(made(ITEM)["html"])
    assert reader.links == [
        "https://pictures.example/tea.jpg",
        "https://shop.example/product/tea?a=1&b=2&alongside_slate=s1",
    ]
    assert "http://127.0.0.1:8000/product/tea" in made(ITEM, domain="http://127.0.0.1:8000")["text"]


def test_an_address_that_is_none_of_the_web_takes_its_item_along() -> None:
    wrong = {**ITEM, "url": "javascript:alert(1)"}
    assert made(wrong) == {"slate_id": "s1", "placement": "home", "html": "", "text": ""}


def test_plain_text_says_the_same() -> None:
    assert made(ITEM)["text"] == (
        "For <you>\n=========\n\n"
        'Tea <b>"fine"</b> & 🫖: 4.25 GBP\nBought <together>\n'
        "https://shop.example/product/tea?a=1&b=2&alongside_slate=s1\n"
    )


def test_prices_are_written_in_the_language_that_is_asked_for(client: Client) -> None:
    told = ask(client, customer=ANNA, lang="de")
    assert ": 2,95\xa0£\n" in told["text"]
    assert "2,95\xa0£</strong>" in told["html"]


def test_it_is_the_slate_of_the_customer_and_logged(shop: ServingApp, valkey: Redis) -> None:
    told = ask(Client(shop), customer=ANNA)
    (slate,) = logged.slates(shop, valkey)
    assert (slate.slate_id, slate.customer_id, slate.items) == (
        told["slate_id"],
        "anna",
        ("tea", "cup", "pot"),
    )
    assert told["html"].count("<tr>") == 3


def test_without_a_customer_it_is_refused(client: Client) -> None:
    assert ask(client)["field"] == "customer"
    assert ask(client, customer=ANNA, placement="roof")["field"] == "placement"
    assert ask(client, customer=ANNA, key="pk_nobody")["status"] == 401


def test_any_failure_is_an_empty_block(serve: Serve) -> None:
    gone = cache.connect("unix:///nonexistent/valkey.sock")
    told = ask(Client(serve(on=gone)), customer=ANNA)
    gone.close()
    assert (told["placement"], told["html"], told["text"]) == ("home", "", "")
