"""The protocol's table: fixed questions, every strategy, errors of baskets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.domain.learning import evaluation
from app.engine.protocol import ask, cut, questions
from app.engine.registry import STRATEGIES
from app.engine.strategies.popularity import Popularity
from app.engine.types import Task
from app.kernel.errors import Invalid
from tests.engine.shops import FIVE, drawn_shop

DATA = drawn_shop(600)


@pytest.fixture(scope="module")
def report() -> evaluation.Report:
    return evaluation.evaluate(DATA, curve=True)


def test_the_last_28_days_are_asked_about() -> None:
    first = cut(DATA)
    midnight = (DATA.now // 86_400 + 1) * 86_400
    assert DATA.times[first] >= midnight - 28 * 86_400 > DATA.times[first - 1]


def test_a_case_never_holds_its_answer_and_new_means_never_bought() -> None:
    asked = {each.task: each for each in questions(DATA, cut(DATA))}
    for task in (Task.PRODUCT, Task.CART):
        assert asked[task].given.multiply(asked[task].truth).nnz == 0
    assert np.diff(asked[Task.CART].truth.indptr).tolist() == [1] * len(asked[Task.CART].shoppers)
    new = asked[Task.NEW]
    assert new.owned is not None
    assert new.truth.multiply(new.owned).nnz == 0
    assert (np.diff(new.truth.indptr) > 0).all()


def test_errors_are_those_of_baskets() -> None:
    first = cut(DATA)
    pages = next(each for each in questions(DATA, first) if each.task is Task.PRODUCT)
    fitted = {"popular": Popularity().fit(DATA.between(0, first)).lists()}
    (row,) = ask(pages, fitted, {"popular": {"popular": 1.0}})
    assert row.cases == len(pages.shoppers) > len(set(pages.groups.tolist()))
    assert 0.0 < row.found < 1.0
    alone = float(np.sqrt(row.found * (1 - row.found) / row.cases))
    assert alone * 0.5 < row.found_error < alone * 2.0  # three pages of a basket are less than three draws


def test_every_strategy_and_the_blend_are_in_the_table(report: evaluation.Report) -> None:
    names = {row.name for row in report.rows}
    assert {*STRATEGIES, evaluation.BLEND} - names <= {"ranked"}
    told = evaluation.table(report)
    assert "T1 product page, shopper unknown" in told
    assert "only what is new to the shopper" in told
    blend = next(
        r for r in report.rows if (r.name, r.task, r.known_shoppers) == ("blend", Task.PRODUCT, True)
    )
    popular = next(r for r in report.rows if (r.name, r.task) == ("popular", Task.PRODUCT))
    assert blend.ndcg > popular.ndcg
    assert report.beats["together"]
    assert not report.beats["alsoviewed"]  # nobody's visits are known here
    assert "alsoviewed" in told.split("Not better than popular")[1]


def test_smaller_histories_are_asked_too(report: evaluation.Report) -> None:
    assert set(report.curve) == {100, 300}
    assert {row.task for row in report.curve[100]} == {Task.PRODUCT, Task.CART}


def test_the_json_holds_the_same_figures(report: evaluation.Report, tmp_path: Path) -> None:
    evaluation.write(report, tmp_path / "figures.json")
    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert len(told["rows"]) == len(report.rows)
    assert told["rows"][0]["ndcg"] == report.rows[0].ndcg


def test_a_history_without_a_past_is_refused() -> None:
    with pytest.raises(Invalid, match="not enough orders"):
        evaluation.evaluate(FIVE)
