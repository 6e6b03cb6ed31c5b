"""Pages to look around in: home, category, search, product, and the pictures."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from flask import Flask, Response, request

from app.demo import baskets, catalog, frame
from app.demo.catalog import Product
from app.demo.frame import Shop
from app.demo.nouns import CATEGORIES
from app.kernel.errors import NotFound

_DAY_S = 24 * 3600
_MOST_PAGES = 999
_LONGEST_SEARCH = 100
_ORDERINGS = {
    "popular": "Most loved",
    "new": "Newest",
    "cheap": "Price, low to high",
    "dear": "Price, high to low",
}


class Pages:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._categories = {category.key: category for category in CATEGORIES}

    def register(self, app: Flask) -> None:
        app.add_url_rule("/", "home", self.home)
        app.add_url_rule("/category/<key>", "category", self.category)
        app.add_url_rule("/search", "search", self.search)
        app.add_url_rule("/product/<product_id>", "product", self.product)
        app.add_url_rule("/tile/<product_id>.svg", "tile", self.tile)

    def home(self) -> str:
        with self._shop.store.read() as db:
            return frame.page(
                db,
                "home.html",
                frame.shopper(db),
                hero=_varied(catalog.bestsellers(db, 60))[:5],
                arrivals=catalog.newest(db, 10),
                faces=catalog.faces(db),
                counts=catalog.counts(db),
            )

    def category(self, key: str) -> str:
        category = self._categories.get(key)
        if category is None:
            raise NotFound("category", key)
        ordering, number = self._wanted()
        with self._shop.store.read() as db:
            return frame.page(
                db,
                "category.html",
                frame.shopper(db),
                category=category,
                shelf=catalog.shelf(db, key, ordering, number),
                ordering=ordering,
                orderings=_ORDERINGS,
            )

    def search(self) -> str:
        text = request.args.get("q", "").strip()[:_LONGEST_SEARCH]
        ordering, number = self._wanted()
        with self._shop.store.read() as db:
            return frame.page(
                db,
                "search.html",
                frame.shopper(db),
                text=text,
                shelf=catalog.search(db, text, ordering, number),
                ordering=ordering,
                orderings=_ORDERINGS,
            )

    def product(self, product_id: str) -> str:
        with self._shop.store.read() as db:
            product = catalog.get(db, product_id)
            if product is None:
                raise NotFound("product", product_id)
            who = frame.shopper(db)
            in_basket = [line.product.product_id for line in baskets.lines(db, who.basket_id)]
            return frame.page(
                db,
                "product.html",
                who,
                product=product,
                category=self._categories[product.category],
                basket=",".join(in_basket),
                few=catalog.FEW,
            )

    def tile(self, product_id: str) -> Response:
        with self._shop.store.read() as db:
            product = catalog.get(db, product_id)
        if product is None:
            return Response("no such picture\n", HTTPStatus.NOT_FOUND, mimetype="text/plain")
        drawing = self._shop.tiles.draw(product.title).encode()
        answer = Response(drawing, mimetype="image/svg+xml")
        answer.headers["Cache-Control"] = f"public, max-age={_DAY_S}"
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        answer.set_etag(hashlib.sha256(drawing).hexdigest()[:32])
        answer.make_conditional(request)
        return answer

    def _wanted(self) -> tuple[str, int]:
        ordering = request.args.get("sort", "popular")
        number = frame.whole(request.args.get("page", "1"), 1, _MOST_PAGES)
        return ordering if ordering in _ORDERINGS else "popular", number


def _varied(products: list[Product]) -> list[Product]:
    """The first product of each category, in the order given."""
    firsts: dict[str, Product] = {}
    for product in products:
        firsts.setdefault(product.category, product)
    return list(firsts.values())
