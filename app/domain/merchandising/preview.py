"""What a placement would show before it is saved. Nobody is assigned and nothing is logged."""

from __future__ import annotations

from pathlib import Path

from redis import Redis

from app.bridge import slate
from app.bridge.config import PlacementConfig
from app.bridge.reader import Reader
from app.bridge.snapshot import Card
from app.bridge.view import Shelf, StoreView
from app.engine.explore import POOL
from app.engine.pipeline import POPULAR, Context, Gate, Pick, Wanted, gather
from app.engine.slots import Room, pinned, settle, spread
from app.kernel.ids import StoreId

MOST_PRODUCTS = 20
_BUDGET = 64 * 2**20
_BY_BASKET = {"cart", "thank-you"}
_BY_PRODUCT = {"product", "category", *_BY_BASKET}
_OWN_KIND = {"category", "search"}


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
        view = self._reader.store(store_id)
        view.tend()
        return view


def _picks(view: StoreView, shelf: Shelf, placement: PlacementConfig, product: str) -> list[Pick]:
    """Pick as for a stranger in the shop: rules, boosts and pins heeded, and nothing by chance."""
    location, slots = placement.location, placement.slots
    desk, index = view.desk(location), shelf.index
    known = index.items.get(product)
    of_basket = location in _BY_BASKET and known is not None
    numbers = [known] if known is not None and (of_basket or location == "product") else []
    context = Context([] if of_basket else numbers, numbers if of_basket else [], [], None)
    gates = [Gate(desk.mask, desk.head)]
    if location == "category" and known is not None:
        within = desk.mask & shelf.within(shelf.card(known).category)
        gates.insert(0, Gate(within, desk.blended.head(within)))
    found = gather(desk.blended, context.rows(desk.blended), gates, Wanted(max(slots, POOL), set(numbers)))
    items, scores = found.items, found.scores
    if location not in _OWN_KIND and len(items) > slots:
        items, scores = spread(items, scores, shelf.category_codes, slots)
    room = Room(slots, pinned(desk.pins, desk.mask, set(numbers), slots))
    free = [item for item in items if item not in room.pinned.values()]
    shown = settle(free, scores, room, None).items
    whys = desk.blended.whys(found.summed, shown)
    reasons = [desk.blended.reason(*why) for why in whys]
    return [Pick(item, 0.0, reason, 1.0) for item, reason in zip(shown, reasons, strict=True)]
