"""What a real browser noticed of a page: shifts, errors, refusals, and what axe finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.browser.stage import ROOT, VIEWED

AXE = ROOT / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
WATCH = """
window.__noticed = {shifts: [], violations: []};
new PerformanceObserver(list => { for (const shift of list.getEntries()) if (!shift.hadRecentInput)
  __noticed.shifts.push([shift.value, ...shift.sources.map(({node}) => node?.outerHTML?.slice(0, 80) ?? "")]);
}).observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", ({violatedDirective}) =>
  __noticed.violations.push(violatedDirective));
"""
SEEN_BEFORE = f"localStorage.setItem('alongside_recent', {VIEWED!r});"
SLOW_NETWORK = {
    "offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000,
}  # fmt: skip


@dataclass
class Probe:
    """A page that is watched from its first moment."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def throttle(self, cpu: int, *, network: bool = False) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
        if network:
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", SLOW_NETWORK)

    def noticed(self) -> dict[str, list[Any]]:
        told: dict[str, list[Any]] = self.page.evaluate("window.__noticed")
        return told

    def findings(self) -> list[str]:
        """What axe has against the widget, WCAG 2.2 AA and its best practices."""
        # Through the protocol, which no content policy of the page concerns.
        self.page.evaluate(AXE.read_text())
        found: list[str] = self.page.evaluate(
            """async () => (await axe.run("alongside-placement")).violations
              .map(each => each.id + ": " + each.nodes.map(node => node.html).join(" "))"""
        )
        return found

    def overflows(self) -> bool:
        """The page scrolls sideways."""
        wide: bool = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return wide
