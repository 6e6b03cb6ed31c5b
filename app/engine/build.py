"""From a data set to what is published: choose, fit on everything, name the lists that the locations use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.engine.choose import choose
from app.engine.lists import shorter
from app.engine.strategies.ranked import trees_grow
from app.engine.types import Blend, Published
from app.kernel.log import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.engine.choose import Choice
    from app.engine.dataset import Dataset
    from app.engine.recipe import Recipe

NO_TREES = "no trees: LightGBM cannot be loaded (Debian needs libgomp1)"

LOCATIONS = ("product", "cart", "home", "category", "search", "thank-you")


@dataclass(frozen=True)
class Learned:
    """What is served, and the choice behind it."""

    published: Published
    choice: Choice
    missing: tuple[str, ...] = ()
    """What could not be used on this machine, and why: the result is worse than elsewhere."""


def learn(data: Dataset, *, seed: int = 0, tell: Callable[[str], None] = lambda _step: None) -> Learned:
    """Choose a recipe on the store's own history and fit it on all of it. Any history will do, even none.

    ``tell`` hears when ``choosing`` and ``learning`` begin.
    """
    tell("choosing")
    choice = choose(data, seed)
    tell("learning")
    missing = () if trees_grow() else (NO_TREES,)
    for each in missing:
        get_logger(__name__).warning("learned without", missing=each)
    return Learned(publishable(data, choice.recipe), choice, missing)


def publishable(data: Dataset, recipe: Recipe) -> Published:
    """Fit a recipe and keep the lists that a blend names, the store's ranking and what shoppers own."""
    fitted = recipe.fit(data)
    blends = {location: Blend(dict(recipe.blend(location))) for location in LOCATIONS}
    named = {name for blend in blends.values() for name, weight in blend.weights.items() if weight}
    used = {name for name in named & fitted.keys() if len(fitted[name].items)}
    kept = used | {recipe.popular.name, recipe.again.name}
    return Published(
        item_ids=data.item_ids,
        shopper_ids=data.shopper_ids,
        lists={
            name: shorter(lists, recipe.lengths.get(name, data.items))
            for name, lists in fitted.items()
            if name in kept
        },
        blends=blends,
        categories=data.described.categories if any(data.described.categories) else (),
    )
