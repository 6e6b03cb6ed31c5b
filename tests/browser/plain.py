"""Plain pages of a shop whose Alongside answers with the contract's examples, and what stands on them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page

from tests.browser.probe import Probe

Open = Callable[..., Probe]
PLACEMENT = "alongside-placement"


def shown(page: Page, display: str) -> Locator:
    """The display, once it stands on the page; a popup comes after a while."""
    if display == "popup":
        page.locator("dialog").wait_for(state="attached")
        page.clock.fast_forward(10_000)
    whole = page.locator(f"{PLACEMENT} section.alongside-{display}")
    whole.wait_for()
    return whole


def height(page: Page) -> float:
    return float(page.locator(PLACEMENT).first.evaluate("element => element.getBoundingClientRect().height"))
