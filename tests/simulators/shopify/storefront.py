"""The storefront of a simulated shop: a theme's pages with our blocks in them, the AJAX cart, a checkout."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    jsonify,
    redirect,
    render_template,
    request,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from tests.simulators.shopify.carts import Cart, CartError
from tests.simulators.shopify.liquid_blocks import EXTENSION, Blocks
from tests.simulators.shopify.objects import Objects, plain
from tests.simulators.shopify.theme import Placed
from tests.simulators.shopify.world import Installed, World

CDN: Final = "cdn.shopify.com/extensions/alongside/assets"
_TILE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path fill="{}" d="M0 0h4v4H0z"/></svg>'
)
_COOKIE: Final = "cart"
_KINDS: Final = {".js": "text/javascript", ".css": "text/css"}


@dataclass(frozen=True)
class Visit:
    """One request of a buyer: in which shop, which market, and with which cart."""

    installed: Installed
    objects: Objects
    cart: Cart
    blocks: Blocks

    def page(self, kind: str, **objects: Any) -> dict[str, Any]:
        """What Liquid finds on a page of this kind."""
        return {
            "app": self.objects.app(),
            "market": self.objects.market,
            "template": {"name": kind},
            "request": {"design_mode": "design_mode" in request.args},
            "cart": self.objects.cart(self.cart),
            **objects,
        }

    def render(self, kind: str, **objects: Any) -> str:
        theme, page = self.installed.theme, self.page(kind, **objects)
        placed = [*theme.blocks.get(kind, []), *([Placed("widget")] if theme.embed else [])]
        rendered = [Markup(self.blocks.render(each.block, each.settings, page)) for each in placed]
        return render_template(
            "storefront.html", shop=self.installed.shop, theme=theme, root=self.objects.root,
            kind=kind, blocks=rendered, **page,
        )  # fmt: skip


def create(world: World) -> Blueprint:
    blueprint = Blueprint("storefront", __name__)
    # Another origin than the shop's, as at Shopify.
    blocks = Blocks(world.address.replace("127.0.0.1", "localhost") + f"/{CDN}")
    carts: dict[str, Cart] = {}
    _visits(blueprint, world, blocks, carts)
    _sections(blueprint)
    _editor(blueprint, world, blocks)
    for path in ("", "/<any(fr, jp):path>"):
        _pages(blueprint, f"/<domain>{path}")
        _ajax(blueprint, f"/<domain>{path}")
        _checkout(blueprint, f"/<domain>{path}", carts)

    @blueprint.get(f"/{CDN}/<name>")
    def asset(name: str) -> Response:
        path = EXTENSION / "assets" / name
        if not path.is_file():
            abort(404)
        # Read at once: a browser that turns away would leave the file open.
        answer = Response(path.read_bytes(), content_type=_KINDS[path.suffix])
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    return blueprint


def _visits(blueprint: Blueprint, world: World, blocks: Blocks, carts: dict[str, Cart]) -> None:
    @blueprint.url_value_preprocessor
    def visit(_: str | None, values: dict[str, Any] | None) -> None:
        if values is None or "domain" not in values:
            return
        installed = world.shops.get(values.pop("domain")) or abort(404)
        path = values.pop("path", "")
        market = next((each for each in installed.theme.markets if each.path == path), None) or abort(404)
        g.token = request.cookies.get(_COOKIE) or secrets.token_hex(8)
        root = f"/{installed.shop.domain}/{market.path + '/' if market.path else ''}"
        objects = Objects(installed.shop, market, root)
        g.visit = Visit(installed, objects, carts.setdefault(g.token, Cart()), blocks)

    @blueprint.after_request
    def keep_cart(answer: Response) -> Response:
        if "token" in g:
            answer.set_cookie(_COOKIE, g.token, samesite="Lax")
        return answer


def _sections(blueprint: Blueprint) -> None:
    @blueprint.before_request
    def sections() -> Response | None:
        """Any page's sections by themselves, where they are asked for: here each is the count of the cart."""
        if "sections" not in request.args:
            return None
        count = _visit().objects.cart(_visit().cart)["item_count"]
        names = request.args["sections"].split(",")
        return jsonify({name: f'<div id="shopify-section-{name}">{count}</div>' for name in names})


def _editor(blueprint: Blueprint, world: World, blocks: Blocks) -> None:
    @blueprint.get("/<domain>/admin/themes/current/editor")
    def editor() -> str:
        """A deep link into the theme editor: the merchant saves what it proposes."""
        theme, client_id = _visit().installed.theme, world.partner.client_id
        app, _, handle = (request.args.get("addAppBlockId") or request.args["activateAppId"]).partition("/")
        if app != client_id or handle not in blocks.names():
            abort(404)
        if "activateAppId" in request.args:
            theme.embed = True
        else:
            theme.blocks.setdefault(request.args["template"], []).append(Placed(handle))
        return f"<h1>Saved: {handle}</h1>"


def _visit() -> Visit:
    found: Visit = g.visit
    return found


def _pages(blueprint: Blueprint, under: str) -> None:
    def product(handle: str) -> str | tuple[str, int]:
        node = _visit().objects.find(handle) or abort(404)
        return _visit().render("product", product=_visit().objects.product(node))

    def picture(name: str) -> Response:
        hue = sum(name.encode()) * 47 % 360
        return Response(_TILE.format(f"hsl({hue} 35% 45%)"), content_type="image/svg+xml")

    def home() -> str:
        return _visit().render("index", products=_visit().objects.sold())

    end = f"{under.count('path')}"
    blueprint.add_url_rule(f"{under}/products/<handle>", f"product{end}", product)
    blueprint.add_url_rule(f"{under}/cdn/<name>", f"picture{end}", picture)
    blueprint.add_url_rule(f"{under}/cart", f"cart{end}", lambda: _visit().render("cart"))
    blueprint.add_url_rule(f"{under}/", f"home{end}", home)


def _ajax(blueprint: Blueprint, under: str) -> None:
    def product(handle: str) -> Response:
        node = _visit().objects.find(handle) or abort(404)
        return jsonify(plain(_visit().objects.product(node)))

    def read() -> Response:
        return jsonify(plain(_visit().objects.cart(_visit().cart)))

    def add() -> Response | tuple[Response, int]:
        told = request.get_json()
        visit = _visit()
        try:
            for item in told["items"]:
                properties = item.get("properties") or {}
                visit.cart.add(visit.objects.shop, str(item["id"]), int(item.get("quantity", 1)), properties)
        except CartError as error:
            return jsonify(status=422, message="Cart Error", description=str(error)), 422
        return jsonify(items=plain(visit.objects.cart(visit.cart))["items"][: len(told["items"])])

    def change() -> Response:
        told = request.get_json()
        _visit().cart.change(str(told["id"]), int(told["quantity"]))
        return read()

    def update() -> Response:
        _visit().cart.note(request.get_json().get("attributes") or {})
        return read()

    end = f"{under.count('path')}"
    blueprint.add_url_rule(f"{under}/products/<handle>.js", f"product_js{end}", product)
    blueprint.add_url_rule(f"{under}/cart.js", f"cart_js{end}", read)
    for name, act in {"add": add, "change": change, "update": update}.items():
        blueprint.add_url_rule(f"{under}/cart/{name}.js", f"{name}_js{end}", act, methods=["POST"])


def _checkout(blueprint: Blueprint, under: str, carts: dict[str, Cart]) -> None:
    def add() -> AnyResponse:
        """The theme's own form, without JavaScript."""
        visit, told = _visit(), request.form
        try:
            visit.cart.add(visit.objects.shop, told["id"], int(told.get("quantity", 1)), _properties(told))
        except CartError as error:
            return Response(str(error), 422)
        return redirect(f"{visit.objects.root}cart")

    def pay() -> AnyResponse:
        """An order of what is in the cart; the next one begins empty."""
        if not _visit().cart.lines:
            return redirect(f"{_visit().objects.root}cart")
        order = _visit().cart.order(_visit().objects.shop)
        carts[g.token] = Cart()
        return redirect(f"{_visit().objects.root}thanks/{order['id'].rpartition('/')[2]}")

    def thanks(number: str) -> str:
        order = _visit().objects.shop.at(f"gid://shopify/Order/{number}")
        total = order["subtotalPriceSet"]["shopMoney"]
        return _visit().render("thanks", order=json.dumps(total), number=number)

    end = f"{under.count('path')}"
    blueprint.add_url_rule(f"{under}/cart/add", f"add{end}", add, methods=["POST"])
    blueprint.add_url_rule(f"{under}/checkout", f"pay{end}", pay, methods=["POST"])
    blueprint.add_url_rule(f"{under}/thanks/<number>", f"thanks{end}", thanks)


def _properties(told: Mapping[str, str]) -> dict[str, str]:
    """``properties[_name]`` of a form."""
    marked = "properties["
    return {key[len(marked) : -1]: value for key, value in told.items() if key.startswith(marked)}
