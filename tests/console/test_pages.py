"""What the pages say, and what their forms do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bridge import config as bridge
from app.console.advanced.models import contests
from app.console.frame.navigation import GROUPS
from app.domain.accounts import audit
from app.domain.accounts.stores import Credentials
from app.domain.insight import attribution
from app.domain.learning import progress, training, versions
from app.domain.merchandising import placements
from app.domain.tables.commerce import Order, OrderLine
from app.domain.tables.decisions import Event, Slate
from app.domain.tables.learning import ModelVersion
from app.engine.evaluate import Measured
from app.kernel.clock import FixedClock
from app.kernel.ids import OrderId, StoreId
from app.kernel.runtime import Runtime
from tests.console.browser import Browser

HTMX = {"HX-Request": "true"}


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


def test_a_saved_placement_is_at_the_storefront_and_in_the_audit_log(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    owner_of_store.get("/placements")
    response = owner_of_store.post(
        "/placements/cart", HTMX, title="One more?", display="carousel", slots="3", active="on"
    )
    assert response.status_code == 200
    assert "Saved" in response.text
    raw = runtime.valkey.get(bridge.config_of(store.store_id))
    assert isinstance(raw, bytes)
    live = bridge.load(raw).placement("cart")
    assert live is not None
    assert (live.title, live.display, live.slots, live.active) == ("One more?", "carousel", 3, True)
    with runtime.unit(store.store_id) as unit:
        [entry] = audit.latest(unit.session, store.store_id)
    assert (entry.action, entry.subject) == ("placement.update", "cart")
    assert entry.detail["slots"] == "4 → 3"
    assert "Before you go → One more?" in owner_of_store.get("/audit").text


def test_without_scripts_the_form_works_too(owner_of_store: Browser) -> None:
    owner_of_store.get("/placements")
    response = owner_of_store.post("/placements/home", title="Liked", display="grid", slots="12")
    assert response.headers["Location"] == "/console/placements?saved=home"
    page = owner_of_store.get("/placements?saved=home").text
    assert 'value="Liked"' in page
    assert "Hidden" in page, "a box that is not ticked is not sent"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slots": "13"}, "slots"),
        ({"slots": "0"}, "slots"),
        ({"slots": "many"}, "slots"),
        ({"slots": "9" * 40}, "slots"),
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"display": "list"}, "display"),
    ],
    ids=str,
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_saved(
    owner_of_store: Browser,
    runtime: Runtime,
    store: Credentials,
    headers: dict[str, str],
    wrong: dict[str, str],
    field: str,
) -> None:
    owner_of_store.get("/placements")
    sent = {"title": "Kept as typed", "display": "grid", "slots": "2", **wrong}
    response = owner_of_store.post("/placements/cart", headers, **sent)
    assert response.status_code == 422
    marked = response.text.split('aria-invalid="true"')
    assert len(marked) == 2
    assert f'name="{field}"' in marked[0][-250:]
    with runtime.unit(store.store_id) as unit:
        assert placements.get(unit.session, store.store_id, "cart").title == "Before you go"


def test_an_unknown_placement_is_not_found(owner_of_store: Browser) -> None:
    owner_of_store.get("/placements")
    response = owner_of_store.post("/placements/roof", title="x", display="grid", slots="2")
    assert response.status_code == 404


def test_a_viewer_looks_and_changes_nothing(viewer: Browser) -> None:
    page = viewer.get("/placements").text
    assert "Save</button>" not in page
    refused = viewer.post("/placements/cart", title="x", display="grid", slots="2")
    assert refused.status_code == 403
    assert viewer.get("/models/v/serve").status_code == 403
    assert viewer.post("/models/v/serve").status_code == 403


def test_what_a_merchant_types_is_text(owner_of_store: Browser) -> None:
    owner_of_store.get("/placements")
    title = "<script>alert(1)</script>"
    page = owner_of_store.post("/placements/cart", HTMX, title=title, display="grid", slots="2").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page


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
    assert page.index("new</code>") < page.index("old</code>")
    assert "19,773" in page
    assert "50.0 %" in page
    assert "1 of 2" in page, "it beat popular, not title"


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
    page = owner_of_store.get("/models").text
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


def test_a_contest_counts_the_lists_that_the_blend_beats() -> None:
    rows = [
        Measured("cart", name, True, 10, hit, 0.1) for name, hit in (("blend", 0.5), ("a", 0.5), ("b", 0.1))
    ]
    [found] = contests(rows)
    assert (found.location, found.beaten, [row.name for row in found.alone]) == ("cart", 1, ["a", "b"])
