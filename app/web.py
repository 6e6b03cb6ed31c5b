"""What a server process runs: the fast wing answers at once, the slow wing is loaded meanwhile.

A storefront so never waits for the console's imports, when a server starts or starts again.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import TYPE_CHECKING

from app.kernel import cache, log
from app.kernel.clock import SystemClock
from app.kernel.processes import end_with_parent
from app.kernel.settings import Settings
from app.serving.app import create_serving_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_wsgi() -> WSGIApplication:
    """The whole house; settings come from the environment."""
    settings = Settings.from_env(os.environ).addressed()
    log.configure(settings.log_level)
    end_with_parent(signal.SIGTERM)  # a server that is killed leaves no worker behind on its port
    gc.set_threshold(*_RARELY)
    fast = create_serving_app(settings, cache.connect(settings.redis_url), SystemClock())
    slow = _Later(lambda: _slow_wing(settings))

    def web(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if fast.owns(environ["PATH_INFO"]):
            return fast(environ, start_response)
        return slow.get()(environ, start_response)

    return web


_RARELY = (20_000, 20, 50)
"""Allocations until cycles are looked for: a page makes hundreds of objects, and no cycle."""


class _Later:
    """Made once, by a thread that begins now; who needs it earlier waits. What fails is tried again."""

    def __init__(self, make: Callable[[], WSGIApplication]) -> None:
        self._make = make
        self._made: WSGIApplication | None = None
        self._making = Lock()
        Thread(target=self.get, name="slow-wing", daemon=True).start()

    def get(self) -> WSGIApplication:
        if self._made is None:
            with self._making:
                if self._made is None:
                    self._made = self._make()
                    gc.freeze()  # what was imported stays, and need not be looked through again
        return self._made


def _slow_wing(settings: Settings) -> WSGIApplication:
    from app import factory  # noqa: PLC0415 - seconds, which the fast wing does not wait for

    # The process ends with the server: its handles are closed by the system.
    return factory.create_slow_wing(factory.build_runtime(settings).__enter__())
