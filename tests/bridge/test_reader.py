import gc
import time
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import psutil
import pytest
from redis import Redis

from app.bridge import overlay, publisher
from app.bridge.follower import Follower
from app.bridge.overlay import Change
from app.bridge.reader import Reader
from app.bridge.snapshot import encode
from app.bridge.source import Unavailable
from app.bridge.view import Shelf, StoreView
from app.kernel import cache, embedded
from tests.bridge import toys

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def publish(valkey: Redis, version: str = "m1", store_id: str = "toys") -> None:
    publisher.put_config(valkey, toys.config(store_id), public_keys=(f"pk_{store_id}",))
    publisher.swap(valkey, store_id, version, encode(toys.snapshot(version, store_id)))


def viewed(reader: Reader, key: str = "pk_toys") -> StoreView:
    view = reader.view(key)
    assert view is not None
    return view


def shelf(reader: Reader) -> Shelf:
    found = viewed(reader).shelf
    assert found is not None
    return found


def soon(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until it is true."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def resident(folder: Path) -> int:
    """Bytes of mapped files of a folder that are in memory."""
    mapped = psutil.Process().memory_maps(grouped=True)
    return sum(each.rss for each in mapped if each.path.startswith(str(folder)))


@pytest.fixture
def gone() -> Iterator[Redis]:
    """A Valkey that nobody answers for."""
    client = cache.connect("unix:///nonexistent/valkey.sock")
    yield client
    client.close()


@pytest.fixture
def followed(valkey: Redis, tmp_path: Path) -> Iterator[Reader]:
    publish(valkey)
    reader = Reader(valkey, tmp_path)
    follower = Follower(reader)
    viewed(reader)
    follower.start()
    yield reader
    follower.close()


def test_a_store_is_found_by_its_public_key(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    reader = Reader(valkey, tmp_path)
    assert viewed(reader).config == toys.config()
    assert viewed(reader).model_version == "m1"
    assert reader.view("pk_nobody") is None


def test_a_warm_view_asks_nobody(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    reader = Reader(valkey, tmp_path)
    first = viewed(reader)
    valkey.flushall()
    assert viewed(reader) is first


def test_a_store_without_a_snapshot_has_no_shelf(valkey: Redis, tmp_path: Path) -> None:
    publisher.put_config(valkey, toys.config(), public_keys=("pk_toys",))
    assert viewed(Reader(valkey, tmp_path)).shelf is None


def test_what_was_sold_out_before_the_store_was_loaded_is_not_allowed(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    overlay.put(valkey, "toys", [Change("tea", NOON, stock=0), Change("pot", NOON, price_amount=1999)])
    reader = Reader(valkey, tmp_path)
    assert [shelf(reader).allowed(item) for item in range(5)] == [True, True, True, False, True]
    assert b'"price":{"amount":1999,"currency":"GBP"}' in shelf(reader).fragment(4)


def test_changes_are_followed_within_a_second(valkey: Redis, followed: Reader) -> None:
    assert shelf(followed).allowed(3)
    assert b"295" in shelf(followed).fragment(3)
    overlay.put(valkey, "toys", [Change("tea", NOON, stock=0, price_amount=425)])
    assert soon(lambda: not shelf(followed).allowed(3), 1.0)
    assert b"425" in shelf(followed).fragment(3)


def test_a_new_version_and_a_new_title_are_followed(valkey: Redis, followed: Reader) -> None:
    publisher.swap(valkey, "toys", "m2", encode(toys.snapshot("m2")))
    assert soon(lambda: viewed(followed).model_version == "m2")
    publisher.put_config(valkey, toys.config(name="Better toys"))
    assert soon(lambda: viewed(followed).config.name == "Better toys")


def test_a_live_change_survives_a_new_version(valkey: Redis, followed: Reader) -> None:
    overlay.put(valkey, "toys", [Change("tea", NOON, stock=0)])
    publisher.swap(valkey, "toys", "m2", encode(toys.snapshot("m2")))
    assert soon(lambda: viewed(followed).model_version == "m2")
    assert not shelf(followed).allowed(3)


def test_a_missed_message_is_only_a_delay(valkey: Redis, followed: Reader) -> None:
    soon(lambda: bool(valkey.pubsub_numsub("alongside:changes")[0][1]))
    valkey.set("alongside:snapshot:toys:m2", encode(toys.snapshot("m2")))
    valkey.set("alongside:current:toys", "m2")  # no message at all
    assert soon(lambda: viewed(followed).model_version == "m2")


def test_a_revoked_key_is_refused(valkey: Redis, followed: Reader) -> None:
    publisher.drop_key(valkey, "pk_toys", "toys")
    assert soon(lambda: followed.view("pk_toys") is None)


def test_a_damaged_snapshot_changes_nothing(valkey: Redis, followed: Reader) -> None:
    publisher.swap(valkey, "toys", "m2", encode(toys.snapshot("m2"))[:-1])
    assert soon(lambda: followed.counts["snapshot_refused"] > 0)
    assert viewed(followed).model_version == "m1"


def test_a_cold_start_on_a_damaged_snapshot_serves_the_last_good_one(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    viewed(Reader(valkey, tmp_path))
    publisher.swap(valkey, "toys", "m2", b"rubbish")
    assert viewed(Reader(valkey, tmp_path)).model_version == "m1"


def test_a_damaged_copy_is_fetched_again(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    viewed(Reader(valkey, tmp_path))
    (copy,) = tmp_path.rglob("*.snapshot")
    copy.write_bytes(b"rubbish")
    assert viewed(Reader(valkey, tmp_path)).model_version == "m1"


def test_without_valkey_this_hosts_copy_is_served(valkey: Redis, gone: Redis, tmp_path: Path) -> None:
    publish(valkey)
    viewed(Reader(valkey, tmp_path))
    alone = Reader(gone, tmp_path)
    assert viewed(alone).model_version == "m1"
    assert alone.ready()


def test_without_valkey_and_copy_nobody_can_tell(gone: Redis, tmp_path: Path) -> None:
    alone = Reader(gone, tmp_path)
    with pytest.raises(Unavailable):
        alone.view("pk_toys")
    assert not alone.ready()


def test_an_emptied_valkey_does_not_take_the_shop_down(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    viewed(Reader(valkey, tmp_path))
    valkey.flushall()
    assert viewed(Reader(valkey, tmp_path)).model_version == "m1"


def test_it_is_ready_once_a_store_has_a_snapshot_that_loads(valkey: Redis, tmp_path: Path) -> None:
    reader = Reader(valkey, tmp_path)
    publisher.put_config(valkey, toys.config(), public_keys=("pk_toys",))
    assert not reader.ready()
    publish(valkey)
    assert reader.ready()


def test_memory_is_bounded_and_the_least_used_store_goes(valkey: Redis, tmp_path: Path) -> None:
    for store_id in ("one", "two", "three"):
        publish(valkey, store_id=store_id)
    first = viewed(Reader(valkey, tmp_path), "pk_one").shelf
    assert first is not None
    toy = first.weight()
    reader = Reader(valkey, tmp_path, budget=2 * toy)
    one, two = viewed(reader, "pk_one"), viewed(reader, "pk_two")
    assert viewed(reader, "pk_one") is one
    viewed(reader, "pk_three")
    assert viewed(reader, "pk_one") is one
    assert viewed(reader, "pk_two") is not two


def test_a_store_that_goes_leaves_nothing_for_the_collector(valkey: Redis, tmp_path: Path) -> None:
    """The collector runs rarely beside requests: a store must not wait for it."""
    publish(valkey)
    reader = Reader(valkey, tmp_path)
    seen = shelf(reader)
    seen.index.blended("product").reason(-1, 0)
    seen.within("Cups")
    gone = weakref.ref(seen.index)
    gc.collect()
    gc.disable()
    try:
        del seen
        reader.clear("toys")
        assert gone() is None
    finally:
        gc.enable()


def test_only_the_served_and_the_last_version_stay_on_disk(valkey: Redis, tmp_path: Path) -> None:
    for version in ("m1", "m2", "m3"):
        publish(valkey, version)
        viewed(Reader(valkey, tmp_path))
    assert sorted(path.name for path in tmp_path.rglob("*.snapshot")) == ["m2.snapshot", "m3.snapshot"]


def test_titles_are_searched_by_word(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    found = shelf(Reader(valkey, tmp_path))
    assert found.matching("FINE tea") == {3}
    assert found.matching("tea cup") == set()
    assert found.matching(" ") == set()


def test_a_restarted_valkey_is_followed_again(tmp_path: Path) -> None:
    with embedded.valkey(tmp_path / "valkey") as url:
        first = cache.connect(url)
        publish(first)
        reader = Reader(first, tmp_path)
        viewed(reader)
        follower = Follower(reader)
        follower.start()
    assert soon(lambda: reader.counts["follower_lost"] > 0)
    assert viewed(reader).model_version == "m1"
    with embedded.valkey(tmp_path / "valkey") as url:
        again = cache.connect(url)
        overlay.put(again, "toys", [Change("tea", NOON, stock=0)])
        assert soon(lambda: not shelf(reader).allowed(3))
        follower.close()
        again.close()
    reader.valkey.close()


def test_processes_of_a_host_share_one_copy(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    readers = [Reader(valkey, tmp_path) for _ in range(8)]
    start = Barrier(len(readers))

    def read(reader: Reader) -> None:
        start.wait()
        viewed(reader)

    threads = [Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = Path("/proc/self/maps").read_text().splitlines()
    inodes = [line.split()[4] for line in lines if str(tmp_path) in line]
    assert (len(inodes), len(set(inodes))) == (8, 1)


def test_pages_that_were_read_are_given_back_and_read_again(valkey: Redis, tmp_path: Path) -> None:
    publish(valkey)
    reader = Reader(valkey, tmp_path)
    before = shelf(reader).snapshot.published.lists["together"].items.tolist()
    assert resident(tmp_path) > 0
    reader.let_go()
    assert resident(tmp_path) == 0
    assert shelf(reader).snapshot.published.lists["together"].items.tolist() == before
