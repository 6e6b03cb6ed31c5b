"""How the fast wing is doing: counters and timings of this process, for Prometheus."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

KIND = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


class Meter(Collector):
    """Counts and times of one process; each series carries its id, since a scrape meets any of them.

    Plain numbers, put into Prometheus' form when they are asked for: counting must cost next to nothing.
    """

    def __init__(self, tallies: Mapping[str, Tally[str]]) -> None:
        """Also report ``tallies``, the counters that other parts keep, each under its name."""
        self._happened: Tally[str] = Tally()
        self._tallies = {**tallies, "serving": self._happened}
        self._requests: Tally[tuple[str, int]] = Tally()
        self._slates: Tally[tuple[str, str]] = Tally()
        self._within: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._process = str(os.getpid())
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self._requests[route, status] += 1
        within = self._within.get(route)
        if within is None:
            within = self._within[route] = [0] * (len(_SECONDS) + 1)
            self._seconds[route] = 0.0
        within[bisect_left(_SECONDS, seconds)] += 1
        self._seconds[route] += seconds

    def slate(self, tier: str, arm: str) -> None:
        """Count a slate."""
        self._slates[tier, arm] += 1

    def note(self, what: str) -> None:
        """Count something else that happened."""
        self._happened[what] += 1

    def text(self) -> bytes:
        """Write all in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Give all in Prometheus' form."""
        process = self._process
        requests = CounterMetricFamily(
            "alongside_requests", "Requests", labels=["route", "status", "process"]
        )
        for (route, status), times in list(self._requests.items()):
            requests.add_metric([route, str(status), process], times)
        seconds = HistogramMetricFamily("alongside_seconds", "Seconds a request", labels=["route", "process"])
        for route, within in list(self._within.items()):
            sums = list(accumulate(within))
            buckets = [*zip(map(str, _SECONDS), sums, strict=False), ("+Inf", sums[-1])]
            seconds.add_metric([route, process], buckets, self._seconds[route])
        slates = CounterMetricFamily("alongside_slates", "Slates decided", labels=["tier", "arm", "process"])
        for (tier, arm), times in list(self._slates.items()):
            slates.add_metric([tier, arm, process], times)
        happened = CounterMetricFamily(
            "alongside_happened", "What happened", labels=["part", "what", "process"]
        )
        for part, tally in self._tallies.items():
            for what, times in list(tally.items()):
                happened.add_metric([part, what, process], times)
        return [requests, seconds, slates, happened]


def from_this_host(environ: WSGIEnvironment) -> bool:
    """Tell whether the caller is on this machine, and not somebody whom a proxy here speaks for."""
    if any(name in environ for name in _FORWARDED):
        return False
    try:
        return ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
