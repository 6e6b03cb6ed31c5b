"""While the database is away programs are told to come back; platforms send their webhooks again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

import app.api.blueprint
import app.hooks.blueprint
from app.api import edge
from app.domain.accounts.stores import Credentials
from app.kernel.db import Database
from app.kernel.runtime import Runtime
from tests.api.test_custom import bearer


@pytest.mark.parametrize(
    ("method", "address"), [("GET", "/api/upsell-cross-sell/rules"), ("POST", "/hooks/custom/S1")]
)
def test_nothing_is_kept_and_that_is_said(
    runtime: Runtime, store: Credentials, method: str, address: str
) -> None:
    gone = Database("postgresql+psycopg://nobody@/none?host=/nonexistent")
    away = replace(runtime, unit=gone.unit)
    flask = Flask(__name__, static_folder=None)
    edge.register_errors(flask)
    flask.register_blueprint(app.api.blueprint.create(away))
    flask.register_blueprint(app.hooks.blueprint.create(away))
    answer = flask.test_client().open(address, method=method, headers=bearer(store), data=b"{}")
    gone.close()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.get_json(force=True)["title"] == "Service Unavailable"
