"""Shopify's addresses, each under its host: ``/{shop}/admin/…``, ``/cdn.shopify.com/…``."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from tests.simulators.shopify import partners, storefront
from tests.simulators.shopify.contract import VERSION
from tests.simulators.shopify.tokens import Refused
from tests.simulators.shopify.world import Installed, World

HERE = Path(__file__).parent


def create(world: World) -> Flask:
    flask = Flask(__name__, template_folder=str(HERE / "pages"), static_folder=None)
    _oauth(flask, world)
    _admin_api(flask, world)
    _pages(flask, world)
    flask.register_blueprint(storefront.create(world))
    flask.register_blueprint(partners.create(world))
    return flask


def _find(world: World, domain: str) -> Installed:
    if domain not in world.shops:
        abort(404)
    return world.shops[domain]


def _oauth(flask: Flask, world: World) -> None:
    @flask.post("/<domain>/admin/oauth/access_token")
    def access_token(domain: str) -> tuple[Response, int]:
        told = request.get_json(silent=True) or request.form.to_dict()
        try:
            return jsonify(_find(world, domain).tokens.answer(told)), 200
        except Refused as refused:
            return jsonify(error=str(refused)), 400

    @flask.get("/<domain>/admin/oauth/authorize")
    def authorize(domain: str) -> AnyResponse:
        """The merchant agrees at once."""
        query = _find(world, domain).tokens.callback(request.args["state"])
        return redirect(f"{request.args['redirect_uri']}?{urlencode(query)}")


def _admin_api(flask: Flask, world: World) -> None:
    @flask.post(f"/<domain>/admin/api/{VERSION}/graphql.json")
    def graphql(domain: str) -> Response | tuple[Response, int]:
        installed = _find(world, domain)
        if not installed.tokens.is_good(request.headers.get("X-Shopify-Access-Token", "")):
            return jsonify(errors="[API] Invalid API key or access token"), 401
        told = request.get_json()
        return jsonify(installed.admin.answer(told["query"], told.get("variables") or {}))

    @flask.get("/admin.shopify.com/points/<domain>")
    def points(domain: str) -> Response:
        """How many were spent since the beginning: what a bench wants to know."""
        held = _find(world, domain).admin.points
        return jsonify(spent=held.spent, restored=held.restored, most=held.most)

    @flask.get("/<domain>/storage.googleapis.com/<name>")
    def download(domain: str, name: str) -> AnyResponse:
        path = _find(world, domain).admin.folder / name
        if not path.is_file():
            abort(404)
        return send_file(path, mimetype="application/jsonl", conditional=True)


def _pages(flask: Flask, world: World) -> None:
    @flask.get("/cdn.shopify.com/shopifycloud/app-bridge.js")
    def app_bridge() -> AnyResponse:
        return send_file(HERE / "pages" / "app-bridge.js", mimetype="text/javascript")

    @flask.get("/cdn.shopify.com/shopifycloud/polaris.js")
    def polaris() -> Response:
        return Response("", content_type="text/javascript")

    @flask.get("/admin.shopify.com/store/<handle>/apps/<app>")
    def frame(handle: str, app: str) -> str:
        domain = f"{handle}.myshopify.com"
        installed = _find(world, domain)
        query = {
            "embedded": "1", "shop": domain, "host": "YWRtaW4", "locale": "en",
            "id_token": installed.tokens.id_token(),
        }  # fmt: skip
        address = f"{world.partner.app_url}/console/shopify?{urlencode(query)}"
        return render_template("frame.html", app=app, shop=installed.shop, address=address)

    @flask.get("/admin.shopify.com/id-token/<domain>")
    def id_token(domain: str) -> Response:
        """What App Bridge asks the frame around it for."""
        answer = jsonify(token=_find(world, domain).tokens.id_token())
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    @flask.get("/admin.shopify.com/extensions/<domain>")
    def extensions(domain: str) -> Response:
        installed = _find(world, domain)
        told = installed.theme.extensions() if installed.extensions is None else installed.extensions
        answer = jsonify(told)
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer
