"""What an operator does to a store from the command line, each in one unit."""

from __future__ import annotations

from pathlib import Path

from app.domain.accounts import keys, members, stores
from app.domain.accounts.members import DEMO_MERCHANT, NewMember
from app.domain.accounts.stores import Credentials, NewStore
from app.domain.commerce import files, install
from app.domain.learning import publish
from app.domain.merchandising import storefront
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId, new_id
from app.kernel.runtime import Runtime

_SHOWN = 20


def connect(runtime: Runtime, new: NewStore, *, email: str = "", password: str = "") -> Credentials:
    """A connected store, its owner, and its configuration at the storefront. Raises Invalid or Conflict."""
    store_id = StoreId(new_id())
    now = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        credentials = install.connect(unit.session, store_id, new, sealer=runtime.sealer, at=now)
        if email:
            owner = NewMember(email=email, name=new.name, password=password)
            members.create(unit.session, store_id, owner, at=now)
        store = stores.get(unit.session, store_id)
        config = storefront.config(unit.session, store_id, store)
        unit.after_commit(lambda: storefront.put(runtime.valkey, store, config))
    return credentials


def only_store(runtime: Runtime, given: str) -> StoreId:
    """The store that is meant. Raises Invalid where none is named and there is not exactly one."""
    if given:
        return StoreId(given)
    with runtime.unit() as unit:
        known = list(stores.every_id(unit.session))
    if len(known) != 1:
        raise Invalid(f"there are {len(known)} stores: name one with --store", "store")
    return known[0]


def import_file(runtime: Runtime, store: str, kind: str, path: Path) -> str:
    """What was kept and what was not, in words."""
    outcome = files.load(runtime, only_store(runtime, store), path, kind)
    bad = [f"  line {each.line}: {each.reason}" for each in outcome.rejected[:_SHOWN]]
    more = len(outcome.rejected) - len(bad)
    lines = [
        f"{outcome.accepted} kept, {outcome.stale} older than known, {len(outcome.rejected)} rejected",
        *bad,
    ]
    return "\n".join(lines + ([f"  and {more} more"] if more else []))


def rollback(runtime: Runtime, store: str, version: str | None) -> str:
    """The version that is served from now on. Raises NotFound."""
    return publish.rollback(runtime, only_store(runtime, store), version)


def demo_store(runtime: Runtime, has_keys: bool) -> Credentials | None:  # noqa: FBT001 - says one thing
    """The demo store's keys; None where it exists and its keys are at hand already.

    A start that was killed between the store and the file of keys is mended: the store gets new ones.
    """
    with runtime.unit() as unit:
        store_id = members.store_of(unit.session, DEMO_MERCHANT)
    if store_id is None:
        new = NewStore(
            name="Fern & Thimble",
            platform="custom",
            domain=runtime.settings.public_url,
            currency="GBP",
            timezone="Europe/London",
        )
        return connect(runtime, new, email=DEMO_MERCHANT, password=runtime.settings.secret_key)
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
        store.domain = stores.host_of(runtime.settings.public_url)
        secret_key = "" if has_keys else keys.create(unit.session, store_id, at=runtime.clock.now())
        config = storefront.config(unit.session, store_id, store)
        unit.after_commit(lambda: storefront.put(runtime.valkey, store, config))
        if has_keys:
            return None
        secret = stores.webhook_secret(unit.session, store_id, sealer=runtime.sealer)
        return Credentials(store_id, store.public_key, secret_key, secret)
