"""What is sent and answered under /affinity."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from app.domain.learning.affinity_query import MOST_ANALYZED

MOST: Final = 100

_Few = Annotated[int, Meta(ge=1, le=MOST)]
_Share = Annotated[float, Meta(ge=0, le=1)]


class Rule(Struct):
    """Of ``total`` orders ``first`` hold the ``antecedents``, ``second`` the ``consequent``, ``both`` both.

    ``affinity_score`` is 0 (chance) to 100 (never apart); ``probability`` is that an order with the left side
    also holds the right one, calibrated on later orders; ``p_value`` is Fisher's, one-sided. ``conviction``
    is null where it is infinite. Of ``sequential`` rules the counts are steps from one order to the next of
    the same shopper, ``gap_days`` later on average. ``peak_month`` (1-12) is when the rule is ``peak_factor``
    times stronger.
    """

    id: str
    type: str
    antecedents: list[str]
    consequent: str
    affinity_score: float
    probability: float | None
    both: int
    first: int
    second: int
    total: int
    support: float
    confidence: float
    lift: float
    leverage: float
    conviction: float | None
    p_value: float
    gap_days: float | None
    peak_month: int | None
    peak_factor: float | None
    computed_at: datetime


class Rules(Struct):
    rules: list[Rule]


class SeasonShape(Struct):
    """Multipliers of an average day's sales; ``learned`` false = a common expectation, for lack of a year."""

    learned: bool
    months: list[float]
    weeks: list[float]


class CategoryRules(Struct):
    rules: list[Rule]
    season: SeasonShape | None


class Basket(Struct):
    products: Annotated[list[str], Meta(min_length=1, max_length=50)]
    limit: _Few = 12


class MarketBasket(Struct):
    """``min_items`` counts both sides: 2 = pairs and sets, 3 = sets only."""

    min_support: _Share = 0.0
    min_confidence: _Share = 0.0
    min_lift: Annotated[float, Meta(ge=0)] = 0.0
    min_items: Annotated[int, Meta(ge=2, le=4)] = 2
    limit: _Few = 50


class Patterns(Struct):
    """Without a product, the strongest patterns of the store."""

    product_id: str | None = None
    limit: _Few = 50


class Analyze(Struct):
    products: Annotated[list[str], Meta(min_length=2, max_length=MOST_ANALYZED)]


class Measured(Struct):
    """A pair as the orders of this moment have it, whether it is a rule or not."""

    product_a: str
    product_b: str
    affinity_score: float
    both: int
    first: int
    second: int
    support: float
    confidence: float
    lift: float
    leverage: float
    conviction: float | None
    p_value: float


class Analyzed(Struct):
    pairs: list[Measured]


class MatrixShape(Struct):
    """``scores[row][column]``: affinity 0-100; 0 = no rule, null = itself."""

    names: list[str]
    scores: list[list[float | None]]
