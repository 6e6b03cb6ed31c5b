from typing import cast

from redis import Redis

from app.bridge import config, publisher
from tests.bridge import toys


def test_a_swap_keeps_the_last_version_and_deletes_the_one_before(valkey: Redis) -> None:
    for version in ("m1", "m2", "m3"):
        publisher.swap(valkey, "toys", version, version.encode())
    assert publisher.current_version(valkey, "toys") == "m3"
    assert publisher.previous_version(valkey, "toys") == "m2"
    assert valkey.get("alongside:snapshot:toys:m3") == b"m3"
    assert valkey.get("alongside:snapshot:toys:m2") == b"m2"
    assert not valkey.exists("alongside:snapshot:toys:m1")


def test_it_tells_whether_a_version_is_served(valkey: Redis) -> None:
    publisher.swap(valkey, "toys", "m1", b"1")
    assert publisher.holds(valkey, "toys", "m1")
    assert not publisher.holds(valkey, "toys", "m2")
    valkey.delete("alongside:snapshot:toys:m1")
    assert not publisher.holds(valkey, "toys", "m1")


def test_a_repeated_swap_changes_nothing(valkey: Redis) -> None:
    for version in ("m1", "m2", "m2"):
        publisher.swap(valkey, "toys", version, version.encode())
    assert publisher.previous_version(valkey, "toys") == "m1"
    assert valkey.get("alongside:snapshot:toys:m1") == b"m1"


def test_a_swap_back_to_the_kept_version_keeps_both(valkey: Redis) -> None:
    for version in ("m1", "m2", "m1"):
        publisher.swap(valkey, "toys", version, version.encode())
    assert (publisher.current_version(valkey, "toys"), publisher.previous_version(valkey, "toys")) == (
        "m1",
        "m2",
    )
    assert valkey.exists("alongside:snapshot:toys:m1", "alongside:snapshot:toys:m2") == 2


def test_rolling_back_serves_the_kept_version(valkey: Redis) -> None:
    assert publisher.roll_back(valkey, "toys") is None
    publisher.swap(valkey, "toys", "m1", b"1")
    assert publisher.roll_back(valkey, "toys") is None
    publisher.swap(valkey, "toys", "m2", b"2")
    assert publisher.roll_back(valkey, "toys") == "m1"
    assert publisher.current_version(valkey, "toys") == "m1"
    assert publisher.roll_back(valkey, "toys") == "m2"


def test_a_configuration_is_read_as_it_was_written(valkey: Redis) -> None:
    publisher.put_config(valkey, toys.config(), public_keys=("pk_toys",))
    assert valkey.get("alongside:key:pk_toys") == b"toys"
    assert config.load(cast("bytes", valkey.get("alongside:config:toys"))) == toys.config()


def test_a_forgotten_store_leaves_only_its_revoked_key(valkey: Redis) -> None:
    publisher.put_config(valkey, toys.config(), public_keys=("pk_toys",))
    publisher.swap(valkey, "toys", "m1", b"1")
    publisher.swap(valkey, "toys", "m2", b"2")
    publisher.forget(valkey, "toys", public_keys=("pk_toys",))
    assert [key.decode() for key in valkey.scan_iter("*")] == ["alongside:key:pk_toys"]
    assert valkey.get("alongside:key:pk_toys") == config.REVOKED
