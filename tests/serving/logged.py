"""Reads back what the fast wing sent to the slow one."""

from __future__ import annotations

from redis import Redis

from app.bridge import stream
from app.bridge.records import EventRecord, SlateRecord
from app.serving.app import ServingApp


def slates(app: ServingApp, valkey: Redis) -> list[SlateRecord]:
    app.decisions.flush()
    return [slate for entry in _entries(valkey) for slate in entry.slates()]


def events(valkey: Redis) -> list[EventRecord]:
    return [event for entry in _entries(valkey) for event in entry.events()]


def _entries(valkey: Redis) -> list[stream.Entry]:
    stream.open_group(valkey)
    read = stream.read(valkey, "test", count=100_000)
    stream.ack(valkey, [entry.entry_id for entry in read])
    return read
