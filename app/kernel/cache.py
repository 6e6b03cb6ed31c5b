"""The connection to Valkey (or Redis): the shared store of the fast wing, and the queue's."""

from __future__ import annotations

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry


def connect(url: str, *, timeout: float = 2.0) -> redis.Redis:
    """A pooled client speaking bytes; every call fails within ``timeout`` seconds and is tried twice."""
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 1),
        health_check_interval=30,
    )
