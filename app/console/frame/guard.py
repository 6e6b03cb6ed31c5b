"""What holds for every page: members only, forms of ours only, and headers that keep a browser careful."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.console.frame import embedded, pages, person
from app.console.frame.person import Person
from app.kernel.errors import AppError, Forbidden
from app.kernel.runtime import Runtime

_OPEN = {"console.static", "console.sign_in", "console.enter_demo", "console.shopify_session"}
_FOREVER = "public, max-age=31536000, immutable"

# Nothing inline, nothing from elsewhere, nobody's frame; a page may say otherwise of itself.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.before_request
    def members_only() -> AnyResponse | None:
        if request.endpoint == "console.static":
            return None
        if request.endpoint != "console.shopify_session" and embedded.is_meant():
            return _from_admin(runtime)
        if request.method == "POST" and not person.is_csrf_token(_presented()):
            raise Forbidden("this form is out of date: load the page again")
        g.person = person.recall(runtime)
        if g.person is None and request.endpoint not in _OPEN:
            return _to_sign_in()
        return None

    blueprint.after_request(partial(_careful, runtime))
    blueprint.register_error_handler(AppError, _sorry)
    blueprint.register_error_handler(HTTPException, _sorry_http)


def _presented() -> str:
    return request.form.get("csrf", "") or request.headers.get("X-CSRF-Token", "")


def _to_sign_in() -> AnyResponse:
    """A fragment that htmx asked for must not become the sign-in page inside a page: it leads there."""
    door = url_for("console.sign_in")
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": door})
    return redirect(door)


def _from_admin(runtime: Runtime) -> AnyResponse | None:
    """A session token is the sign-in; no form of another site can send it, so it proves our form, too."""
    met = embedded.enter(runtime)
    if not isinstance(met, Person):
        return met
    if request.method == "POST" and "Authorization" not in request.headers:
        raise Forbidden("this form is out of date: load the page again")
    g.person = met
    return None


def _careful(runtime: Runtime, response: AnyResponse) -> AnyResponse:
    if g.get("frame") is not None:
        response.headers.update(embedded.headers(runtime))
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    forever = request.endpoint == "console.static" and "v" in request.args
    response.headers["Cache-Control"] = _FOREVER if forever else "no-store"
    return response


def _sorry(error: AppError) -> tuple[str, int]:
    return pages.render("frame/sorry.html", title=error.status.phrase, detail=error.detail), error.status


def _sorry_http(error: HTTPException) -> AnyResponse | tuple[str, int]:
    if error.code is None or error.response is not None:
        return error.get_response()
    return pages.render("frame/sorry.html", title=error.name, detail=error.description or ""), error.code
