"""What the pages say, and what their forms do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bridge import config as bridge
from app.console.advanced.kinds import kinds
from app.console.frame.navigation import GROUPS
from app.domain.accounts import audit
from app.domain.accounts.stores import Credentials
from app.domain.insight import attribution
from app.domain.learning import progress, training, versions
from app.domain.learning.card import Row
from app.domain.tables.commerce import Order, OrderLine
from app.domain.tables.decisions import Event, Slate
from app.domain.tables.learning import CustomerSegment, ModelVersion
from app.kernel.clock import FixedClock
from app.kernel.ids import OrderId, StoreId
from app.kernel.runtime import Runtime
from tests.console.browser import Browser


def test_every_group_shows_its_pages_or_one_honest_line(owner_of_store: Browser) -> None:
    page = owner_of_store.get("/").text
    assert len(GROUPS) == 7
    for group in GROUPS:
        assert f"<h2>{group.title}</h2>" in page
        assert all(f">{each.title}</a>" in page for each in group.pages)
        assert group.pages or group.instead in page


@pytest.mark.parametrize("path", ["/", "/placements", "/models", "/audit"])
def test_every_link_of_the_navigation_leads_somewhere(owner_of_store: Browser, path: str) -> None:
    response = owner_of_store.get(path)
    assert response.status_code == 200
    assert f'href="/console{path}" aria-current="page"' in response.text


def test_an_unknown_page_is_said_to_be_none(owner_of_store: Browser) -> None:
    response = owner_of_store.get("/nowhere")
    assert response.status_code == 404
    assert "No page nowhere." in response.text


def test_a_new_store_has_not_enough_data(owner_of_store: Browser) -> None:
    page = owner_of_store.get("/").text
    assert "Not enough data yet" in page
    assert '<p class="figure" id="attributed">£0.00</p>' in page
    assert '<dd id="ctr">–</dd>' in page


def test_figures_follow_a_click_and_a_sale_of_now(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    with runtime.unit(store.store_id) as unit:
        sale(unit.session, store.store_id, runtime)
    for path in ("/", "/?days=1", "/overview/figures?days=7", "/?days=nonsense"):
        page = owner_of_store.get(path).text
        assert '<p class="figure" id="attributed">£12.50</p>' in page
        assert '<dd id="clicks">1</dd>' in page
        assert '<dd id="ctr">50.0 %</dd>' in page


def sale(session: Session, store_id: StoreId, runtime: Runtime) -> None:
    """Two impressions, a click on one of them, and its sale for £12.50."""
    now = runtime.clock.now()
    session.add(
        Slate(
            store_id=store_id, slate_id="s", at=now, placement="product", visitor_id="v", basket=[],
            items=["A", "B"], propensities=[1.0, 1.0], model_version="m", arm="treatment", ghost=False,
            explored=False, tier="anchor",
        )
    )  # fmt: skip
    for kind, product in (("impression", "A"), ("impression", "B"), ("click", "A")):
        session.add(
            Event(
                store_id=store_id, event_id=kind + product, kind=kind, at=now, received_at=now,
                visitor_id="v", slate_id="s", product_id=product, position=1,
            )
        )  # fmt: skip
    session.add(
        Order(
            store_id=store_id, order_id="o", visitor_id="v", created_at=now, status="paid", currency="GBP",
            total_amount=1250, version=now,
        )
    )  # fmt: skip
    session.add(
        OrderLine(
            store_id=store_id, order_id="o", line_id="1", product_id="A", quantity=1, unit_amount=1250,
            total_amount=1250,
        )
    )  # fmt: skip
    session.flush()
    attribution.attribute_orders(session, store_id, [OrderId("o")])


def test_a_viewer_serves_no_model(viewer: Browser) -> None:
    viewer.get("/models")
    assert viewer.get("/models/v/serve").status_code == 403
    assert viewer.post("/models/v/serve").status_code == 403


@pytest.fixture
def two_versions(runtime: Runtime, store: Credentials, clock: FixedClock) -> None:
    for name, age, hit in (("old", 2, 0.4), ("new", 1, 0.5)):
        with runtime.unit(store.store_id) as unit:
            version = ModelVersion(
                store_id=store.store_id,
                version=name,
                created_at=clock.now() - timedelta(days=age),
                status=versions.KEPT,
                seed=7,
                metrics={
                    "orders": 19773,
                    "measured": [measured("blend", hit), measured("popular", 0.2), measured("title", 0.9)],
                },
                chosen={},
                snapshot=name.encode(),
            )
            versions.keep(unit.session, store.store_id, version)
            versions.serve(unit.session, store.store_id, name, at=clock.now())


def measured(name: str, hit_rate: float) -> dict[str, str | bool | int | float]:
    return {
        "location": "product", "name": name, "known_shoppers": False, "cases": 100,
        "hit_rate": hit_rate, "ndcg": 0.3,
    }  # fmt: skip


@pytest.mark.usefixtures("two_versions")
def test_models_tell_how_well_they_did(owner_of_store: Browser) -> None:
    page = owner_of_store.get("/models").text
    assert page.index("/models/new") < page.index("/models/old")
    assert "19,773" in page
    assert "50.0 %" in page
    assert "better than 1 of 2 lists alone" in page, "it beat popular, not title"
    old = owner_of_store.get("/models/old").text
    assert "40.0 %" in old
    assert "Roll back to this" in old


def test_the_card_of_a_version_is_shown(
    owner_of_store: Browser, runtime: Runtime, store: Credentials, clock: FixedClock
) -> None:
    exposure = {
        "pages": 20, "coverage": 0.75, "gini": 0.4, "top_share": 0.1, "cold_share": 0.05, "cold_slots": 0.02,
    }  # fmt: skip
    metrics = {
        "measured": [measured("blend", 0.5) | {"hit_rate_error": 0.05, "ndcg_error": 0.01}],
        "exposure": exposure,
        "drift": {"version": "old", "pages": 20, "overlap": 0.875, "rbo": 0.9},
        "cost": {"seconds": 12.5, "peak_mb": 640.0, "snapshot_mb": 3.0},
    }
    with runtime.unit(store.store_id) as unit:
        version = ModelVersion(
            store_id=store.store_id, version="carded", created_at=clock.now(), status=versions.KEPT, seed=7,
            metrics=metrics, chosen={},
        )  # fmt: skip
        versions.keep(unit.session, store.store_id, version)
    page = owner_of_store.get("/models/carded").text
    for told in ("75.0 %", "87.5 %", "12.5 s", "640 MB", "± 9.8 %"):
        assert told in page


def test_training_is_asked_for_and_its_progress_shown(
    owner_of_store: Browser, runtime: Runtime, store: Credentials, clock: FixedClock
) -> None:
    assert owner_of_store.get("/models/progress").text.strip() == ""
    owner_of_store.get("/models")
    assert owner_of_store.post("/models/train").headers["Location"] == "/console/models?asked=1"
    with runtime.unit() as unit:
        queued = unit.session.execute(
            text("select job, queue from outbox where store_id = :store"), {"store": store.store_id}
        ).all()
    assert queued == [("train.store", "training")]
    assert "Waiting for a worker" in owner_of_store.get("/models/progress").text
    with training.alone(runtime, store.store_id):
        progress.Teller(runtime.valkey, store.store_id, clock, 0.0).tell("comparing")
        assert 'value="0.75"' in owner_of_store.get("/models/progress").text


@pytest.mark.usefixtures("two_versions")
def test_rolling_back_asks_first_and_is_served_then(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    page = owner_of_store.get("/models").text
    assert "/console/models/old/serve" in page
    assert "/console/models/new/serve" not in page, "it is served already"
    assert "Keep it as it is" in owner_of_store.get("/models/old/serve").text
    response = owner_of_store.post("/models/old/serve")
    assert response.headers["Location"] == "/console/models?served=old"
    current = runtime.valkey.get(bridge.current_of(store.store_id))
    assert current == b"old"
    with runtime.unit(store.store_id) as unit:
        served = versions.published(unit.session, store.store_id)
        [entry] = audit.latest(unit.session, store.store_id)
    assert served is not None
    assert served.version == "old"
    assert (entry.action, entry.subject) == ("model.serve", "old")


def test_another_stores_model_is_not_found(owner_of_store: Browser) -> None:
    owner_of_store.get("/models")
    assert owner_of_store.get("/models/theirs/serve").status_code == 404
    assert owner_of_store.post("/models/theirs/serve").status_code == 404


def test_a_kind_of_page_counts_the_lists_that_its_blend_beats() -> None:
    rows = [Row("cart", name, True, 10, hit, 0.1) for name, hit in (("blend", 0.5), ("a", 0.5), ("b", 0.1))]
    cart = next(each for each in kinds({"cart": {"basket": 1.0, "again": 0.4}}, rows) if each.title == "Cart")
    [contest] = cart.contests
    assert (contest.beaten, len(contest.alone), contest.best and contest.best.name) == (1, 2, "a")
    assert [(part.label, part.share) for part in cart.parts] == [
        ("Whole basket", 1.0),
        ("Bought before", 0.4),
    ]


def test_a_kind_without_a_blend_of_its_own_says_whose_it_uses() -> None:
    five = {each.title: each for each in kinds({"cart": {"basket": 2.0}, "home": {"again": 1.0}}, [])}
    assert len(five) == 5
    assert (five["Thank-you page"].borrowed, five["Cart"].borrowed) == ("Cart", "")
    assert five["Category, search"].parts == five["Home, e-mail"].parts
    own = {"cart": {"basket": 2.0}, "thank-you": {"again": 1.0}}
    assert kinds(own, [])[3].borrowed == ""


def test_an_old_version_that_kept_no_baselines_says_so(
    owner_of_store: Browser, runtime: Runtime, store: Credentials, clock: FixedClock
) -> None:
    with runtime.unit(store.store_id) as unit:
        version = ModelVersion(
            store_id=store.store_id, version="ancient", created_at=clock.now(), status=versions.KEPT, seed=7,
            metrics={"measured": [measured("blend", 0.5)]}, chosen={},
        )  # fmt: skip
        versions.keep(unit.session, store.store_id, version)
    page = owner_of_store.get("/models/ancient").text
    assert "what each list did alone was not kept" in page
    assert "0 of 0" not in page


def test_segments_are_named_and_counted(
    owner_of_store: Browser, runtime: Runtime, store: Credentials, clock: FixedClock
) -> None:
    assert "No customer with an order has been scored yet" in owner_of_store.get("/segments").text
    with runtime.unit(store.store_id) as unit:
        for customer, segment, orders, spent in (
            ("ann", "Champions", 9, 30_000), ("bob", "New", 1, 2_500), ("cid", "New", 1, 7_500),
        ):  # fmt: skip
            unit.session.add(
                CustomerSegment(
                    store_id=store.store_id,
                    customer_id=customer,
                    segment=segment,
                    recency=5,
                    frequency=5,
                    money=5,
                    last_order_at=clock.now(),
                    orders=orders,
                    spent_amount=spent,
                    computed_at=clock.now(),
                )
            )
    page = owner_of_store.get("/segments").text
    assert page.index('<th scope="row">New') < page.index('<th scope="row">Champions'), "the largest first"
    for told in ("First order within the last 30 days", "£50.00", "£300.00", "25.0 %", "75.0 %", "9.0"):
        assert told in page
