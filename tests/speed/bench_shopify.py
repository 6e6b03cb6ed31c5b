"""What fetching a large shop costs, and what it waits for.

``python -m tests.speed.bench_shopify [products] [orders] [points a second]``: 50,000, 500,000 and 100 unless
told. Every fiftieth order has a refund, which no bulk operation tells: they are asked for within the shop's
points. The simulator is a process of its own and repeats a small shop until it is as large. The worker is
another: it is killed (SIGKILL) when two fifths of the orders are there, and a second one goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import psutil
from sqlalchemy import text

from app.domain.commerce import pulls, shops
from app.factory import build_runtime
from app.kernel import embedded, schema
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings
from app.platforms.shopify.identity import Identity
from app.platforms.shopify.platform import ShopifyPlatform
from tests.simulators.shopify.__main__ import CLIENT_ID, DOMAIN, SECRET

PORT = 8137
REFUNDED = 50
COUNTS = (
    "select (select count(*) from products) products, (select count(*) from variants) variants,"
    " (select count(*) from orders) orders, (select count(*) from order_lines) lines,"
    " (select count(*) from refunds) refunds"
)


@dataclass(frozen=True)
class Size:
    products: int = 50_000
    orders: int = 500_000
    restored: int = 100


@dataclass
class Worked:
    """What the worker processes used: seconds, and megabytes of memory at the highest."""

    cpu_s: float = 0.0
    waited_s: float = 0.0
    peak_mb: int = 0
    memory_mb: dict[int, int] = field(default_factory=dict)  # by percent of the orders that are there
    killed_at: int = 0


def main() -> None:
    size = Size(*map(int, sys.argv[1:4]))
    with tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder, simulator(size):
        given = {
            "DATA_DIR": folder, "SECRET_KEY": "k" * 40, "SHOPIFY_CLIENT_ID": CLIENT_ID,
            "SHOPIFY_CLIENT_SECRET": SECRET, "SHOPIFY_URL": f"http://127.0.0.1:{PORT}",
        }  # fmt: skip
        with embedded.servers(Settings.from_env(given)) as settings:
            schema.migrate(settings)
            told = measure(replace(settings, log_level="WARNING"), size, Path(folder))
    print(json.dumps(told, indent=1))


@contextmanager
def simulator(size: Size) -> Iterator[None]:
    what = [sys.executable, "-m", "tests.simulators.shopify", "serve", "--port", str(PORT)]
    what += ["--products", str(size.products), "--orders", str(size.orders)]
    what += ["--refunded", str(REFUNDED), "--restored", str(size.restored)]
    process = subprocess.Popen(what, stderr=subprocess.DEVNULL)
    try:
        time.sleep(4)
        yield
    finally:
        process.terminate()
        process.wait()


def measure(settings: Settings, size: Size, folder: Path) -> dict[str, object]:
    with build_runtime(settings) as runtime:
        store_id = install(runtime)
        begun, worked = time.monotonic(), Worked()
        while work(runtime, store_id, worked, folder / "waited", size.orders):
            pass
        wall = time.monotonic() - begun
        limit = limit_s(runtime)
        with runtime.unit(store_id) as unit:
            counts = dict(unit.session.execute(text(COUNTS)).mappings().one())
    return {
        "asked_for": vars(size), "fetched": counts, **vars(worked), "wall_s": round(wall),
        "limit_s": round(limit), "limit_per_cpu_second": round(limit / worked.cpu_s, 1),
    }  # fmt: skip


def install(runtime: Runtime) -> StoreId:
    platform = runtime.platforms["shopify"]
    assert isinstance(platform, ShopifyPlatform)
    address = f"{runtime.settings.shopify_url}/admin.shopify.com/id-token/{DOMAIN}"
    token = httpx.get(address).json()["token"]
    return shops.welcome(runtime, "shopify", platform.exchange(Identity(DOMAIN, "1", token)))


def limit_s(runtime: Runtime) -> float:
    """The least that anybody would have needed: the points that were spent beyond a full bucket come back so
    fast and no faster.
    """
    told = httpx.get(f"{runtime.settings.shopify_url}/admin.shopify.com/points/{DOMAIN}").json()
    return max(0.0, float(told["spent"] - told["most"]) / float(told["restored"]))


def work(runtime: Runtime, store_id: StoreId, worked: Worked, waited: Path, total: int) -> bool:
    """Run a worker until all is there; True where it was killed in the middle."""
    waited.write_text("0")
    here = [runtime.settings.database_url, runtime.settings.redis_url, str(runtime.settings.data_dir)]
    command = [sys.executable, "-m", "tests.speed.bench_shopify", "work", store_id, *here, str(waited)]
    process, cpu, killed = psutil.Popen(command), 0.0, False
    try:
        while process.poll() is None:
            orders = fetched(runtime, store_id)
            with suppress(psutil.Error):
                memory, times = process.memory_info().rss >> 20, process.cpu_times()
                cpu = times.user + times.system
                worked.peak_mb = max(worked.peak_mb, memory)
                worked.memory_mb.setdefault(10 * orders // total * 10, memory)
            if not worked.killed_at and orders >= total * 2 // 5:
                process.kill()
                worked.killed_at, killed = orders, True
            time.sleep(0.5)
    finally:
        with suppress(psutil.NoSuchProcess):
            process.kill()
        process.wait()
    worked.cpu_s = round(worked.cpu_s + cpu, 1)
    worked.waited_s = round(worked.waited_s + float(waited.read_text() or 0), 1)
    with runtime.unit(store_id) as unit:  # in two minutes, when its lease ends, the next one might begin
        unit.session.execute(text("update pulls set leased_until = now() where leased_until > now()"))
    return killed


def fetched(runtime: Runtime, store_id: StoreId) -> int:
    with runtime.unit(store_id) as unit:
        return unit.session.scalar(text("select count(*) from orders")) or 0


def worker(store_id: StoreId, database_url: str, redis_url: str, data_dir: str, waited: str) -> None:
    """What a worker of the app does, with a clock beside it that nobody has to wait for."""
    settings = Settings.from_env({
        "DATA_DIR": data_dir, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "k" * 40,
        "SHOPIFY_CLIENT_ID": CLIENT_ID, "SHOPIFY_CLIENT_SECRET": SECRET,
        "SHOPIFY_URL": f"http://127.0.0.1:{PORT}", "LOG_LEVEL": "WARNING",
    })  # fmt: skip
    slept = 0.0

    def sleep(seconds: float) -> None:
        nonlocal slept
        time.sleep(seconds)
        slept += seconds
        Path(waited).write_text(str(slept))

    with build_runtime(settings) as runtime:
        platform = runtime.platforms["shopify"]
        assert isinstance(platform, ShopifyPlatform)
        patient = replace(runtime, platforms={"shopify": replace(platform, sleep=sleep)})
        left = 1
        while left:
            pulls.work(patient, store_id)
            time.sleep(1)
            with runtime.unit(store_id) as unit:
                unit.session.execute(text("update pulls set due_at = now() where finished_at is null"))
                left = unit.session.scalar(text("select count(*) from pulls where finished_at is null")) or 0


if __name__ == "__main__":
    worker(StoreId(sys.argv[2]), *sys.argv[3:7]) if sys.argv[1:2] == ["work"] else main()
