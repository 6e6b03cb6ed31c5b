from __future__ import annotations

import pytest
from flask import Flask

from app.domain.accounts.stores import Credentials
from app.kernel.runtime import Runtime
from tests.console.browser import Browser, add_member, make_flask


@pytest.fixture
def flask(runtime: Runtime) -> Flask:
    return make_flask(runtime)


@pytest.fixture
def stranger(flask: Flask) -> Browser:
    return Browser(flask.test_client())


@pytest.fixture
def owner_of_store(flask: Flask, runtime: Runtime, store: Credentials) -> Browser:
    return signed_in(flask, runtime, store, "owner")


@pytest.fixture
def viewer(flask: Flask, runtime: Runtime, store: Credentials) -> Browser:
    return signed_in(flask, runtime, store, "viewer")


def signed_in(flask: Flask, runtime: Runtime, store: Credentials, role: str) -> Browser:
    browser = Browser(flask.test_client())
    browser.sign_in(add_member(runtime, store.store_id, role))
    return browser
