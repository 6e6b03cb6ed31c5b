"""Every training says what it learned from, how well it does, and how it differs from what was served."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text

from app.bridge import publisher
from app.bridge.snapshot import decode, encode
from app.domain.accounts.stores import Credentials
from app.domain.learning import card, contest, progress, training, versions
from app.domain.tables.learning import ModelVersion
from app.engine.build import learn
from app.engine.calibration import promises
from app.kernel.clock import FixedClock
from app.kernel.db import Database
from app.kernel.errors import Conflict
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.conftest import NOON
from tests.domain.learning.shelves import Shelf, families, sell_families
from tests.engine.shops import FIVE, drawn_shop


@pytest.fixture
def shelf(database: Database, store: Credentials) -> Shelf:
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 240)
    return shelf


def row(runtime: Runtime, store_id: StoreId, version: str) -> ModelVersion:
    with runtime.unit(store_id) as unit:
        return versions.get(unit.session, store_id, version)


def test_gini_of_equal_shares_is_none_and_of_one_winner_nearly_all() -> None:
    assert card.gini(np.asarray([3, 3, 3, 3])) == 0.0
    assert card.gini(np.asarray([0, 0, 0, 8])) == 0.75
    assert card.gini(np.asarray([0, 0])) == 0.0


def test_rank_biased_overlap_counts_the_front_more() -> None:
    assert card.rank_biased_overlap("abc", "abc") == 1.0
    assert card.rank_biased_overlap("abc", "xyz") == 0.0
    assert card.rank_biased_overlap("abx", "aby") > card.rank_biased_overlap("xab", "yab")
    # depth 1: 1 of 1, depth 2: 1 of 2, weighed 1 and .9
    assert card.rank_biased_overlap("ab", "ax") == pytest.approx((1.0 + 0.9 / 2) / 1.9)


def test_a_small_shop_shows_all_of_its_catalog() -> None:
    found = card.exposure(FIVE, learn(FIVE).published)
    assert (found.pages, found.coverage, found.cold_share) == (5, 1.0, 0.0)
    assert found.gini == 0.0, "each of five pages shows the four others"
    assert found.cold_slots == 1.0, "no product is in five orders yet"
    assert found.top_share == 0.2, "tea, the best seller, has four of the twenty slots"


def test_the_same_model_does_not_drift() -> None:
    data = drawn_shop(300)
    published = learn(data).published
    assert card.drift("v", published, published).overlap == 1.0
    later = card.drift("v", published, learn(drawn_shop(300, seed=2)).published)
    assert later.pages == 40
    assert 0.0 < later.rbo < 1.0


def test_a_version_carries_its_card(runtime: Runtime, clock: FixedClock, shelf: Shelf) -> None:
    first = row(runtime, shelf.store_id, training.renew(runtime, shelf.store_id, seed=7))
    clock.advance(timedelta(days=1))
    second = row(runtime, shelf.store_id, training.renew(runtime, shelf.store_id, seed=7))
    told = second.metrics
    assert (told["orders"], told["products"], told["lines"], told["shoppers"]) == (240, 20, 720, 20)
    assert first.metrics["drift"] is None
    assert told["drift"] == {"version": first.version, "pages": 20, "overlap": 1.0, "rbo": 1.0}
    assert told["exposure"]["coverage"] == 1.0
    assert told["cost"]["seconds"] > 0.0
    assert told["cost"]["cpu_seconds"] > 0.0
    assert told["cost"]["peak_mb"] > 1.0
    blend = told["measured"][0]
    hits, cases = blend["hit_rate"], blend["cases"]
    assert blend["hit_rate_error"] == pytest.approx((hits * (1 - hits) / cases) ** 0.5, abs=1e-6)
    most = (blend["ndcg"] * (1 - blend["ndcg"]) / cases) ** 0.5
    assert 0.0 < blend["ndcg_error"] < most, "each case lies between 0 and 1"


def test_the_same_data_and_seed_give_the_same_bytes(
    runtime: Runtime, clock: FixedClock, shelf: Shelf
) -> None:
    made = []
    for _ in range(2):
        clock.advance(timedelta(hours=1))
        kept = row(runtime, shelf.store_id, training.train(runtime, shelf.store_id, seed=3))
        assert kept.snapshot is not None
        figures = {name: value for name, value in kept.metrics.items() if name != "cost"}
        made.append((encode(replace(decode(kept.snapshot), version="")), figures, kept.chosen))
    assert made[0] == made[1]


def test_a_candidate_that_loses_by_more_than_noise_is_worse() -> None:
    data = drawn_shop(400)
    good, bad = learn(data.between(0, 300)).published, learn(drawn_shop(300, seed=9)).published
    scrambled = replace(bad, item_ids=data.item_ids, shopper_ids=data.shopper_ids)
    lost = contest.compare(data, 300, good, scrambled, seed=0)
    assert lost is not None
    assert lost.is_worse
    assert lost.candidate < lost.served
    won = contest.compare(data, 300, scrambled, good, seed=0)
    assert won is not None
    assert not won.is_worse
    same = contest.compare(data, 300, good, good, seed=0)
    assert same is not None
    assert (same.error, same.is_worse) == (0.0, False)


def test_too_few_cases_condemn_nobody() -> None:
    data = drawn_shop(100)
    model = learn(data).published
    assert contest.compare(data, 95, model, model, seed=0) is None


def test_a_candidate_that_lost_its_orders_is_kept_and_not_deployed(
    runtime: Runtime, clock: FixedClock, shelf: Shelf
) -> None:
    served = training.renew(runtime, shelf.store_id)
    shelf.run(
        text("update orders set status = 'cancelled' where store_id = :store_id and order_id > 'f0100'")
    )
    clock.advance(timedelta(days=1))
    worse = row(runtime, shelf.store_id, training.renew(runtime, shelf.store_id))
    assert worse.status == "kept"
    assert worse.note == "Not deployed: it learned from much less (orders: 101 of 240)."
    assert publisher.current_version(runtime.valkey, shelf.store_id) == served
    clock.advance(timedelta(days=1))
    forced = training.renew(runtime, shelf.store_id, force=True)
    assert publisher.current_version(runtime.valkey, shelf.store_id) == forced


def test_new_orders_judge_the_candidate(runtime: Runtime, clock: FixedClock, shelf: Shelf) -> None:
    served = training.renew(runtime, shelf.store_id)
    sell_families(shelf, 240, 300)
    clock.advance(timedelta(days=1))
    verdict = row(runtime, shelf.store_id, training.renew(runtime, shelf.store_id)).metrics["verdict"]
    assert verdict["against"] == served
    assert verdict["cases"] >= 60
    assert verdict["worse"] is False


def test_a_candidate_that_foretells_the_newest_orders_worse_is_not_deployed(
    runtime: Runtime, clock: FixedClock, shelf: Shelf
) -> None:
    """What is served learned that families go together; the candidate reads that they never did."""
    served = training.renew(runtime, shelf.store_id)
    for table in ("order_lines", "orders"):
        shelf.run(text(f"delete from {table} where store_id = :store_id"))
    sell_families(shelf, 0, 240, mixed=True)
    sell_families(shelf, 240, 300)
    clock.advance(timedelta(days=1))
    worse = row(runtime, shelf.store_id, training.renew(runtime, shelf.store_id))
    verdict = worse.metrics["verdict"]
    assert (worse.status, verdict["worse"], verdict["against"]) == ("kept", True, served)
    assert verdict["candidate"] - verdict["served"] < -2.0 * verdict["error"]
    assert worse.note.startswith("Not deployed: worse than what is served, NDCG@12 0.")
    assert publisher.current_version(runtime.valkey, shelf.store_id) == served


def test_a_failed_training_leaves_its_reason(runtime: Runtime, shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        training.train(runtime, shelf.store_id, seed=-1)
    with runtime.unit(shelf.store_id) as unit:
        [failed] = versions.list(unit.session, shelf.store_id)
        assert versions.latest(unit.session, shelf.store_id) is None
    assert failed.status == "failed"
    assert failed.note.startswith("ValueError: ")


def test_a_store_is_trained_once_at_a_time(runtime: Runtime, shelf: Shelf, other_store: Credentials) -> None:
    with training.alone(runtime, shelf.store_id):
        with pytest.raises(Conflict):
            training.train(runtime, shelf.store_id)
        assert training.train(runtime, other_store.store_id), "another store does not wait"
    with runtime.unit(shelf.store_id) as unit:
        assert versions.list(unit.session, shelf.store_id) == []
    assert training.train(runtime, shelf.store_id)


def test_progress_is_told_and_forgotten(runtime: Runtime, clock: FixedClock, store: Credentials) -> None:
    with training.alone(runtime, store.store_id):
        teller = progress.Teller(runtime.valkey, store.store_id, clock, 100.0)
        teller.tell("reading")
        clock.advance(timedelta(seconds=3))
        teller.tell("choosing")
        clock.advance(timedelta(seconds=20))
        found = progress.read(runtime, store.store_id)
        assert found is not None
        assert (found.step, found.share, found.done) == ("choosing", 0.25, {"reading": 3.0})
        clock.advance(timedelta(hours=1))
        late = progress.read(runtime, store.store_id)
        assert late is not None
        assert late.share == 0.5, "never beyond the end of its step"
        teller.end()
    assert progress.read(runtime, store.store_id) is None


def test_a_training_that_died_does_not_run_any_more(
    runtime: Runtime, clock: FixedClock, store: Credentials
) -> None:
    with pytest.raises(SystemExit), training.alone(runtime, store.store_id):
        progress.Teller(runtime.valkey, store.store_id, clock, 100.0).tell("choosing")
        with runtime.unit(store.store_id) as unit:
            assert progress.is_running(unit.session, store.store_id)
        raise SystemExit  # as a kill: nobody says that it ended
    assert progress.read(runtime, store.store_id) is None


def test_who_asked_sees_it_wait_until_a_training_that_began_later_ends(
    runtime: Runtime, clock: FixedClock, shelf: Shelf
) -> None:
    clock.advance(timedelta(seconds=1))
    progress.ask(runtime.valkey, shelf.store_id, at=clock.now())
    waiting = progress.read(runtime, shelf.store_id)
    assert waiting is not None
    assert (waiting.step, waiting.share, waiting.at(clock.now()).share) == (progress.WAITING, 0.0, 0.0)
    earlier = progress.Teller(runtime.valkey, shelf.store_id, FixedClock(NOON), 0.0)
    earlier.end()
    assert progress.read(runtime, shelf.store_id) is not None, "that one began before it was asked for"
    training.train(runtime, shelf.store_id)
    assert progress.read(runtime, shelf.store_id) is None


def test_a_failed_training_is_awaited_no_longer(runtime: Runtime, clock: FixedClock, shelf: Shelf) -> None:
    progress.ask(runtime.valkey, shelf.store_id, at=clock.now())
    with pytest.raises(ValueError, match="non-negative"):
        training.train(runtime, shelf.store_id, seed=-1)
    assert progress.read(runtime, shelf.store_id) is None


def test_promises_are_held_against_what_came_true() -> None:
    found = card.calibrated(promises(drawn_shop(1200)))
    assert found is not None
    assert found.pairs > 0
    assert 0.0 <= found.error < 0.1
    assert found.skill > 0.0, "families are bought together: better than the base rate"
    assert card.calibrated(promises(FIVE)) is None
