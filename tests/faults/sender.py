"""Sends a plan as shops and browsers do: each message on a connection of its own, until acknowledged."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.domain.accounts.stores import Credentials
from app.kernel.crypto import sign_webhook
from tests.faults.plan import Kill, Message, Plan
from tests.faults.stage import Stage

_SENDERS = 4
_ASKED_EVERY = 0.05
_TIMEOUT = 60.0
_AGAIN_AFTER = 0.1
_GIVEN_UP_AFTER = 120.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``status`` 0 = the connection broke."""

    kind: str
    began: float
    ended: float
    status: int


@dataclass(frozen=True, slots=True)
class Killed:
    """Who was killed when, and when the last of its processes was gone."""

    victim: str
    at: float
    gone: float


@dataclass(slots=True)
class Report:
    """What happened: every request, when who was killed, and how soon another server listened."""

    asked: list[Asked] = field(default_factory=list)
    killed: list[Killed] = field(default_factory=list)
    back_after: list[float] = field(default_factory=list)
    unacknowledged: list[Message] = field(default_factory=list)

    def counts(self) -> Counter[tuple[str, int]]:
        return Counter((each.kind, each.status) for each in self.asked)

    def unanswered(self) -> list[Asked]:
        """What was refused although a server lived: a broken connection counts unless its server was killed.

        A webhook may be refused with 503 while PostgreSQL is away: the platform sends it again.
        """
        return [each for each in self.asked if not self._right(each)]

    def _right(self, asked: Asked) -> bool:
        if asked.status == 0:
            return any(
                each.victim == "web" and asked.began <= each.gone and asked.ended >= each.at
                for each in self.killed
            )
        wanted = {"page": {200}, "events": {204}, "webhook": {204, 503}}
        return asked.status in wanted[asked.kind]


def run(stage: Stage, plan: Plan, store: Credentials) -> Report:
    """Send everything, kill on the way, and come back when all is acknowledged."""
    work = _Work(stage, plan, store)
    senders = [threading.Thread(target=work.send, daemon=True) for _ in range(_SENDERS)]
    asking = threading.Thread(target=work.ask, daemon=True)
    for thread in (*senders, asking):
        thread.start()
    for kill in plan.kills:
        work.kill(kill)
    for sender in senders:
        sender.join()
    work.sent.set()
    for thread in (asking, *work.watching):
        thread.join()
    return work.report


class _Work:
    def __init__(self, stage: Stage, plan: Plan, store: Credentials) -> None:
        self.report = Report()
        self.sent = threading.Event()
        self.watching: list[threading.Thread] = []
        self._stage, self._plan, self._store = stage, plan, store
        self._taken = itertools.count(1)
        self._progress = 0

    def send(self) -> None:
        while (number := next(self._taken)) <= len(self._plan.messages):
            self._progress = max(self._progress, number)
            message = self._plan.messages[number - 1]
            for _ in range(message.times):
                self._until_acknowledged(message)

    def kill(self, kill: Kill) -> None:
        """Wait for the moment; a server is killed only while the other one serves."""
        while self._progress < kill.after:
            time.sleep(0.005)
        if kill.victim == "web":
            self._stage.wait_until_all_serve()
            self.watching.append(threading.Thread(target=self._watch, args=(self._stage.sockets(),)))
            self.watching[-1].start()
        began = time.monotonic()
        self._stage.kill(kill)
        self.report.killed.append(Killed(kill.victim, began, time.monotonic()))

    def _watch(self, known: set[str]) -> None:
        self.report.back_after.append(self._stage.wait_for_another(known))

    def ask(self) -> None:
        """The storefront, all the while."""
        while not self.sent.wait(_ASKED_EVERY):
            self._request("page", "GET", f"/v1/recommendations?key={self._store.public_key}&placement=home")

    def _until_acknowledged(self, message: Message) -> None:
        deadline = time.monotonic() + _GIVEN_UP_AFTER
        while self._post(message) != 204:
            if time.monotonic() > deadline:
                self.report.unacknowledged.append(message)
                return
            time.sleep(_AGAIN_AFTER)

    def _post(self, message: Message) -> int:
        if message.kind == "events":
            path, headers = f"/v1/events?key={self._store.public_key}", {"Content-Type": "text/plain"}
        else:
            path = f"/hooks/custom/{self._store.store_id}"
            secret, now = self._store.webhook_secret, datetime.now(UTC)
            headers = {"Content-Type": "application/json"}
            headers |= sign_webhook(secret, message.ids[0], now, message.body)
        return self._request(message.kind, "POST", path, message.body, headers)

    def _request(
        self,
        kind: str,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> int:
        began, status = time.monotonic(), 0
        connection = http.client.HTTPConnection("127.0.0.1", self._stage.port, timeout=_TIMEOUT)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        self.report.asked.append(Asked(kind, began, time.monotonic(), status))
        return status
