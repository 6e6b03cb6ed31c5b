"""Spark's part in learning from a store that does not fit here.

The newest orders that fit choose the recipe and are learned from as ever. What pairs of products say comes
from all orders: bought together, and factors where the newest orders say nothing about a product in a basket.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.lists import joined
from app.engine.spark import session
from app.engine.spark.als import SparkAls
from app.engine.spark.cooccurrence import SparkCooccurrence

if TYPE_CHECKING:
    from app.engine.build import Learned
    from app.engine.dataset import Dataset
    from app.engine.types import Lists, Published


def widened(learned: Learned, whole: Dataset) -> Published:
    """Give what was learned from the newest orders with the pairs of all orders."""
    published, recipe = learned.published, learned.choice.recipe
    lists = dict(published.lists)
    chosen = recipe.together
    same = {each.name: getattr(chosen, each.name) for each in fields(chosen) if each.name != "fitted"}
    with session.running():
        if chosen.name in lists:
            lists[chosen.name] = SparkCooccurrence(**same).fit(whole).lists()
        if recipe.basket.name in lists:
            known = lists[recipe.basket.name]
            factors = SparkAls(length=recipe.basket.length).fit(whole).lists()
            lists[recipe.basket.name] = joined(known, _filling(factors, known))
    return replace(published, lists=lists)


def _filling(lists: Lists, known: Lists) -> Lists:
    """Keep the rows that are empty in ``known``; how many orders they rest on was not counted."""
    sizes = np.diff(lists.starts) * (np.diff(known.starts) == 0)
    kept = np.repeat(sizes > 0, np.diff(lists.starts))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    untold = np.zeros(int(kept.sum()), np.int32)
    return replace(lists, starts=starts, items=lists.items[kept], scores=lists.scores[kept], counts=untold)
