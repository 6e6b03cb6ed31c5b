"""Rights at a shop: how they are had, kept, renewed and lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.domain.accounts import grants
from app.kernel.errors import Forbidden, NotFound, Unauthorized
from app.platforms.base import Grant
from app.platforms.shopify import tokens
from tests.platforms.shopify.conftest import APP, OLD_SECRET, SECRET, Bench
from tests.simulators.shopify.world import declared_scopes

MINUTE = timedelta(minutes=1)
SEALED = "select token_sealed, refresh_sealed from grants"


def test_a_session_token_is_exchanged_for_a_token_that_ends(bench: Bench) -> None:
    grant = bench.platform.exchange(bench.identity())
    assert grant.domain == "acme.myshopify.com"
    assert grant.scopes == frozenset(declared_scopes())
    assert grant.expires_at is not None
    assert abs(grant.expires_at - bench.clock.now() - timedelta(hours=1)) < MINUTE
    assert bench.at.tokens.is_good(grant.token)


def test_a_spent_session_token_is_refused(bench: Bench) -> None:
    who = bench.identity()
    bench.clock.advance(timedelta(minutes=5))
    with pytest.raises(Unauthorized):
        bench.platform.exchange(who)


def test_tokens_are_kept_sealed(bench: Bench) -> None:
    bench.install()
    token, refresh = bench.rows(SEALED)[0]
    assert "shpat_" not in token
    assert "shprt_" not in refresh
    assert bench.runtime.sealer.unseal(token).startswith("shpat_")


def test_a_token_that_lasts_is_not_renewed(bench: Bench) -> None:
    store_id = bench.install()
    bench.clock.advance(timedelta(minutes=50))
    grants.current(bench.runtime, store_id)
    assert bench.at.tokens.refreshed == 0


def test_a_token_is_renewed_before_it_ends_and_its_successor_is_kept(bench: Bench) -> None:
    store_id = bench.install()
    before = bench.rows(SEALED)
    bench.clock.advance(timedelta(minutes=56))
    grant = grants.current(bench.runtime, store_id)
    assert bench.at.tokens.refreshed == 1
    assert bench.at.tokens.is_good(grant.token)
    token, refresh = bench.rows(SEALED)[0]
    assert (token, refresh) != before[0]
    assert bench.runtime.sealer.unseal(refresh) == bench.at.tokens.refresh[-1]


def test_of_many_at_once_one_renews(bench: Bench) -> None:
    store_id = bench.install()
    bench.clock.advance(timedelta(hours=2))
    got: list[str] = []

    def ask() -> None:
        got.append(grants.current(bench.runtime, store_id).token)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert bench.at.tokens.refreshed == 1
    assert len(got) == 6
    assert len(set(got)) == 1


def test_a_crash_after_the_renewal_loses_nothing(bench: Bench) -> None:
    """Shopify's answer was lost: the refresh token from before is still good."""
    store_id = bench.install()
    bench.clock.advance(timedelta(hours=2))
    with bench.runtime.unit(store_id) as unit:
        held = bench.rows(SEALED)[0]
        assert unit is not None
    old = Grant("acme.myshopify.com", "", refresh_token=bench.runtime.sealer.unseal(held[1]))
    bench.platform.renew(old)
    assert bench.at.tokens.is_good(grants.current(bench.runtime, store_id).token)


def test_a_refresh_token_that_is_not_good_any_more_ends_the_rights(bench: Bench) -> None:
    store_id = bench.install()
    bench.at.tokens.revoke()
    bench.clock.advance(timedelta(hours=2))
    for _ in range(2):
        with pytest.raises(NotFound):
            grants.current(bench.runtime, store_id)
    assert bench.rows("select revoked_at is not null from grants") == [(True,)]


def test_renewing_says_forbidden_where_the_shop_does(bench: Bench) -> None:
    with pytest.raises(Forbidden):
        bench.platform.renew(Grant("acme.myshopify.com", "x", refresh_token="made up"))


# The signed query of a code grant.


def query(bench: Bench, **more: str) -> dict[str, str]:
    return {**bench.at.tokens.callback("the state"), **more}


def test_a_signed_query_names_its_shop(bench: Bench) -> None:
    told = query(bench)
    assert tokens.verify_query(bench.platform.config, told, bench.clock.now()) == "acme.myshopify.com"


@pytest.mark.parametrize("seconds", [-91, 91])
def test_a_query_is_good_for_ninety_seconds(bench: Bench, seconds: int) -> None:
    told = bench.at.tokens.callback("s", age=timedelta(seconds=seconds))
    with pytest.raises(Unauthorized):
        tokens.verify_query(bench.platform.config, told, bench.clock.now())


def test_eighty_nine_seconds_are_fine(bench: Bench) -> None:
    told = bench.at.tokens.callback("s", age=timedelta(seconds=89))
    assert tokens.verify_query(bench.platform.config, told, bench.clock.now())


@pytest.mark.parametrize("name", ["code", "shop", "state", "host", "hmac"])
def test_a_changed_query_is_refused(bench: Bench, name: str) -> None:
    told = query(bench)
    told[name] = told[name][:-1] + ("x" if told[name][-1] != "x" else "y")
    with pytest.raises(Unauthorized):
        tokens.verify_query(bench.platform.config, told, bench.clock.now())


@pytest.mark.parametrize("name", ["timestamp", "hmac"])
def test_a_query_without_time_or_signature_is_refused(bench: Bench, name: str) -> None:
    told = query(bench)
    del told[name]
    with pytest.raises(Unauthorized):
        tokens.verify_query(bench.platform.config, told, bench.clock.now())


def test_the_secret_before_a_rotation_still_signs_and_another_does_not(bench: Bench) -> None:
    told = bench.at.tokens.callback("s", secret=OLD_SECRET)
    assert tokens.verify_query(bench.platform.config, told, bench.clock.now())
    with pytest.raises(Unauthorized):
        stranger = bench.at.tokens.callback("s", secret="z" + SECRET)
        tokens.verify_query(bench.platform.config, stranger, bench.clock.now())


def test_installing_outside_the_admin(bench: Bench) -> None:
    """Signed first request, agreement, callback: a store with an expiring token."""
    first = {key: value for key, value in query(bench).items() if key not in {"code", "state", "hmac"}}
    signed = bench.at.tokens.sign_query(first)
    there = bench.browser.get("/hooks/shopify/install", query_string=signed, base_url=APP)
    assert there.status_code == 302
    assert there.location.startswith("http://shopify.test/acme.myshopify.com/admin/oauth/authorize?")
    agreed = bench.platform.http.get(there.location)
    assert agreed.status_code == 302
    back = bench.browser.get(agreed.headers["location"])
    assert back.status_code == 302
    assert back.location == "https://acme.myshopify.com/admin/apps/client-id"
    assert bench.at.tokens.is_good(grants.current(bench.runtime, bench.store_id).token)


def test_a_callback_that_nobody_asked_for_is_refused(bench: Bench) -> None:
    answer = bench.browser.get("/hooks/shopify/callback", query_string=query(bench))
    assert answer.status_code == 401


def test_an_install_that_does_not_begin_at_shopify_is_refused(bench: Bench) -> None:
    answer = bench.browser.get("/hooks/shopify/install?shop=acme.myshopify.com")
    assert answer.status_code == 401
