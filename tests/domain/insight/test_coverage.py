"""Of 300 shops with a known effect of recommendations, how many intervals hold the truth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from app.domain.insight.lift import Lift, compare
from app.engine.assign import Arm, arm
from app.engine.stats import Sample

HISTORIES = 300
VISITORS = 6_000
HOLDOUT = 0.05


@dataclass(frozen=True)
class Shoppers:
    """They buy with this chance, for exp(N(log ``median``, ``sigma``)) pence, and send some of it back.

    Recommendations multiply the chance by ``uplift``; one order in ten is refunded, half of them in full.
    """

    chance: float
    median: float
    sigma: float
    uplift: float

    @property
    def truth(self) -> float:
        """The effect on the expected net revenue of one visitor."""
        basket = self.median * math.exp(self.sigma**2 / 2)
        return self.chance * (self.uplift - 1) * basket * (1 - 0.05 - 0.05 / 2)

    def spend(self, rng: np.random.Generator, visitors: int, *, treated: bool) -> Sample:
        buyers = rng.binomial(visitors, self.chance * (self.uplift if treated else 1))
        orders = np.rint(rng.lognormal(math.log(self.median), self.sigma, buyers))
        fate = rng.random(buyers)
        kept = np.where(fate < 0.05, 0, np.where(fate < 0.10, np.rint(orders / 2), orders))
        return Sample(visitors, kept[kept > 0].astype(np.float64))


def histories(shoppers: Shoppers, seed: int) -> Iterator[Lift]:
    """Each shop has a salt of its own, by which the visitors fall into the arms as in production."""
    rng = np.random.default_rng(seed)
    for history in range(HISTORIES):
        salt = f"{seed}:{history}"
        held = sum(arm(f"v{number}", salt, HOLDOUT) is Arm.HOLDOUT for number in range(VISITORS))
        yield compare(
            shoppers.spend(rng, VISITORS - held, treated=True),
            shoppers.spend(rng, held, treated=False),
            share=HOLDOUT,
        )


@pytest.mark.parametrize(
    ("shoppers", "seed"),
    [
        (Shoppers(chance=0.08, median=2_500, sigma=0.8, uplift=1.25), 1),
        (Shoppers(chance=0.20, median=2_500, sigma=1.0, uplift=1.0), 2),
    ],
    ids=["a real effect", "no effect"],
)
def test_the_interval_holds_the_truth_in_92_to_98_of_100_histories(shoppers: Shoppers, seed: int) -> None:
    found = list(histories(shoppers, seed))
    assert all(lift.enough for lift in found)
    covered = sum(lift.low <= shoppers.truth <= lift.high for lift in found) / HISTORIES
    print(f"coverage {covered:.1%} of {HISTORIES} histories, truth {shoppers.truth:.1f} pence a visitor")
    assert 0.92 <= covered <= 0.98
    alarms = sum(lift.broken_split for lift in found)
    assert alarms <= 3, "a sound split rings once in a thousand"
