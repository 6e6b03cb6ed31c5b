"""What goes with what: rules found at the last training, and any pair measured now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, TypeVar

import msgspec
from flask import Response, request
from msgspec import Struct

from app.api import edge
from app.api.affinity_shapes import (
    MOST,
    Analyze,
    Analyzed,
    Basket,
    CategoryRules,
    MarketBasket,
    MatrixShape,
    Measured,
    Patterns,
    Rule,
    Rules,
    SeasonShape,
)
from app.api.edge import Operation, Param
from app.api.store import TRAIN, Started
from app.domain.accounts import stores
from app.domain.learning import affinity_query as query
from app.domain.learning.affinity import BRAND, CATEGORY, PRODUCT
from app.domain.learning.affinity_query import Least, Pair
from app.domain.tables.learning import AffinityRule, Season
from app.engine.affinity_rules import RuleKind
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId
from app.kernel.money import exponent
from app.kernel.runtime import Runtime

GROUP: Final = "Product affinity"
BASE: Final = edge.PREFIX + "/affinity"

_T = TypeVar("_T", bound=Struct)


def operations(runtime: Runtime) -> tuple[Operation, ...]:
    def post(name: str, summary: str, handler: edge.Handler, sent: object, answered: object) -> Operation:
        path = f"{BASE}/{name}"
        named = "affinity_" + name.replace("-", "_")
        return Operation("POST", path, named, summary, GROUP, handler, sent=sent, answered=answered)

    return (
        post("frequently-bought-together", "What completes a basket", partial(_together, runtime), Basket,
             Rules),
        post("market-basket", "Rules by their measures", partial(_basket, runtime), MarketBasket, Rules),
        post("sequential-patterns", "What is bought next", partial(_sequences, runtime), Patterns, Rules),
        post("analyze", "Measure pairs now", partial(_analyze, runtime), Analyze, Analyzed),
        *_named(runtime),
        Operation(
            "POST", f"{BASE}/update", "affinity_update", "Find the rules anew", GROUP,
            partial(_update, runtime), answered=Started, status=202,
            about="Rules are found by training, which starts now; it also happens by itself every day.",
        ),
    )  # fmt: skip


def _named(runtime: Runtime) -> tuple[Operation, ...]:
    limit = Param("limit", "At most so many rules", schema={"type": "integer", "minimum": 1, "maximum": MOST})
    size = Param("size", "Rows and columns", schema={"type": "integer", "minimum": 2, "maximum": 50})
    level = Param("level", "What to compare", schema={"enum": [PRODUCT, CATEGORY, BRAND]})

    def path(name: str, about: str) -> Param:
        return Param(name, about, where="path")

    return (
        Operation(
            "GET", f"{BASE}/complementary/<path:product_id>", "affinity_complementary",
            "What goes with a product", GROUP, partial(_complementary, runtime), answered=Rules,
            params=(path("product_id", "The product"), limit),
            about="Bought with it more than by chance, and not of its own kind.",
        ),
        Operation(
            "GET", f"{BASE}/category/<path:category_id>", "affinity_category", "What goes with a category",
            GROUP, partial(_category, runtime), answered=CategoryRules,
            params=(path("category_id", "The category's name"), limit),
        ),
        Operation(
            "POST", f"{BASE}/brand/<path:brand_id>", "affinity_brand", "What goes with a brand", GROUP,
            partial(_brand, runtime), answered=Rules, params=(path("brand_id", "The brand's name"), limit),
        ),
        Operation(
            "GET", f"{BASE}/price-point/<price_range>", "affinity_price_point",
            "Which prices go together", GROUP, partial(_prices, runtime), answered=Rules,
            params=(path("price_range", "Major units: 5-10, or 50- and more"), limit),
            about="Rules of the store's own price bands (minor units, ``low-high``, high exclusive) that"
            " overlap the range.",
        ),
        Operation(
            "GET", f"{BASE}/matrix", "affinity_matrix", "Affinity of the best sellers", GROUP,
            partial(_matrix, runtime), answered=MatrixShape, params=(level, size),
        ),
    )  # fmt: skip


def _together(runtime: Runtime, store_id: StoreId, /) -> Response:
    asked = _sent(Basket)
    with runtime.unit(store_id) as unit:
        return _told(query.together(unit.session, store_id, asked.products, limit=asked.limit))


def _basket(runtime: Runtime, store_id: StoreId, /) -> Response:
    asked = _sent(MarketBasket)
    least = Least(asked.min_support, asked.min_confidence, asked.min_lift, asked.min_items)
    with runtime.unit(store_id) as unit:
        found = query.strongest(unit.session, store_id, RuleKind.TOGETHER, least=least, limit=asked.limit)
        return _told(found)


def _sequences(runtime: Runtime, store_id: StoreId, /) -> Response:
    asked, kind = _sent(Patterns), RuleKind.SEQUENTIAL
    with runtime.unit(store_id) as unit:
        if asked.product_id is None:
            return _told(query.strongest(unit.session, store_id, kind, limit=asked.limit))
        what = {"level": PRODUCT, "kind": str(kind)}
        return _told(query.about(unit.session, store_id, asked.product_id, **what, limit=asked.limit))


def _complementary(runtime: Runtime, store_id: StoreId, /, product_id: str) -> Response:
    kind, limit = RuleKind.COMPLEMENT, _number("limit", 12, MOST)
    with runtime.unit(store_id) as unit:
        found = query.about(unit.session, store_id, product_id, level=PRODUCT, kind=kind, limit=limit)
        return _told(found)


def _category(runtime: Runtime, store_id: StoreId, /, category_id: str) -> Response:
    limit = _number("limit", 12, MOST)
    with runtime.unit(store_id) as unit:
        found = query.about(unit.session, store_id, category_id, level=CATEGORY, limit=limit)
        season = query.season(unit.session, store_id, category_id)
        return edge.reply(CategoryRules([_rule(each) for each in found], _season(season)))


def _brand(runtime: Runtime, store_id: StoreId, /, brand_id: str) -> Response:
    limit = _number("limit", 12, MOST)
    with runtime.unit(store_id) as unit:
        return _told(query.about(unit.session, store_id, brand_id, level=BRAND, limit=limit))


def _prices(runtime: Runtime, store_id: StoreId, /, price_range: str) -> Response:
    limit = _number("limit", 50, MOST)
    with runtime.unit(store_id) as unit:
        digits = exponent(stores.get(unit.session, store_id).currency)
        low, high = query.band(price_range, digits)
        return _told(query.of_prices(unit.session, store_id, low, high, limit=limit))


def _matrix(runtime: Runtime, store_id: StoreId, /) -> Response:
    level = request.args.get("level", PRODUCT)
    if level not in {PRODUCT, CATEGORY, BRAND}:
        raise Invalid(f"level must be one of {PRODUCT}, {CATEGORY}, {BRAND}", "level")
    size = _number("size", 20, 50)
    with runtime.unit(store_id) as unit:
        found = query.matrix(unit.session, store_id, level=level, size=size)
    return edge.reply(MatrixShape(list(found.names), [list(row) for row in found.scores]))


def _analyze(runtime: Runtime, store_id: StoreId, /) -> Response:
    asked = _sent(Analyze)
    with runtime.unit(store_id) as unit:
        pairs = query.analyze(unit.session, store_id, asked.products)
    return edge.reply(Analyzed([_measured(pair) for pair in pairs]))


def _update(runtime: Runtime, store_id: StoreId, /) -> Response:
    with runtime.unit(store_id) as unit:
        unit.enqueue(TRAIN, queue="training", key=store_id)
    return edge.reply(Started(TRAIN), 202)


def _sent(shape: type[_T]) -> _T:
    """Read the body; an empty one asks for the defaults. Raises Invalid."""
    try:
        return msgspec.json.decode(edge.body() or b"{}", type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(str(error)) from None


def _number(name: str, usual: int, most: int) -> int:
    given = request.args.get(name, str(usual))
    if not given.isdecimal() or not 1 <= int(given) <= most:
        raise Invalid(f"{name} is a number from 1 to {most}", name)
    return int(given)


def _told(found: Sequence[AffinityRule]) -> Response:
    return edge.reply(Rules([_rule(each) for each in found]))


def _rule(row: AffinityRule) -> Rule:
    same = {name: getattr(row, name) for name in Rule.__struct_fields__ if hasattr(row, name)}
    return Rule(id=row.rule_id, type=row.kind, affinity_score=row.score, **same)


def _season(row: Season | None) -> SeasonShape | None:
    return None if row is None else SeasonShape(row.learned, row.months, row.weeks)


def _measured(pair: Pair) -> Measured:
    figures = pair.figures
    shares = {name: figures[name] for name in ("support", "confidence", "lift", "leverage")}
    conviction = figures["conviction"]
    return Measured(
        product_a=pair.first,
        product_b=pair.second,
        affinity_score=figures["score"],
        conviction=None if conviction == float("inf") else conviction,
        p_value=pair.p_value,
        both=int(figures["both"]),
        first=int(figures["first"]),
        second=int(figures["second"]),
        **shares,
    )
