"""Intervals for revenue per visitor, against figures worked out by hand or by another library."""

import math

import numpy as np
import pytest
from scipy import stats as oracle

from app.engine.stats import Sample, difference, mismatch


def sample(visitors: int, *spent: float) -> Sample:
    return Sample(visitors, np.array(spent, dtype=np.float64))


def test_the_estimate_is_the_difference_of_revenue_per_visitor() -> None:
    found = difference(sample(100, 300, 300), sample(50, 100))
    assert found.estimate == 600 / 100 - 100 / 50
    assert found.low < found.estimate < found.high


def test_visitors_who_bought_nothing_count_as_zeros() -> None:
    arm = sample(4, 10, 20)
    values = np.array([0, 0, 10, 20], dtype=float)
    assert arm.mean == values.mean()
    assert arm.central_moment(2) == pytest.approx(values.var())
    assert arm.central_moment(3) == pytest.approx(((values - values.mean()) ** 3).mean())


def test_without_skewness_it_is_welchs_interval() -> None:
    one, other = [1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 4.0, 6.0]
    found = difference(sample(5, *one), sample(3, *other))
    welch = oracle.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((welch.low, welch.high))


def test_halls_transformation_of_both_ends_gives_the_symmetric_quantiles_back() -> None:
    rng = np.random.default_rng(3)
    big, small = rng.lognormal(7, 1, 400), rng.lognormal(7, 1, 30)
    one, other = Sample(8000, big), Sample(500, small)
    found = difference(one, other)
    arms = (one, other)
    variances = [arm.central_moment(2) for arm in arms]
    shape = sum(
        arm.visitors * arm.central_moment(3) / v**1.5 for arm, v in zip(arms, variances, strict=True)
    ) / sum(arm.visitors for arm in arms)
    error = math.sqrt(sum(v / (arm.visitors - 1) for arm, v in zip(arms, variances, strict=True)))
    s = shape * (variances[0] ** 1.5 / 8000**2 - variances[1] ** 1.5 / 500**2) / error**3

    def transformed(end: float) -> float:
        t = (found.estimate - end) / error
        return float(t + s * t**2 / 3 + s**2 * t**3 / 27 + s / 6)

    assert s < -0.1, "the small arm's tail must matter, or this shows nothing"
    assert transformed(found.high) == pytest.approx(-transformed(found.low))
    assert 1.96 < transformed(found.low) < 1.97


def test_the_side_of_the_small_arms_tail_reaches_further() -> None:
    found = difference(sample(2000, *[100.0] * 200), sample(100, *[100.0] * 9, 2000.0))
    assert found.estimate - found.low > found.high - found.estimate


def test_no_spending_anywhere_is_an_interval_of_no_width() -> None:
    found = difference(sample(10), sample(10))
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_a_single_visitor_has_no_interval() -> None:
    with pytest.raises(ValueError, match="two visitors"):
        difference(sample(100, 5), sample(1, 5))


def test_the_split_is_tested_by_chi_square() -> None:
    assert mismatch(950, 50, 0.05) == 1
    expected = oracle.chisquare([9500 + 40, 500 - 40], [9500, 500]).pvalue
    assert mismatch(9540, 460, 0.05) == pytest.approx(expected)
    assert mismatch(0, 0, 0.05) == 1
    assert mismatch(10, 0, 0.0) == 1


def test_an_alarm_at_one_in_a_thousand_rings_so_often_on_a_sound_split() -> None:
    holdouts = np.random.default_rng(0).binomial(20_000, 0.05, size=20_000)
    alarms = sum(mismatch(20_000 - int(held), int(held), 0.05) < 0.001 for held in holdouts)
    assert 5 <= alarms <= 40
