"""Every strategy, the chosen blend and the blend without trees, asked what later orders held."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.build import LOCATIONS
from app.engine.choose import choose
from app.engine.protocol import Row, ask, cut, questions
from app.engine.registry import STRATEGIES
from app.engine.types import Task
from app.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from app.engine.dataset import Dataset
    from app.engine.protocol import Questions
    from app.engine.recipe import Recipe
    from app.engine.types import Lists

BLEND, PLAIN = "blend", "blend without trees"
BASELINE = "popular"
CURVE = (100, 300, 1_000, 3_000)
_HEADS = {
    (Task.PRODUCT, False): "T1 product page, shopper unknown (found: HR@12, NDCG@12)",
    (Task.PRODUCT, True): "T1 product page, shopper known",
    (Task.CART, False): "T2 cart, shopper unknown (HR@12, NDCG@12)",
    (Task.CART, True): "T2 cart, shopper known",
    (Task.HOME, True): "T3 next order (R@10, NDCG@10)",
    (Task.NEW, True): "T3 next order, only what is new to the shopper (R@10, NDCG@10)",
}


@dataclass(frozen=True)
class Report:
    """What was asked of how many orders, and the figures; ``curve`` holds those of smaller histories."""

    learned_from: int
    asked_about: int
    rows: tuple[Row, ...]
    aims: Mapping[str, str]
    beats: Mapping[str, bool]
    curve: Mapping[int, tuple[Row, ...]]

    def to_json(self) -> str:
        """Give all of it as JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)


def evaluate(
    data: Dataset, *, seed: int = 0, curve: bool = False, tell: Callable[[str], None] = lambda _step: None
) -> Report:
    """Learn from all but the last 28 days, ask about these. Raises Invalid where one of the two is empty."""
    first = cut(data)
    if not 0 < first < data.orders:
        raise Invalid("there are not enough orders: 28 days to ask about, and some before them, are needed")
    past, asked = data.between(0, first), questions(data, first)
    tell("choosing")
    recipe = choose(past, seed).recipe
    rows = list(_blends(asked, recipe, past))
    for name, make in STRATEGIES.items():
        tell(name)
        if name != recipe.ranked.name:
            lists = make().fit(past).lists()
            rows += [row for each in asked for row in ask(each, {name: lists}, {name: {name: 1.0}})]
    small = {}
    for orders in CURVE if curve else ():
        if orders < past.orders:
            tell(f"{orders} orders")
            small[orders] = tuple(_curve(asked, _some(past, orders), seed))
    aims = {name: make().task.value for name, make in STRATEGIES.items()}
    return Report(first, data.orders - first, tuple(rows), aims, _beats(rows, aims), small)


def table(report: Report) -> str:
    """Give the figures as text, the best first; standard errors stand behind the sign ±."""
    told = [f"Learned from {report.learned_from:,} orders, asked about {report.asked_about:,} later ones."]
    told += _tables(report.rows)
    losers = sorted(name for name, wins in report.beats.items() if not wins)
    told += ["", f"Not better than {BASELINE} on the task that they are for: {', '.join(losers) or 'none'}."]
    for orders, rows in report.curve.items():
        told += ["", f"== {orders:,} orders to learn from", *_tables(rows)]
    return "\n".join(told)


def write(report: Report, path: Path) -> None:
    """Write the JSON."""
    path.write_text(report.to_json() + "\n", encoding="utf-8")


def _tables(rows: Sequence[Row]) -> list[str]:
    told = []
    for (task, known), head in _HEADS.items():
        mine = [row for row in rows if row.task is task and row.known_shoppers is known]
        if mine:
            told += ["", f"{head}, {mine[0].cases:,} cases"]
            told += [_line(row) for row in sorted(mine, key=lambda row: (-row.ndcg, row.name))]
    return told


def _line(row: Row) -> str:
    return f"  {row.name:20} {row.found:.4f} ±{row.found_error:.4f}   {row.ndcg:.4f} ±{row.ndcg_error:.4f}"


def _blends(asked: Iterable[Questions], recipe: Recipe, past: Dataset) -> Iterable[Row]:
    """Ask what is served, and the same without what the trees ranked."""
    fitted = recipe.fit(past)
    trees = recipe.ranked.name
    for each in asked:
        location = each.task.value if each.task.value in LOCATIONS else Task.HOME.value
        weights = recipe.blend(location)
        ways = {BLEND: weights}
        if weights.get(trees):
            ways |= {
                PLAIN: {name: weight for name, weight in weights.items() if name != trees},
                trees: {trees: 1.0},
            }
        yield from ask(each, fitted, ways)


def _curve(asked: Sequence[Questions], past: Dataset, seed: int) -> Iterable[Row]:
    """Ask the blend and its lists, learned from a small history, about pages and carts."""
    recipe = choose(past, seed).recipe
    fitted: Mapping[str, Lists] = recipe.fit(past)
    for each in asked:
        if each.task in {Task.PRODUCT, Task.CART}:
            ways = {name: {name: 1.0} for name in fitted} | {BLEND: recipe.blend(each.task.value)}
            yield from ask(each, fitted, ways)


def _some(past: Dataset, orders: int) -> Dataset:
    """Draw some orders of a history."""
    kept = np.sort(np.random.default_rng(0).choice(past.orders, orders, replace=False))
    return replace(past, bought=past.bought[kept], times=past.times[kept], buyers=past.buyers[kept])


def _beats(rows: Sequence[Row], aims: Mapping[str, str]) -> dict[str, bool]:
    """Tell which strategies have a better NDCG than popularity on their task."""
    best: dict[tuple[str, str], float] = {}
    for row in rows:
        key = row.name, row.task.value
        best[key] = max(best.get(key, 0.0), row.ndcg)
    return {
        name: best.get((name, task), 0.0) > best.get((BASELINE, task), 0.0)
        for name, task in aims.items()
        if name != BASELINE
    }
