"""What a placement would show before it is saved. Nobody is assigned and nothing is logged."""

from __future__ import annotations

from pathlib import Path

from redis import Redis

from app.bridge import slate
from app.bridge.config import PlacementConfig
from app.bridge.reader import Reader
from app.bridge.snapshot import Card
from app.bridge.view import Shelf, StoreView
from app.engine.pipeline import POPULAR, Pick, Query, recommend
from app.kernel.ids import StoreId

MOST_PRODUCTS = 20
_BUDGET = 64 * 2**20
_BY_BASKET = {"cart", "thank-you"}
_BY_PRODUCT = {"product", "category", *_BY_BASKET}


def follows_product(location: str) -> bool:
    """Tell whether a placement there shows something else for another product."""
    return location in _BY_PRODUCT


class Previews:
    """Asks the model that is served now, with the stock and prices of now."""

    def __init__(self, valkey: Redis, data_dir: Path) -> None:
        """Nothing is read yet; what is read is kept for the next time."""
        self._reader = Reader(valkey, data_dir, budget=_BUDGET)

    def slate(self, store_id: StoreId, placement: PlacementConfig, product: str, language: str = "") -> bytes:
        """Write what the placement would answer about a product, as the storefront API would.

        Its ``slate_id`` is empty: it is shown and counted nowhere. Raises Unavailable and RedisError.
        """
        view = self._view(store_id)
        picks = [] if view.shelf is None else _picks(view, view.shelf, placement, product)
        return slate.write(view, placement, picks, slate_id="", language=language)

    def products(self, store_id: StoreId, words: str) -> list[Card]:
        """Find products on sale by words of their titles; without words, those that sell best."""
        shelf = self._view(store_id).shelf
        if shelf is None:
            return []
        popular = [int(item) for item in shelf.index.row(POPULAR, 0)]
        wanted = shelf.matching(words) if words else set(popular)
        found = [item for item in popular if item in wanted and shelf.allowed(item)]
        return [shelf.card(item) for item in found[:MOST_PRODUCTS]]

    def _view(self, store_id: StoreId) -> StoreView:
        self._reader.store(store_id)
        self._reader.refresh([store_id])
        return self._reader.store(store_id)


def _picks(view: StoreView, shelf: Shelf, placement: PlacementConfig, product: str) -> list[Pick]:
    """What rules exclude stays out; what they pin or boost is seen in the shop only."""
    mask = view.desk(placement.location).mask
    location = placement.location
    known = shelf.index.items.get(product)
    in_basket = location in _BY_BASKET
    query = Query(
        location=location,
        product=product if location == "product" else None,
        basket=(product,) if in_basket and product else (),
        customer=None,
        limit=placement.slots,
        category=shelf.card(known).category if location == "category" and known is not None else None,
    )
    return recommend(shelf.index, query, lambda item: bool(mask[item]), None)
