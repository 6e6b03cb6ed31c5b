"""What the rarer strategies say, on shops that fit on a napkin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.engine.dataset import Dataset, visited
from app.engine.likes import viewed_instead
from app.engine.strategies.accessories import Accessories
from app.engine.strategies.alsoviewed import AlsoViewed
from app.engine.strategies.arrivals import Arrivals
from app.engine.strategies.coldstart import ColdStart
from app.engine.strategies.complements import Complements
from app.engine.strategies.due import Due
from app.engine.strategies.ladder import Ladder
from app.engine.strategies.ranked import Lessons, Ranked
from app.engine.strategies.regression import Regression
from app.engine.strategies.ridge import Ridge
from app.engine.strategies.seasonal import Seasonal
from app.engine.strategies.sequential import Sequential
from app.engine.strategies.sessions import Sessions
from app.engine.strategies.substitutes import Substitutes
from app.engine.strategy import Strategy
from tests.engine.shops import drawn_shop, shop


def row(strategy: Strategy, data: Dataset, anchor: int) -> list[str]:
    lists = strategy.fit(data).lists()
    return [data.item_ids[item] for item in lists.items[lists.starts[anchor] : lists.starts[anchor + 1]]]


def test_named_tiers_are_steps_of_a_ladder() -> None:
    names = {"a": "Mail Starter", "b": "Mail Pro", "c": "Mail Platinum", "d": "Desk Premium"}
    data = shop([], names)
    found = row(Ladder(), data, data.item_ids.index("a"))
    assert found == ["b", "c"]  # the next step first; another product's tier is none
    assert row(Ladder(), data, data.item_ids.index("c")) == []


def test_without_names_the_price_is_the_step() -> None:
    data = shop([], {"a": "oak table", "b": "oak table round", "c": "oak table huge"})
    price = {"a": 100.0, "b": 180.0, "c": 900.0}
    priced = replace(data, prices=np.asarray([price[item] for item in data.item_ids]))
    assert row(Ladder(), priced, data.item_ids.index("a")) == ["b"]  # nine times the price is no step


def test_an_accessory_costs_less() -> None:
    data = shop([(0, "", ["tea", "pot"])] * 5)
    priced = replace(
        data, prices=np.asarray([{"tea": 3.0, "pot": 30.0}.get(item, 1.0) for item in data.item_ids])
    )
    assert row(Accessories(), priced, data.item_ids.index("pot")) == ["tea"]
    assert row(Accessories(), priced, data.item_ids.index("tea")) == []


def test_a_twin_is_instead_and_not_with() -> None:
    names = {"a": "red clay mug", "b": "blue clay mug", "c": "oat biscuit"}
    data = shop([(0, "", ["a", "c"])] * 8 + [(0, "", ["a", "b"])] * 8, names)
    mug = data.item_ids.index("a")
    assert row(Complements(), data, mug)[0] == "c"  # as often bought with it as the twin is
    assert row(Substitutes(), data, mug)[0] == "b"


def test_what_is_bought_again_is_due_when_its_time_comes() -> None:
    data = shop([(day, "ann", ["tea"]) for day in (0, 30, 60)] + [(85, "ann", ["jam"]), (88, "bob", ["mug"])])
    ann = data.shopper_ids.index("ann")
    assert row(Due(), data, ann) == ["tea"]  # jam was bought once: it has no gap


def test_new_is_what_was_made_or_first_sold_last() -> None:
    data = shop([(0, "", ["tea"]), (50, "", ["jam"])])
    unknown = replace(data, created=np.zeros(data.items, np.int64))
    assert row(Arrivals(), unknown, 0)[0] == "jam"
    assert set(row(Arrivals(), unknown, 0)) == {"tea", "jam"}


def test_the_season_comes_back() -> None:
    data = shop([(0, "", ["tea"])] * 9 + [(180, "", ["jam"])] * 30 + [(360, "", ["mug"])])
    assert row(Seasonal(), data, 0)[0] == "tea"


def test_what_is_bought_next_follows_the_order_of_time() -> None:
    data = shop([(day, name, what) for name in ("ann", "bob") for day, what in ((0, ["tea"]), (9, ["jam"]))])
    assert row(Sequential(), data, data.item_ids.index("tea")) == ["jam"]
    assert row(Sequential(), data, data.item_ids.index("jam")) == []


def test_visits_say_what_is_looked_at_together() -> None:
    looks = [(f"v{n}", 10 + n, item) for n in range(4) for item in ("tea", "mug")] + [("x", 1, "unknown")]
    data = visited(shop([(0, "", ["tea", "pot"])]), looks)
    for strategy in (AlsoViewed(), Sessions()):
        assert row(strategy, data, data.item_ids.index("tea")) == ["mug"]
    assert data.visits is not None
    assert len(data.visits.before(12).times) == 2


def test_a_product_without_orders_borrows_the_companions_of_its_like() -> None:
    names = {"a": "clay mug blue", "b": "clay mug red", "c": "oat biscuit"}
    data = shop([(0, "", ["a", "c"])] * 5, names)
    assert set(row(ColdStart(), data, data.item_ids.index("b"))) == {"a", "c"}


def test_small_regressions_agree_with_the_large_one_where_all_are_neighbours() -> None:
    data = drawn_shop(600, products=12)  # every pair is met somewhere
    dense = Regression(prior=0.0, penalty=5.0).fit(data)
    small = Ridge(penalty=5.0, nearest=100).fit(data)
    items = np.arange(data.items, dtype=np.int32)
    for anchor in range(5):
        one, other = (np.nan_to_num(each.score((anchor,), items)) for each in (dense, small))
        assert np.allclose(one, other, atol=1e-3)


def test_trees_learn_what_comes_back_and_forget_what_was_not_known_yet() -> None:
    names = {f"p{k:02}": f"thing{k}" for k in range(20)}
    data = shop(
        [
            (day, f"c{who:02}", sorted({f"p{who % 20:02}", f"p{(who * 7 + day // 20 * 3) % 20:02}"}))
            for day in (0, 20, 40, 60)
            for who in range(60)
        ],
        names,
    )
    past = data.between(0, 180)
    taught = Ranked(rounds=20).taught(past, Lessons.after(data, 180, 500))
    assert taught.knows(data)
    assert not taught.knows(past)
    fitted = taught.fit(data).lists()
    first = fitted.items[fitted.starts[:-1]]
    usual = [f"p{int(shopper[1:]) % 20:02}" for shopper in data.shopper_ids]
    assert np.mean([data.item_ids[item] == name for item, name in zip(first, usual, strict=True)]) > 0.8


def test_too_few_lessons_teach_nothing() -> None:
    data = drawn_shop(60)
    ranked = Ranked().fit(data)
    assert ranked.models == ()
    assert len(ranked.lists().items) == 0


def test_looked_at_instead_is_looked_at_together_and_not_bought_together() -> None:
    """Tea and pot are bought together in 9 of 10 orders with either; tea and mug never are."""
    looks = [(f"v{n}", n, item) for n in range(15) for item in ("tea", "pot", "mug")]
    orders = [(n, "", ["tea", "pot"]) for n in range(9)] + [(9, "", ["tea"]), (10, "", ["mug"])]
    data = visited(shop(orders), looks)
    tea, pot, mug = (data.item_ids.index(name) for name in ("tea", "pot", "mug"))
    found = viewed_instead(data)
    cosine = 15 / (15 + 5)  # five visits are held back
    assert found[tea, mug] == pytest.approx(cosine)
    assert found[tea, pot] == pytest.approx(cosine * (1 - 9 / (9 + 1)))
    assert row(Substitutes(), data, tea)[0] == "mug"
    assert row(Complements(), data, tea)[0] == "pot"
