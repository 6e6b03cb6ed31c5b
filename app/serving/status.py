"""How the fast wing is doing: counters and timings of this process, for Prometheus."""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

KIND = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


class Meter:
    """Counts and times of one process; each series carries its id, since a scrape meets any of them."""

    def __init__(self, tallies: Mapping[str, Tally[str]]) -> None:
        """Also report ``tallies``, the counters that other parts keep, each under its name."""
        self._registry = CollectorRegistry()
        self._process = str(os.getpid())
        self._requests = Counter(
            "alongside_requests", "Requests", ["route", "status", "process"], registry=self._registry
        )
        self._seconds = Histogram(
            "alongside_seconds",
            "Seconds a request",
            ["route", "process"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._series: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._slates = Counter(
            "alongside_slates", "Slates decided", ["tier", "arm", "process"], registry=self._registry
        )
        self._registry.register(_Tallies(tallies, self._process))

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        known = self._series.get((route, status))
        if known is None:  # looking labels up costs more than counting
            known = self._series[route, status] = (
                self._requests.labels(route, str(status), self._process),
                self._seconds.labels(route, self._process),
            )
        known[0].inc()
        known[1].observe(seconds)

    def slate(self, tier: str, arm: str) -> None:
        """Count a slate."""
        self._slates.labels(tier, arm, self._process).inc()

    def text(self) -> bytes:
        """Write all in Prometheus' text format."""
        return generate_latest(self._registry)


def from_this_host(environ: WSGIEnvironment) -> bool:
    """Tell whether the caller is on this machine, and not somebody whom a proxy here speaks for."""
    if any(name in environ for name in _FORWARDED):
        return False
    try:
        return ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class _Tallies(Collector):
    def __init__(self, tallies: Mapping[str, Tally[str]], process: str) -> None:
        self._tallies = tallies
        self._process = process

    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(
            "alongside_happened", "What happened", labels=["part", "what", "process"]
        )
        for part, tally in self._tallies.items():
            for what, times in list(tally.items()):
                family.add_metric([part, what, self._process], times)
        return [family]
