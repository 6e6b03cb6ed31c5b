"""What is none of the widget's business stays as it is: the page, its policy, its other scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.plain import PLACEMENT, Open, height, shown
from tests.browser.probe import Probe
from tests.browser.stage import DISPLAYS, Stage
from tests.docs.blocks import blocks

pytestmark = pytest.mark.browser

NATIVE = """() => [fetch, XMLHttpRequest, XMLHttpRequest.prototype.open, XMLHttpRequest.prototype.send,
  navigator.sendBeacon, history.pushState, addEventListener, Element.prototype.append, Array.prototype.map]
  .every(each => /\\[native code\\]/.test(Function.prototype.toString.call(each)))"""


def buy(probe: Probe) -> None:
    """The shop's own button does what it is for."""
    probe.page.locator("#buy").click()
    expect(probe.page.get_by_role("heading")).to_have_text("Bought")


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_policy_of_nonces_is_enough(visit: Open, display: str) -> None:
    probe = visit(display, "?csp=nonce")
    whole = shown(probe.page, display)
    assert whole.evaluate("element => getComputedStyle(element).outlineStyle") == "none"  # its sheet counts
    assert probe.noticed()["violations"] == []
    assert probe.errors == []


@pytest.mark.parametrize("policy", ["no-script", "no-app"])
def test_a_policy_that_forbids_the_widget_leaves_the_page_alone(visit: Open, policy: str) -> None:
    probe = visit("grid", f"?csp={policy}")
    probe.page.wait_for_load_state("networkidle")
    probe.page.wait_for_timeout(200)
    assert height(probe.page) == 0
    assert probe.noticed()["violations"] != []  # the policy did forbid something
    assert probe.errors == []
    buy(probe)


@pytest.mark.parametrize("what", ["**/widget/**", "**/v1/**", "**/widget/stage-*", "**/alongside.css"])
def test_what_a_blocker_takes_away_leaves_the_page_alone(browser: Browser, stage: Stage, what: str) -> None:
    with browser.new_context(base_url=stage.url) as context:
        context.route(what, lambda route: route.abort("blockedbyclient"))
        probe = Probe(context.new_page())
        probe.page.goto("/page/grid")
        probe.page.wait_for_load_state("networkidle")
        probe.page.wait_for_timeout(200)
        assert height(probe.page) == 0
        assert probe.errors == []
        buy(probe)


def test_errors_of_another_script_are_its_own(visit: Open) -> None:
    probe = visit("grid", "?other")
    shown(probe.page, "grid")
    assert probe.errors
    assert all("not ours" in error for error in probe.errors)
    buy(probe)


def test_one_name_is_added_and_nothing_of_the_page_is_replaced(visit: Open, stage: Stage) -> None:
    probe = visit("all")
    stage.documented = "<!doctype html><title>Without the widget</title><p id=after><button id=buy>"
    without = probe.page.context.new_page()
    without.goto("/documented")
    shown(probe.page, "grid")
    names = "() => Object.getOwnPropertyNames(window)"
    assert set(probe.page.evaluate(names)) - set(without.evaluate(names)) == {"Alongside", "__noticed"}
    assert probe.page.evaluate(NATIVE)


def test_the_documented_page_comes_to_life(visit: Open, stage: Stage) -> None:
    """The first example of docs/storefront.md, with our address in the place of the example's."""
    (written,) = blocks("storefront.md", "html")
    (style,) = blocks("storefront.md", "css")
    page = written.replace("https://app.example", stage.url)
    stage.documented = f"<!doctype html><html lang=en><title>Cup</title><style>{style}</style>{page}</html>"
    probe = visit("none")
    probe.page.goto("/documented")
    whole = probe.page.locator(f"{PLACEMENT} > section")
    expect(whole.locator(".alongside-card")).to_have_count(1)
    button = whole.locator(".alongside-add").first
    assert button.evaluate("element => getComputedStyle(element).borderColor") == "rgb(138, 59, 18)"
    stage.lines.clear()
    button.click()
    expect(button).to_have_text("Added")
    assert [line["product_id"] for line in stage.lines] == ["22699"]
    assert probe.errors == []
