"""Rules: what the merchant wants shown or not shown, kept by his own programs."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

import msgspec
from flask import Response
from msgspec import Meta, Struct

from app.api import edge
from app.api.edge import Operation, Param
from app.domain.accounts import audit, stores
from app.domain.merchandising import rules, storefront
from app.domain.merchandising.rules import Choice
from app.domain.tables.merchandising import Rule
from app.engine.rules import STRONGEST, RuleKind
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime, Unit

BASE: Final = edge.PREFIX + "/rules"
GROUP: Final = "Rules"

_ACTOR: Final = "secret key"
_LARGEST: Final = 1024 * 1024
_ID: Final = Param("rule_id", "As in the list", where="path")

_Location = Literal["product", "cart", "home", "category", "search", "thank-you"]
_Names = Annotated[list[str], Meta(max_length=1_000)]
_Amount = Annotated[int, Meta(ge=0, description="Minor units of the store's currency, inclusive")]
_Pieces = Annotated[int, Meta(ge=0, description="Pieces in stock, inclusive; what is not counted is not met")]


class RuleSent(Struct):
    """A product must meet every condition that is given; empty lists and nulls are none."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: RuleKind
    active: bool = True
    locations: Annotated[list[_Location], Meta(description="Empty = everywhere")] = []
    products: _Names = []
    categories: _Names = []
    brands: _Names = []
    price_from: _Amount | None = None
    price_to: _Amount | None = None
    stock_from: _Pieces | None = None
    stock_to: _Pieces | None = None
    priority: Annotated[int, Meta(ge=0, le=1_000, description="Of two pins of one slot the higher wins")] = 0
    strength: Annotated[float, Meta(gt=0, le=STRONGEST, description="Of a boost; below 1 it lowers")] = 1.0
    position: Annotated[int, Meta(ge=1, le=12, description="A pin's slot")] = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class RuleKept(RuleSent, kw_only=True):
    """``version``: when it was changed last."""

    rule_id: str
    version: datetime


class RuleList(Struct):
    """The highest priority first, then the oldest."""

    rules: list[RuleKept]


_SENT: Final = msgspec.json.Decoder(RuleSent)


def operations(runtime: Runtime) -> tuple[Operation, ...]:
    listed = Operation("GET", BASE, "rules", "All rules", GROUP, partial(_list, runtime), answered=RuleList)
    made = Operation(
        "POST", BASE, "create_rule", "A new rule", GROUP, partial(_create, runtime), sent=RuleSent,
        answered=RuleKept, status=201,
        about="Exclude, pin or boost what meets the conditions. Live at the storefront within two seconds.",
    )  # fmt: skip
    one = Operation(
        "GET", f"{BASE}/<rule_id>", "rule", "One rule", GROUP, partial(_one, runtime), answered=RuleKept,
        params=(_ID,),
    )  # fmt: skip
    changed = Operation(
        "PUT", f"{BASE}/<rule_id>", "update_rule", "Replace a rule", GROUP, partial(_update, runtime),
        sent=RuleSent, answered=RuleKept, params=(_ID,), about="What is left out goes back to its default.",
    )  # fmt: skip
    gone = Operation(
        "DELETE", f"{BASE}/<rule_id>", "delete_rule", "Delete a rule", GROUP, partial(_delete, runtime),
        status=204, params=(_ID,),
    )  # fmt: skip
    return listed, made, one, changed, gone


def _list(runtime: Runtime, store_id: StoreId, /) -> Response:
    with runtime.unit(store_id) as unit:
        return edge.reply(RuleList([_kept(each) for each in rules.every(unit.session, store_id)]))


def _one(runtime: Runtime, store_id: StoreId, /, rule_id: str) -> Response:
    with runtime.unit(store_id) as unit:
        return edge.reply(_kept(rules.get(unit.session, store_id, rule_id)))


def _create(runtime: Runtime, store_id: StoreId, /) -> Response:
    choice, now = _choice(), runtime.clock.now()
    with runtime.unit(store_id) as unit:
        made = rules.create(unit.session, store_id, choice, at=now)
        _changed(runtime, unit, made, "rule.create")
        return edge.reply(_kept(made), 201)


def _update(runtime: Runtime, store_id: StoreId, /, rule_id: str) -> Response:
    choice, now = _choice(), runtime.clock.now()
    with runtime.unit(store_id) as unit:
        changed = rules.update(unit.session, store_id, rule_id, choice, at=now)
        _changed(runtime, unit, changed, "rule.update")
        return edge.reply(_kept(changed))


def _delete(runtime: Runtime, store_id: StoreId, /, rule_id: str) -> Response:
    with runtime.unit(store_id) as unit:
        gone = rules.delete(unit.session, store_id, rule_id)
        _changed(runtime, unit, gone, "rule.delete")
    return Response(status=204)


def _changed(runtime: Runtime, unit: Unit, rule: Rule, action: str) -> None:
    """Note who did it, and let storefronts know after the commit."""
    store_id, now = StoreId(rule.store_id), runtime.clock.now()
    detail: dict[str, str | int] = {
        "name": rule.name,
        "kind": rule.kind,
        "active": rule.active,
        "priority": rule.priority,
    }
    audit.note(unit.session, store_id, action, rule.rule_id, actor=_ACTOR, at=now, detail=detail)
    store = stores.get(unit.session, store_id)
    config = storefront.config(unit.session, store_id, store)
    unit.after_commit(partial(storefront.put, runtime.valkey, store, config))


def _choice() -> Choice:
    """What was sent. Raises Invalid."""
    try:
        sent = _SENT.decode(edge.body(_LARGEST))
    except msgspec.ValidationError as error:
        raise Invalid(f"this is no rule: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid("the body is not JSON") from None
    lists = {name: tuple(getattr(sent, name)) for name in ("locations", "products", "categories", "brands")}
    return Choice(**{**msgspec.structs.asdict(sent), **lists, "kind": str(sent.kind)})


def _kept(row: Rule) -> RuleKept:
    return msgspec.convert(row, RuleKept, from_attributes=True)
