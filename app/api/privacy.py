"""Erasing a customer at the shop's word."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Response

from app.api import edge
from app.api.custom import BASE, GROUP
from app.api.edge import Operation, Param
from app.api.store import Started
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime

ERASE: Final = "privacy.erase"


def operations(runtime: Runtime) -> tuple[Operation, ...]:
    erase = Operation(
        "DELETE", f"{BASE}/customers/<customer_id>", "erase_customer", "Erase a customer", GROUP,
        partial(_erase, runtime), answered=Started, status=202,
        params=(Param("customer_id", "As the shop sent it; an unknown one is no error", where="path"),),
        about="Name, address, visits and slates go at once, orders keep their amounts and no person, and the"
        " models are trained anew without them.",
    )  # fmt: skip
    return (erase,)


def _erase(runtime: Runtime, store_id: StoreId, /, customer_id: str) -> Response:
    with runtime.unit(store_id) as unit:
        unit.enqueue(ERASE, customer_id)
    return edge.reply(Started(ERASE), 202)
