"""The protocol's table: fixed questions, every strategy, errors of baskets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.learning import evaluation, figures
from app.domain.learning.evaluation import Verdict
from app.engine.protocol import ask, cut, gain, questions
from app.engine.registry import STRATEGIES
from app.engine.strategies.popularity import Popularity
from app.engine.types import Task
from app.kernel.errors import Invalid
from tests.engine.shops import FIVE, drawn_shop

DATA = drawn_shop(600)


@pytest.fixture(scope="module")
def report() -> evaluation.Report:
    return evaluation.evaluate(DATA)


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


def test_every_strategy_the_blend_and_the_stack_are_in_the_table(report: evaluation.Report) -> None:
    names = {row.name for row in report.rows}
    assert names == {*STRATEGIES, evaluation.BLEND, evaluation.STACK}
    told = figures.table(report)
    assert "T1 product page, shopper unknown" in told
    assert "only what is new to the shopper" in told
    blend = next(
        r for r in report.rows if (r.name, r.task, r.known_shoppers) == ("blend", Task.PRODUCT, True)
    )
    popular = next(r for r in report.rows if (r.name, r.task) == ("popular", Task.PRODUCT))
    assert blend.ndcg > popular.ndcg


def test_each_strategy_is_held_against_popularity_on_its_own_task(report: evaluation.Report) -> None:
    standings = {each.name: each for each in report.standings}
    assert set(standings) == set(STRATEGIES)
    assert standings["popular"].verdict is Verdict.BASELINE
    together = standings["together"]
    assert (together.task, together.verdict, together.chosen) == (Task.PRODUCT, Verdict.BEATS, True)
    assert together.gain > together.error > 0.0
    viewed = standings["alsoviewed"]  # nobody's visits are known here
    assert (viewed.verdict, viewed.chosen) == (Verdict.SILENT, False)
    assert viewed.gain == pytest.approx(-popular(report))
    told = figures.table(report)
    [line] = [line for line in told.splitlines() if line.startswith("  alsoviewed") and "has nothing" in line]
    assert line.endswith("has nothing to go on here, stays unchosen")


def popular(report: evaluation.Report) -> float:
    return next(r for r in report.rows if (r.name, r.task) == ("popular", Task.PRODUCT)).ndcg


def test_a_gain_is_beyond_one_error_or_none() -> None:
    """Two baskets of two pages: the gains .3 .3 and .1 .1 are two draws, not four."""
    first = cut(DATA)
    pages = next(each for each in questions(DATA, first) if each.task is Task.PRODUCT)
    four = replace(pages, groups=np.asarray([7, 7, 9, 9]))
    mine = np.asarray([[0, 0.5], [0, 0.5], [0, 0.2], [0, 0.2]])
    theirs = np.asarray([[0, 0.2], [0, 0.2], [0, 0.1], [0, 0.1]])
    more, error = gain(four, mine, theirs)
    assert more == pytest.approx(0.2)
    assert error == pytest.approx(np.sqrt(2 * 0.2**2) / 4)


def test_what_is_chosen_and_did_not_beat_popularity_is_named(report: evaluation.Report) -> None:
    """In the 28 days that were asked about; in the days before, when it was chosen, it did."""
    losers = [each.name for each in report.standings if each.chosen and each.verdict is Verdict.LOSES]
    assert losers == ["discover"]
    assert "Chosen although it does not beat popular: discover." in figures.table(report)
    unchosen = replace(report, standings=tuple(replace(each, chosen=False) for each in report.standings))
    assert "Chosen although it does not beat popular: none." in figures.table(unchosen)


def test_smaller_histories_are_asked_too_and_the_blend_holds(report: evaluation.Report) -> None:
    sizes = {point.orders for point in report.curve}
    assert sizes == {100, 300, report.learned_from}
    for point in report.curve:
        assert point.task in {Task.PRODUCT, Task.CART}
        assert point.over_content[0] >= -point.over_content[1], f"worse than content at {point.orders}"
        assert point.over_best[0] >= -2.0 * point.over_best[1], f"worse than {point.best.name}"
        assert point.blend.ndcg - point.content.ndcg == pytest.approx(point.over_content[0])


def test_the_json_holds_the_same_figures(report: evaluation.Report, tmp_path: Path) -> None:
    figures.write(report, tmp_path / "figures.json")
    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert len(told["rows"]) == len(report.rows)
    assert told["rows"][0]["ndcg"] == report.rows[0].ndcg
    assert told["curve"][0]["over_content"] == list(report.curve[0].over_content)


def test_a_history_without_a_past_is_refused() -> None:
    with pytest.raises(Invalid, match="not enough orders"):
        evaluation.evaluate(FIVE)
