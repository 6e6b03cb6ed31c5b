from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

import app.hooks.blueprint
from app.api import edge
from app.kernel.runtime import Runtime


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    flask = Flask(__name__, static_folder=None)
    edge.register_errors(flask)
    flask.register_blueprint(app.hooks.blueprint.create(runtime))
    return flask.test_client()
