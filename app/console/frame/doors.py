"""Coming in and going out."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.console.frame import pages, person
from app.domain.accounts import members
from app.domain.accounts.members import DEMO_MERCHANT
from app.kernel.errors import NotFound, TooMany, Unauthorized
from app.kernel.runtime import Runtime

_ATTEMPTS = 10
_WITHIN_SECONDS = 15 * 60


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> Response | str | tuple[str, int]:
        email = request.form.get("email", "")
        if request.method == "GET":
            return _page(runtime)
        try:
            _count_attempt(runtime)
            _enter(runtime, email, request.form.get("password", ""))
        except (Unauthorized, TooMany) as error:
            return _page(runtime, email=email, wrong=error.detail), error.status
        runtime.valkey.delete(_counter())
        return redirect(url_for("console.overview"))

    @blueprint.post("/demo")
    def enter_demo() -> Response:
        if not runtime.settings.demo:
            raise NotFound("page", "demo")
        _enter(runtime, DEMO_MERCHANT, runtime.settings.secret_key)
        return redirect(url_for("console.overview"))

    @blueprint.post("/sign-out")
    def sign_out() -> Response:
        person.forget()
        return redirect(url_for("console.sign_in"))


def _page(runtime: Runtime, *, email: str = "", wrong: str = "") -> str:
    return pages.render("frame/sign_in.html", demo=runtime.settings.demo, email=email, wrong=wrong)


def _enter(runtime: Runtime, email: str, password: str) -> None:
    """Raises Unauthorized."""
    with runtime.unit() as unit:
        store_id = members.store_of(unit.session, email)
    with runtime.unit(store_id) as unit:
        member = members.sign_in(unit.session, store_id, email, password)
    person.remember(member, runtime.clock.now())


def _counter() -> str:
    return f"alongside:sign-in:{request.remote_addr}"


def _count_attempt(runtime: Runtime) -> None:
    """Raises TooMany after ten attempts of one address within a quarter of an hour."""
    with runtime.valkey.pipeline() as pipe:
        pipe.incr(_counter())
        pipe.expire(_counter(), _WITHIN_SECONDS, nx=True)
        attempts, _ = pipe.execute()
    if attempts > _ATTEMPTS:
        raise TooMany("too many attempts: try again in a quarter of an hour")
