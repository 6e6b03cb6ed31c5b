"""Audit log: who changed what."""

from __future__ import annotations

from flask import Blueprint

from app.console.frame import pages
from app.console.frame.person import present
from app.domain.accounts import audit as log
from app.domain.accounts import members
from app.kernel.runtime import Runtime


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/audit")
    def audit() -> str:
        person = present()
        with runtime.unit(person.store_id) as unit:
            return pages.render(
                "monitoring/audit.html",
                entries=log.latest(unit.session, person.store_id),
                names=members.names(unit.session, person.store_id),
            )
