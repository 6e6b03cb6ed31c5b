"""The seven groups of pages. A group without a page says so, in one line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Group:
    """``instead`` is what there is in place of pages."""

    title: str
    pages: tuple[Page, ...] = ()
    instead: str = ""


GROUPS = (
    Group("Manage", (Page("Overview", "console.overview"), Page("Placements", "console.placements"))),
    Group("Optimize", instead="No experiments yet. The holdout runs at all times."),
    Group("Advanced", (Page("Models", "console.models"), Page("Segments", "console.customer_segments"))),
    Group("Tools", instead="Import and training run from the command line."),
    Group("Monitoring", (Page("Audit log", "console.audit"),)),
    Group("Settings", instead="Keys and members are set from the command line."),
    Group("World-Class", instead="Nothing here yet."),
)
