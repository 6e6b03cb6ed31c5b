"""The seven groups of pages. A group without a page says so, in one line; in a shop's admin, in its words."""

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

    def embedded(self) -> Group:
        """The same for people who come in by their shop's admin: they have no command line."""
        pages = (_HOME, *self.pages) if self.title == "Manage" else self.pages
        return Group(self.title, pages, _EMBEDDED.get(self.title, self.instead))


_HOME = Page("Home", "console.shopify")
_EMBEDDED = {
    "Tools": "Your shop is fetched by itself, and learned from every night.",
    "Settings": "Who may use this app is set in your shop's admin.",
}

GROUPS = (
    Group("Manage", (Page("Overview", "console.overview"), Page("Placements", "console.placements"))),
    Group("Optimize", instead="No experiments yet. The holdout runs at all times."),
    Group("Advanced", (Page("Models", "console.models"), Page("Segments", "console.customer_segments"))),
    Group("Tools", instead="Import and training run from the command line."),
    Group("Monitoring", (Page("Audit log", "console.audit"),)),
    Group("Settings", instead="Keys and members are set from the command line."),
    Group("World-Class", instead="Nothing here yet."),
)
