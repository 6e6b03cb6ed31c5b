"""Shopify on this machine: ``serve`` it for a running app, or ``demo`` to start the app beside it."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
from werkzeug.serving import make_server

from app.kernel.clock import SystemClock
from tests.simulators.shopify.partners import ORGANIZATION, TOKEN
from tests.simulators.shopify.server import create
from tests.simulators.shopify.shop import Line
from tests.simulators.shopify.world import Installed, Partner, World

CLIENT_ID, SECRET = "simulated-client-id", "simulated-client-secret-of-some-length"
DOMAIN = "acme.myshopify.com"
GOODS = (
    ("Green tea", "6.50"), ("Black tea", "5.90"), ("Teapot", "24.00"), ("Cup", "7.50"), ("Strainer", "4.20"),
    ("Honey", "8.00"), ("Biscuits", "3.60"), ("Tea towel", "9.00"), ("Kettle", "49.00"), ("Sugar", "2.40"),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.shopify", description=__doc__)
    parser.add_argument("what", choices=["serve", "demo"])
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--app", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--products", type=int, default=len(GOODS), help="about so many")
    parser.add_argument("--orders", type=int, default=200, help="about so many")
    parser.add_argument("--refunded", type=int, default=0, help="every so many orders one gets money back")
    parser.add_argument("--restored", type=float, default=100, help="points a second: 1000 for a Plus shop")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shopify-simulator-") as folder:
        world = World(
            Partner(CLIENT_ID, SECRET, told.app), SystemClock(), Path(folder), f"http://127.0.0.1:{told.port}"
        )
        here = f"127.0.0.1:{told.port}"
        installed = world.open(DOMAIN, name="Acme Tea", host=here, files=f"http://{here}/{DOMAIN}/cdn")
        fill(installed, told.products, told.orders, told.refunded)
        points = installed.admin.points
        points.restored, points.most = told.restored, 20 * told.restored
        server = make_server("127.0.0.1", told.port, create(world), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        threading.Thread(target=run, args=(world,), daemon=True).start()
        print(f"Shopify simulator: {world.address}/admin.shopify.com/store/acme/apps/alongside", flush=True)
        print(f"Its storefront:    {world.address}/{DOMAIN}/", flush=True)
        with suppress(KeyboardInterrupt):
            beside(told.port) if told.what == "demo" else signal.pause()
        server.shutdown()


def fill(installed: Installed, products: int, orders: int, refunded: int = 0) -> None:
    """A small shop, which bulk results repeat until there are about so many."""
    shop = installed.shop
    shop.add_market("United Kingdom", shop.currency)
    shop.add_market("Europe", "EUR", local=True)
    variants = [shop.add_product(title, price, stock=(40, 25))["variants"][0].gid for title, price in GOODS]
    buyers = [shop.add_customer()["id"] for _ in range(20)]
    few, now = min(orders, 200), shop.clock.now()
    for at in range(few):
        first = at % len(GOODS)
        lines = [Line(variants[first]), Line(variants[(first + 1 + at % 2) % len(GOODS)])]
        order = shop.place_order(lines, customer=buyers[at % len(buyers)], tell=False)
        then = now - timedelta(days=27 * (few - at) / few)
        order["createdAt"] = order["updatedAt"] = then.strftime("%Y-%m-%dT%H:%M:%SZ")
        if refunded and at % refunded == 0:
            shop.refund(order["id"], 0, 1, "1.00")
    shop.happened.clear()
    installed.admin.slow = True
    installed.admin.copies = {
        "products": max(1, products // len(GOODS)),
        "inventoryItems": max(1, products // len(GOODS)),
        "orders": max(1, orders // max(few, 1)),
    }


def run(world: World) -> None:
    """Finish what was asked for in bulk, and post what happened, every half second."""
    http = httpx.Client(timeout=timedelta(seconds=5).total_seconds())
    while True:
        time.sleep(0.5)
        for domain, installed in world.shops.items():
            for operation in list(installed.shop.all("BulkOperation").values()):
                if operation["status"] == "RUNNING":
                    installed.admin.finish_bulk(operation["id"])
            try:
                world.deliver(domain, http)
            except httpx.HTTPError as error:
                print(f"a webhook was not taken: {type(error).__name__}", flush=True)


def beside(port: int) -> None:
    """The app as a process of its own, told where Shopify is."""
    known = {
        "SHOPIFY_CLIENT_ID": CLIENT_ID, "SHOPIFY_CLIENT_SECRET": SECRET,
        "SHOPIFY_URL": f"http://127.0.0.1:{port}",
        "SHOPIFY_PARTNER_ORGANIZATION": ORGANIZATION, "SHOPIFY_PARTNER_TOKEN": TOKEN,
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("alongside")), "demo", "--shoppers", "0"]
    app = subprocess.Popen(command, env={**os.environ, **known})
    try:
        app.wait()
    finally:
        if app.poll() is None:
            app.send_signal(signal.SIGINT)
            app.wait(30)


if __name__ == "__main__":
    main()
