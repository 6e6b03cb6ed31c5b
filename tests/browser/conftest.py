"""The whole product as a newcomer starts it, and a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser import stage as stages
from tests.browser.plain import Open
from tests.browser.probe import SEEN_BEFORE, Probe
from tests.browser.stage import Stage

FORCED: dict[str, Any] = {"forced_colors": "active", "reduced_motion": "reduce", "color_scheme": "dark"}
CHROMIUM = shutil.which("chromium")
READY_WITHIN = 600
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """A running demo: where it is, and the store's secret key."""

    base_url: str
    secret_key: str

    def overview(self) -> dict[str, Any]:
        answer = httpx.get(
            f"{self.base_url}/api/upsell-cross-sell/analytics/overview",
            headers={"Authorization": f"Bearer {self.secret_key}"},
            timeout=10,
        )
        told: dict[str, Any] = answer.raise_for_status().json()
        return told


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`alongside demo` in an empty folder, without simulated shoppers; or what runs in ``DEMO_DIR``."""
    if running := os.environ.get("DEMO_DIR"):
        kept = json.loads(Path(running, "demo", "connection.json").read_text())
        yield Demo(kept["base_url"], kept["secret_key"])
        return
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    environ = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("alongside"), "demo", "--shoppers", "0"],
            env={**environ, "PORT": str(port), "DATA_DIR": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(process, port, folder / "log")
        kept = json.loads((folder / "demo" / "connection.json").read_text())
        yield Demo(f"http://127.0.0.1:{port}", kept["secret_key"])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while "Ready after" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.5)
    assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10).status_code == 200


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing")
        pytest.skip("chromium is missing: as root, apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser, demo: Demo) -> Iterator[BrowserContext]:
    """A visitor who was never here, on a desktop."""
    context = browser.new_context(base_url=demo.base_url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with stages.running() as stage:
        yield stage


@pytest.fixture
def visit(browser: Browser, stage: Stage) -> Iterator[Open]:
    """Open a page of the stage: ``visit("grid", "?csp", width=320)``."""
    contexts = []

    def go(
        display: str,
        query: str = "",
        *,
        width: int = 1024,
        cpu: int = 1,
        scripts: bool = True,
        forced: bool = False,
    ) -> Probe:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            base_url=stage.url,
            java_script_enabled=scripts,
            **(FORCED if forced else {}),
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        probe = Probe(context.new_page())
        if display in {"recent", "all"}:
            probe.page.add_init_script(SEEN_BEFORE)
        if display == "popup":
            probe.page.clock.install()
        if cpu > 1:
            probe.throttle(cpu)
        probe.page.goto(f"/page/{display}{query}")
        return probe

    yield go
    for context in contexts:
        context.close()
