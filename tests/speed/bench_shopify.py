"""What fetching a large shop costs: ``python -m tests.speed.bench_shopify [products] [orders]``.

The simulator is a process of its own, and repeats a small shop until it is as large. This one fetches, as a
worker does, and says how much memory it took.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace

import httpx
import psutil
from sqlalchemy import text

from app.domain.commerce import pulls, shops
from app.factory import build_runtime
from app.kernel import embedded, schema
from app.kernel.settings import Settings
from app.platforms.shopify.identity import Identity
from app.platforms.shopify.platform import ShopifyPlatform
from tests.simulators.shopify.__main__ import CLIENT_ID, DOMAIN, SECRET

PORT = 8137
COUNTS = (
    "select (select count(*) from products) products, (select count(*) from variants) variants,"
    " (select count(*) from orders) orders, (select count(*) from order_lines) lines"
)


def main() -> None:
    products, orders = (*map(int, sys.argv[1:3]), 50_000, 500_000)[:2]
    what = [sys.executable, "-m", "tests.simulators.shopify", "serve", "--port", str(PORT)]
    simulator = subprocess.Popen([*what, "--products", str(products), "--orders", str(orders)])
    try:
        with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder:
            given = {
                "DATA_DIR": folder, "SECRET_KEY": "k" * 40, "SHOPIFY_CLIENT_ID": CLIENT_ID,
                "SHOPIFY_CLIENT_SECRET": SECRET, "SHOPIFY_URL": f"http://127.0.0.1:{PORT}",
            }  # fmt: skip
            with embedded.servers(Settings.from_env(given)) as settings:
                schema.migrate(settings)
                measure(replace(settings, log_level="WARNING"), products, orders)
    finally:
        simulator.terminate()
        simulator.wait()


def measure(settings: Settings, products: int, orders: int) -> None:
    me = psutil.Process(os.getpid())
    with build_runtime(settings) as runtime:
        platform = runtime.platforms["shopify"]
        assert isinstance(platform, ShopifyPlatform)
        time.sleep(2)
        token = httpx.get(f"{settings.shopify_url}/admin.shopify.com/id-token/{DOMAIN}").json()["token"]
        store_id = shops.welcome(runtime, "shopify", platform.exchange(Identity(DOMAIN, "1", token)))
        before, begun, cpu = me.memory_info().rss, time.monotonic(), time.process_time()
        peak, left = 0, 1
        while left:
            pulls.work(runtime, store_id)
            peak = max(peak, me.memory_info().rss)
            time.sleep(1)
            with runtime.unit(store_id) as unit:
                unit.session.execute(text("update pulls set due_at = now() where finished_at is null"))
                left = unit.session.scalar(text("select count(*) from pulls where finished_at is null"))
        with runtime.unit(store_id) as unit:
            counts = dict(unit.session.execute(text(COUNTS)).mappings().one())
    told = {
        "asked_for": {"products": products, "orders": orders}, "fetched": counts,
        "rss_before_mb": before >> 20, "rss_after_mb": peak >> 20,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "wall_s": round(time.monotonic() - begun), "cpu_s": round(time.process_time() - cpu),
    }  # fmt: skip
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
