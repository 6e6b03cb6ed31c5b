"""Who comes in, for how long, and what a forged form meets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from app.domain.accounts import members
from app.domain.accounts.members import DEMO_MERCHANT, NewMember
from app.domain.accounts.stores import Credentials
from app.domain.tables.accounts import Directory, Member
from app.kernel.clock import FixedClock
from app.kernel.runtime import Runtime
from tests.console.browser import Browser, add_member, make_flask


@pytest.mark.parametrize("path", ["/", "/placements", "/models", "/audit", "/models/v/serve", "/nowhere"])
def test_a_stranger_is_led_to_the_door(stranger: Browser, path: str) -> None:
    response = stranger.get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/console/sign-in")


def test_a_part_of_a_page_leads_the_whole_page_to_the_door(stranger: Browser) -> None:
    response = stranger.get("/overview/figures", **{"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, "/console/sign-in")


def test_the_right_password_opens(stranger: Browser, runtime: Runtime, store: Credentials) -> None:
    response = stranger.sign_in(add_member(runtime, store.store_id))
    assert (response.status_code, response.headers["Location"]) == (302, "/console/")
    assert "Corner shop" in stranger.get("/").text


def test_a_wrong_password_and_an_unknown_address_are_told_alike(
    stranger: Browser, runtime: Runtime, store: Credentials
) -> None:
    wrong = stranger.sign_in(add_member(runtime, store.store_id), "not this one")
    unknown = stranger.sign_in("nobody@nowhere.example")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    words = "E-mail address or password is wrong."
    assert words in wrong.text
    assert words in unknown.text


def test_the_eleventh_attempt_of_an_address_waits(
    stranger: Browser, runtime: Runtime, store: Credentials
) -> None:
    email = add_member(runtime, store.store_id)
    for _ in range(10):
        assert stranger.sign_in(email, "guess").status_code == 401
    assert stranger.sign_in(email).status_code == 429
    runtime.valkey.delete("alongside:sign-in:127.0.0.1")
    assert stranger.sign_in(email).status_code == 302


def test_attempts_are_forgotten_after_a_quarter_of_an_hour(stranger: Browser, runtime: Runtime) -> None:
    stranger.sign_in("nobody@nowhere.example")
    assert 0 < int(str(runtime.valkey.ttl("alongside:sign-in:127.0.0.1"))) <= 900


def test_a_form_without_its_token_is_refused(stranger: Browser, runtime: Runtime, store: Credentials) -> None:
    email = add_member(runtime, store.store_id)
    for token in ("", "made up"):
        stranger.get("/sign-in")
        stranger.token = token
        assert stranger.post("/sign-in", email=email, password="x").status_code == 403


def test_signing_out_ends_it(owner_of_store: Browser) -> None:
    assert owner_of_store.get("/").status_code == 200
    assert owner_of_store.post("/sign-out").status_code == 302
    assert owner_of_store.get("/").status_code == 302


def test_signing_in_changes_the_token(stranger: Browser, runtime: Runtime, store: Credentials) -> None:
    stranger.get("/sign-in")
    before = stranger.token
    stranger.sign_in(add_member(runtime, store.store_id))
    stranger.get("/")
    assert stranger.token != before


def test_half_a_day_unused_ends_it_and_use_prolongs_it(owner_of_store: Browser, clock: FixedClock) -> None:
    for _ in range(3):
        clock.advance(timedelta(hours=8))
        assert owner_of_store.get("/").status_code == 200
    clock.advance(timedelta(hours=12, seconds=1))
    assert owner_of_store.get("/").status_code == 302


def test_a_member_who_was_removed_is_out_at_once(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    with runtime.unit(store.store_id) as unit:
        unit.session.execute(delete(Member).where(Member.store_id == store.store_id))
    assert owner_of_store.get("/").status_code == 302


def test_a_forged_cookie_opens_nothing(flask: Flask, store: Credentials) -> None:
    client = flask.test_client()
    client.set_cookie("session", f'{{"member": ["{store.store_id}", "m"], "seen": 0}}.forged.forged')
    assert client.get("/console/").status_code == 302


def test_one_button_opens_the_demo_and_only_the_demo(
    stranger: Browser, runtime: Runtime, store: Credentials
) -> None:
    assert "Open the demo console" not in stranger.get("/sign-in").text
    assert stranger.post("/demo").status_code == 404
    demo = replace(runtime, settings=replace(runtime.settings, demo=True))
    merchant = NewMember(email=DEMO_MERCHANT, name="Demo", password=demo.settings.secret_key)
    with runtime.unit(store.store_id) as unit:
        unit.session.execute(delete(Directory).where(Directory.kind == "member"))
        members.create(unit.session, store.store_id, merchant, at=runtime.clock.now())
    browser = Browser(make_flask(demo).test_client())
    assert "Open the demo console" in browser.get("/sign-in").text
    assert browser.post("/demo").status_code == 302
    assert "Corner shop" in browser.get("/").text


def test_every_page_keeps_the_browser_careful(owner_of_store: Browser) -> None:
    for path in ("/", "/placements", "/nowhere"):
        headers = owner_of_store.get(path).headers
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_nothing_stands_inline(owner_of_store: Browser) -> None:
    for path in ("/", "/placements", "/models", "/audit"):
        page = owner_of_store.get(path).text
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script type="module" src="/console/static/dist/')
