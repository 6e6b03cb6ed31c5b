"""What a training reads: all orders where they fit the worker, else the newest, and Spark all of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import text

from app.domain.learning import assemble
from app.engine.affinity_sets import rules_of
from app.engine.spark import session as spark
from app.engine.spark.room import MB, Size, fits_here, needed, newest_that_fit
from app.engine.spark.spill import Line, spilled
from app.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from app.engine.affinity_rules import Rules
    from app.engine.build import Learned
    from app.engine.dataset import Dataset
    from app.kernel.ids import StoreId
    from app.kernel.settings import Settings

_SIZE = text(
    """
    select (select count(*) from orders where store_id = :store_id and status <> 'cancelled') as orders,
           (select count(*) from order_lines where store_id = :store_id) as lines,
           (select count(*) from products where store_id = :store_id and not deleted) as products
    """
)

# What `assemble` reads, sorted here: by time, then by the order's id as Python sorts text.
_LINES = text(
    """
    select extract(epoch from o.created_at)::bigint as placed, o.order_id,
           coalesce(o.customer_id, i.customer_id, '') as customer_id, l.product_id, l.quantity, l.unit_amount
    from orders o
    join order_lines l on l.store_id = :store_id and l.order_id = o.order_id
    join products p on p.store_id = :store_id and p.product_id = l.product_id and not p.deleted
    left join (
        select visitor_id, min(customer_id) as customer_id
        from identities where store_id = :store_id group by visitor_id
    ) i on i.visitor_id = o.visitor_id
    where o.store_id = :store_id and o.status <> 'cancelled' and not o.forgotten
    order by placed, o.order_id collate "C"
    """
)
_FETCHED = 50_000
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Reach:
    """``data`` is learned from here in ``free`` bytes; ``whole``, mapped from disk, where that is not all."""

    data: Dataset
    whole: Dataset | None = None
    free: int = 0

    def widen(self, learned: Learned, master: str) -> Learned:
        """Let Spark say what all orders say, where they do not fit here."""
        if self.whole is None:
            return learned
        from app.engine.spark.far import widened  # noqa: PLC0415  only where Spark is used

        with spark.running(master, self._driver()):
            return replace(learned, published=widened(learned, self.whole))

    def sets(self, master: str) -> Rules | None:
        """Give the rules of three products and more of all orders, where they do not fit here."""
        if self.whole is None:
            return None
        from app.engine.spark.sets import SparkSets  # noqa: PLC0415  only where Spark is used

        with spark.running(master, self._driver()):
            return rules_of(SparkSets().frequent(self.whole), self.whole.orders)

    def _driver(self) -> str:
        """Give Spark's driver half of the memory."""
        return f"{max(self.free // 2 // MB, 1_024)}m"

    def told(self) -> dict[str, Any]:
        """Say what was learned by Spark, for the version's figures; nothing where all was learned here."""
        if self.whole is None:
            return {}
        size = Size(self.whole.orders, int(self.whole.sizes.sum()), self.whole.items)
        return {"spark": asdict(size)}


def read(session: Session, store_id: StoreId, free: int) -> Reach:
    """Read what there is to learn from with ``free`` bytes of memory.

    Raises Conflict where the store does not fit and Spark is not there.
    """
    size = Size(*session.execute(_SIZE, {"store_id": store_id}).one())
    if fits_here(size, free):
        return Reach(assemble.dataset(session, store_id))
    if lacking := spark.missing():
        raise Conflict(
            f"learning from {size.orders:,} orders takes about {needed(size) // MB:,} MB of memory, and "
            f"{free // MB:,} MB are free: give the training worker more, or install {lacking}"
        )
    oldest = max(size.orders - newest_that_fit(size, free), 0)
    everything = whole(session, store_id, known_from=oldest)
    newest = everything.between(min(oldest, everything.orders), everything.orders)
    return Reach(assemble.looked(session, store_id, newest), everything, free)


def whole(session: Session, store_id: StoreId, *, known_from: int) -> Dataset:
    """Read all orders to disk; shoppers are told apart in those numbered ``known_from`` and later."""
    return spilled(_lines(session, store_id), assemble.catalog(session, store_id), known_from=known_from)


def free_bytes(settings: Settings) -> int:
    """Give what a training may take: as set, else the free memory of the machine or of its control group."""
    if settings.training_memory_mb:
        return settings.training_memory_mb * MB
    free = int(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):  # no such group, or one without a limit ("max")
        limit, used = (int((_CGROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        free = min(free, max(limit - used, 0))
    return free


def _lines(session: Session, store_id: StoreId) -> Iterator[Line]:
    """Read the lines by and by: the driver never holds more than some of them."""
    rows = session.execute(_LINES, {"store_id": store_id}, execution_options={"yield_per": _FETCHED})
    for placed, order, customer, product, quantity, price in rows:
        yield Line(placed, order, customer, product, float(quantity), float(price))
