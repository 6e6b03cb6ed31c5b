"""A browser that needs no screen, and members to sign in with."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import unescape
from re import search

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.console import blueprint
from app.domain.accounts import members
from app.domain.accounts.members import NewMember
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime

PASSWORD = "correct horse battery"


@dataclass
class Browser:
    """Keeps cookies, and sends the token of the last page with every form."""

    client: FlaskClient
    token: str = field(default="")

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._seen(self.client.get(f"/console{path}", headers=headers))

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
        form = {"csrf": self.token, **fields}
        return self._seen(self.client.post(f"/console{path}", data=form, headers=headers or {}))

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", email=email, password=password)

    def _seen(self, response: TestResponse) -> TestResponse:
        token = search(r'name="csrf" value="([^"]+)"', response.text)
        if token:
            self.token = unescape(token[1])
        return response


def make_flask(runtime: Runtime) -> Flask:
    flask = Flask("console", static_folder=None)
    flask.secret_key = "s" * 32
    flask.register_blueprint(blueprint.create(runtime))
    return flask


def add_member(runtime: Runtime, store_id: StoreId, role: str = "owner") -> str:
    """The e-mail address of a new member."""
    email = f"{role}@{store_id}.example".lower()
    with runtime.unit(store_id) as unit:
        new = NewMember(email=email, name="Ada", password=PASSWORD, role=role)
        members.create(unit.session, store_id, new, at=runtime.clock.now())
    return email
