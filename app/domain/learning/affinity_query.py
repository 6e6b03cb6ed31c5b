"""What was found about affinity, as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import func, select, text

from app.domain.learning.affinity import PRICE, PRODUCT, SET, measures
from app.domain.tables.learning import AffinityRule, Season
from app.engine.affinity_measures import Counts, p_values
from app.engine.affinity_rules import RuleKind
from app.kernel.errors import Invalid

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId

MOST_ANALYZED = 20

# An order that was cancelled is no order; a product in several lines of one order is in it once.
_HELD = text(
    """
    select l.order_id, l.product_id
    from order_lines l
    join orders o on o.store_id = :store_id and o.order_id = l.order_id and o.status <> 'cancelled'
    where l.store_id = :store_id and l.quantity > 0 and l.product_id = any(:products)
    group by 1, 2
    """
)
_ORDERS = text("select count(*) from orders where store_id = :store_id and status <> 'cancelled'")

_LARGEST = text(
    """
    select name
    from (
        select antecedents[1] as name, first from affinity_rules
        where store_id = :store_id and level = :level and kind <> 'sequential'
    ) as held
    group by name order by max(first) desc, name limit :size
    """
)
_AMONG = text(
    """
    select antecedents[1], consequent, score from affinity_rules
    where store_id = :store_id and level = :level and kind <> 'sequential'
      and antecedents[1] = any(:names) and consequent = any(:names)
    """
)


@dataclass(frozen=True, slots=True)
class Least:
    """What a rule must reach to be told."""

    support: float = 0.0
    confidence: float = 0.0
    lift: float = 0.0
    items: int = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """Two products as the orders of this moment have them; measures by their names in the glossary."""

    first: str
    second: str
    p_value: float
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Matrix:
    """``scores[row][column]``: affinity 0-100 of two names, 0 where no rule was found, None for itself."""

    names: Sequence[str]
    scores: Sequence[Sequence[float | None]]


def about(
    session: Session, store_id: StoreId, name: str, *, level: str, kind: str | None = None, limit: int = 12
) -> Sequence[AffinityRule]:
    """Give the rules ``name -> ...``, the strongest first."""
    mine = select(AffinityRule).where(
        AffinityRule.store_id == store_id, AffinityRule.level == level, AffinityRule.antecedents == [name]
    )
    if kind is not None:
        mine = mine.where(AffinityRule.kind == kind)
    return session.scalars(mine.order_by(*_BEST).limit(limit)).all()


def together(
    session: Session, store_id: StoreId, products: Sequence[str], *, limit: int = 12
) -> Sequence[AffinityRule]:
    """Give what is bought together with a basket, each product once by its most confident rule."""
    mine = select(AffinityRule).where(
        AffinityRule.store_id == store_id,
        AffinityRule.level.in_((PRODUCT, SET)),
        AffinityRule.kind == RuleKind.TOGETHER,
        AffinityRule.antecedents.contained_by(list(products)),
        AffinityRule.consequent.not_in(list(products)),
    )
    best: dict[str, AffinityRule] = {}
    for rule in session.scalars(mine.order_by(AffinityRule.confidence.desc(), AffinityRule.rule_id)):
        best.setdefault(rule.consequent, rule)
    return list(best.values())[:limit]


def strongest(
    session: Session, store_id: StoreId, kind: str, *, least: Least | None = None, limit: int = 50
) -> Sequence[AffinityRule]:
    """Give the strongest rules between products, of pairs and sets."""
    bar = least or Least()
    mine = select(AffinityRule).where(
        AffinityRule.store_id == store_id,
        AffinityRule.level.in_((PRODUCT, SET)),
        AffinityRule.kind == kind,
        AffinityRule.support >= bar.support,
        AffinityRule.confidence >= bar.confidence,
        AffinityRule.lift >= bar.lift,
        func.cardinality(AffinityRule.antecedents) >= bar.items - 1,
    )
    return session.scalars(mine.order_by(*_BEST).limit(limit)).all()


def of_prices(
    session: Session, store_id: StoreId, low: int, high: int | None, *, limit: int = 50
) -> Sequence[AffinityRule]:
    """Give the rules of the price bands that overlap ``low`` to ``high`` (minor units, None = open)."""
    mine = select(AffinityRule).where(AffinityRule.store_id == store_id, AffinityRule.level == PRICE)
    found = session.scalars(mine.order_by(*_BEST)).all()
    return [rule for rule in found if _overlap(rule.antecedents[0], low, high)][:limit]


def matrix(session: Session, store_id: StoreId, *, level: str = PRODUCT, size: int = 20) -> Matrix:
    """Show the affinity of the names that most orders hold with each other."""
    asked = {"store_id": store_id, "level": level}
    names = list(session.scalars(_LARGEST, {**asked, "size": size}))
    known: dict[tuple[str, str], float] = {}
    for one, other, score in session.execute(_AMONG, {**asked, "names": names}):
        known[one, other] = known[other, one] = score
    return Matrix(names, [[None if a == b else known.get((a, b), 0.0) for b in names] for a in names])


def analyze(session: Session, store_id: StoreId, products: Sequence[str]) -> Sequence[Pair]:
    """Measure every ordered pair of up to 20 products on the orders of this moment. Raises Invalid."""
    named = list(dict.fromkeys(products))
    if not 2 <= len(named) <= MOST_ANALYZED:  # noqa: PLR2004  a pair has two
        raise Invalid(f"name 2 to {MOST_ANALYZED} different products", "products")
    held: dict[str, set[str]] = {product: set() for product in named}
    for order_id, product_id in session.execute(_HELD, {"store_id": store_id, "products": named}):
        held[product_id].add(order_id)
    total = session.scalar(_ORDERS, {"store_id": store_id}) or 0
    pairs = [(one, other) for one in named for other in named if one != other]
    counts = Counts(
        np.asarray([len(held[one] & held[other]) for one, other in pairs], np.float64),
        np.asarray([len(held[one]) for one, _ in pairs], np.float64),
        np.asarray([len(held[other]) for _, other in pairs], np.float64),
        total,
    )
    columns, odds = measures(counts), p_values(counts)
    return [
        Pair(one, other, float(odds[row]), {name: float(column[row]) for name, column in columns.items()})
        for row, (one, other) in enumerate(pairs)
    ]


def season(session: Session, store_id: StoreId, category: str = "") -> Season | None:
    """Give when a category sells, the store as a whole where the category is not known."""
    found = session.get(Season, (store_id, category))
    return found or session.get(Season, (store_id, ""))


def band(price_range: str, exponent: int) -> tuple[int, int | None]:
    """Read ``5-10`` or ``50-`` (major units) as minor units, high exclusive. Raises Invalid."""
    low, _, high = price_range.partition("-")
    try:
        edges = [round(float(edge) * 10**exponent) if edge else None for edge in (low, high)]
    except (ValueError, OverflowError):
        raise Invalid(f"{price_range!r} is no range of prices: say 5-10, or 50- and more", "range") from None
    start, end = edges[0] or 0, edges[1]
    if end is not None and end <= start:
        raise Invalid(f"{price_range!r} is no range of prices: it ends before it begins", "range")
    return start, end


def _overlap(named: str, low: int, high: int | None) -> bool:
    start, _, end = named.partition("-")
    return (high is None or int(start) < high) and (not end or int(end) > low)


_BEST = (AffinityRule.score.desc(), AffinityRule.confidence.desc(), AffinityRule.rule_id)
