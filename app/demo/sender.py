"""Delivers the outbox to Alongside in the background: signed, with a timeout, again after a failure."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.demo import connection, outbox
from app.demo.connection import Connection
from app.demo.outbox import Delivery
from app.demo.store import Store
from app.kernel.clock import Clock
from app.kernel.crypto import sign_webhook
from app.kernel.errors import Invalid
from app.kernel.log import get_logger

_BATCH = 20
_LOOK_S = 1.0
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Courier:
    """What a delivery needs: where the shop's file is, what time it is, and a client for HTTP."""

    store: Store
    data_dir: Path
    clock: Clock
    http: httpx.Client

    def deliver_due(self) -> int:
        """Send what is due now; returns how many were taken up, delivered or not."""
        try:
            link = connection.read(self.data_dir)
        except Invalid:
            return 0
        with self.store.write() as db:
            due = outbox.claim(db, self.clock.now(), _BATCH)
        for delivery in due:
            error = self._post(link, delivery)
            with self.store.write() as db:
                if error is None:
                    outbox.succeeded(db, delivery)
                else:
                    outbox.failed(db, delivery, error, self.clock.now())
        return len(due)

    def _post(self, link: Connection, delivery: Delivery) -> str | None:
        headers = sign_webhook(link.webhook_secret, delivery.delivery_id, self.clock.now(), delivery.body)
        try:
            answer = self.http.post(
                link.hook_url,
                content=delivery.body,
                headers={**headers, "content-type": "application/json"},
                timeout=_TIMEOUT_S,
            )
        except httpx.HTTPError as error:
            return repr(error)
        return None if answer.is_success else f"HTTP {answer.status_code}"


class Sender:
    """A daemon thread that delivers when it is woken, and looks by itself for what is to be repeated."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-shop-sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._wake.set()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        self._thread.join()
        self._courier.http.close()

    def _run(self) -> None:
        log = get_logger("demo.sender")
        while not self._stopped.is_set():
            taken = 0
            try:
                if self._courier.store.is_prepared():
                    taken = self._courier.deliver_due()
            except sqlite3.Error:
                log.exception("the outbox of the demo shop could not be read")
            if not taken:
                self._wake.wait(_LOOK_S)
                self._wake.clear()
