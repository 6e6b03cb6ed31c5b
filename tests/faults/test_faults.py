"""Ten seeded schedules on real servers: replay one with `make faults SIZE=small SEED=…`."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.faults import check, plan, sender
from tests.faults.plan import Plan
from tests.faults.sender import Report
from tests.faults.stage import Stage

SEEDS = range(10)

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True, slots=True)
class Outcome:
    runtime: Runtime
    store_id: StoreId
    plan: Plan
    report: Report


@pytest.fixture(scope="module")
def outcomes(servers: Stage) -> dict[int, Outcome]:
    """All schedules, one after the other, and then one wait for what is on its way."""
    held = {}
    for seed in SEEDS:
        drawn = plan.draw(seed, plan.SMALL)
        store = servers.store(drawn)
        report = sender.run(servers, drawn, store)
        held[seed] = Outcome(servers.runtime, StoreId(store.store_id), drawn, report)
    check.settle(servers.runtime, [(each.store_id, each.plan) for each in held.values()])
    return held


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_counted_twice(outcomes: dict[int, Outcome], seed: int) -> None:
    outcome = outcomes[seed]
    assert outcome.report.unacknowledged == []
    assert check.differences(outcome.runtime, outcome.store_id, outcome.plan) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_new_request_is_answered(outcomes: dict[int, Outcome], seed: int) -> None:
    assert outcomes[seed].report.unanswered() == []
    assert outcomes[seed].report.counts()["page", 200] > 0
