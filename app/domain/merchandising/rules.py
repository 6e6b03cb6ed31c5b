"""What the merchant wants shown or not shown. Live as soon as the store's configuration is put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.merchandising.placements import MOST_SLOTS
from app.domain.tables.merchandising import Rule as Row
from app.engine.rules import STRONGEST, Rule, RuleKind
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.ids import StoreId, new_id

LOCATIONS = ("product", "cart", "home", "category", "search", "thank-you")
MOST_RULES = 500

_MOST_NAMED = 1_000
_LONGEST_NAME = 120
_LONGEST = 200
_HIGHEST = 1_000
_LARGEST = {"price": 10**15, "stock": 10**9}
_LISTS = ("locations", "products", "categories", "brands")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a merchant may choose, in the words of ``app.engine.rules.Rule``; ``name`` is for people."""

    name: str
    kind: str
    active: bool = True
    locations: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    stock_from: int | None = None
    stock_to: int | None = None
    priority: int = 0
    strength: float = 1.0
    position: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_storewide(self) -> bool:
        """Tell whether it has no condition."""
        bounds = (self.price_from, self.price_to, self.stock_from, self.stock_to)
        return not (self.products or self.categories or self.brands) and bounds == (None,) * len(bounds)


def every(session: Session, store_id: StoreId) -> Sequence[Row]:
    """All rules of the store, the highest priority first, then the oldest."""
    order = (Row.priority.desc(), Row.rule_id)
    return session.scalars(select(Row).where(Row.store_id == store_id).order_by(*order)).all()


def get(session: Session, store_id: StoreId, rule_id: str) -> Row:
    """Raises NotFound."""
    found = session.scalar(select(Row).where(Row.store_id == store_id, Row.rule_id == rule_id))
    if found is None:
        raise NotFound("rule", rule_id)
    return found


def create(session: Session, store_id: StoreId, choice: Choice, *, at: datetime) -> Row:
    """Raises Invalid with the field at fault, Conflict where the store has as many rules as it may."""
    kept = _checked(choice)
    if len(every(session, store_id)) >= MOST_RULES:
        raise Conflict(f"a store has at most {MOST_RULES} rules: delete one that is over")
    row = Row(store_id=store_id, rule_id=new_id(), version=at, **_columns(kept))
    session.add(row)
    session.flush()
    return row


def update(session: Session, store_id: StoreId, rule_id: str, choice: Choice, *, at: datetime) -> Row:
    """Replace all of a rule. Raises NotFound, or Invalid with the field at fault."""
    row = get(session, store_id, rule_id)
    for name, value in _columns(_checked(choice)).items():
        setattr(row, name, value)
    row.version = at
    session.flush()
    return row


def delete(session: Session, store_id: StoreId, rule_id: str) -> Row:
    """Give what was deleted. Raises NotFound."""
    row = get(session, store_id, rule_id)
    session.delete(row)
    session.flush()
    return row


def published(session: Session, store_id: StoreId) -> tuple[Rule, ...]:
    """What storefronts are told: the rules that are switched on; their times they watch themselves."""
    return tuple(_told(row) for row in every(session, store_id) if row.active)


def _told(row: Row) -> Rule:
    values = {field.name: getattr(row, field.name) for field in fields(Rule)}
    lists = {name: tuple(values[name]) for name in _LISTS}
    return Rule(**{**values, **lists, "kind": RuleKind(row.kind)})


def _columns(choice: Choice) -> dict[str, object]:
    values = {field.name: getattr(choice, field.name) for field in fields(Choice)}
    return values | {name: list(values[name]) for name in _LISTS}


def _checked(choice: Choice) -> Choice:
    """The choice as it is kept. Raises Invalid with the field at fault."""
    name = choice.name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Invalid(f"a name has 1 to {_LONGEST_NAME} characters", "name")
    if choice.kind not in set(RuleKind):
        raise Invalid(f"a kind is one of {', '.join(RuleKind)}", "kind")
    if unknown := set(choice.locations) - set(LOCATIONS):
        raise Invalid(f"{min(unknown)!r} is no location: {', '.join(LOCATIONS)}", "locations")
    for field in _LISTS:
        _check_list(getattr(choice, field), field)
    for field, least, most in (
        ("price", choice.price_from, choice.price_to),
        ("stock", choice.stock_from, choice.stock_to),
    ):
        _check_bounds(field, least, most)
    _check_times(choice)
    _check_effect(choice)
    return replace(choice, name=name)


def _check_list(named: Sequence[str], field: str) -> None:
    if len(named) > _MOST_NAMED:
        raise Invalid(f"a rule names at most {_MOST_NAMED:,} {field}", field)
    if any(not each.strip() or len(each) > _LONGEST or "\0" in each for each in named):
        raise Invalid(f"each of the {field} has 1 to {_LONGEST} characters", field)


def _check_bounds(field: str, least: int | None, most: int | None) -> None:
    for end, value in (("from", least), ("to", most)):
        if value is not None and not 0 <= value <= _LARGEST[field]:
            raise Invalid(f"{field}_{end} is a whole number from 0 to {_LARGEST[field]:,}", f"{field}_{end}")
    if least is not None and most is not None and least > most:
        raise Invalid(f"{field}_from is above {field}_to: no product is meant", f"{field}_from")


def _check_times(choice: Choice) -> None:
    for field, at in (("starts_at", choice.starts_at), ("ends_at", choice.ends_at)):
        if at is not None and at.tzinfo is None:
            raise Invalid(f"{field} needs a time zone", field)
    if choice.starts_at is not None and choice.ends_at is not None and choice.starts_at >= choice.ends_at:
        raise Invalid("ends_at is not after starts_at: the rule would never apply", "ends_at")


def _check_effect(choice: Choice) -> None:
    if not 0 <= choice.priority <= _HIGHEST:
        raise Invalid(f"a priority is a whole number from 0 to {_HIGHEST:,}", "priority")
    if choice.kind == RuleKind.PIN and not 1 <= choice.position <= MOST_SLOTS:
        raise Invalid(f"a position is a whole number from 1 to {MOST_SLOTS}", "position")
    if choice.kind == RuleKind.BOOST and not 1 / STRONGEST <= choice.strength <= STRONGEST:
        raise Invalid(f"a strength is from {1 / STRONGEST:g} to {STRONGEST:g}", "strength")
    if choice.kind == RuleKind.BOOST and choice.strength == 1.0:
        raise Invalid("a strength of 1 changes nothing: above 1 lifts, below 1 lowers", "strength")
    if choice.is_storewide() and choice.kind == RuleKind.EXCLUDE:
        raise Invalid("without a condition it would hide every product: say which it means", "kind")
    if choice.is_storewide() and choice.kind == RuleKind.BOOST:
        raise Invalid("without a condition it lifts all alike: say which products it means", "kind")
