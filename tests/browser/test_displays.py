"""Every display in every condition, on plain pages whose Alongside answers with the contract's examples."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.plain import PLACEMENT, Open, height, shown
from tests.browser.stage import DISPLAYS, Stage

pytestmark = pytest.mark.browser

STILL_SHOWN = {"recent", "free-shipping"}  # what was viewed, and how far it is, are true of a sold-out shop


@pytest.mark.parametrize("display", DISPLAYS)
def test_normal(visit: Open, display: str) -> None:
    probe = visit(display)
    whole = shown(probe.page, display)
    assert whole.locator("[data-position]").count() > 0
    assert probe.findings() == []
    assert probe.errors == []


@pytest.mark.parametrize("display", DISPLAYS)
def test_sold_out(visit: Open, display: str) -> None:
    probe = visit(display, "?condition=soldout")
    probe.page.wait_for_load_state("networkidle")
    assert probe.page.locator(f"{PLACEMENT} .alongside-add").count() == 0
    assert (height(probe.page) > 0) is (display in STILL_SHOWN)
    assert probe.errors == []


@pytest.mark.parametrize("display", DISPLAYS)
def test_right_to_left(visit: Open, display: str) -> None:
    probe = visit(display, "?dir=rtl")
    whole = shown(probe.page, display)
    assert whole.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert not probe.overflows()
    said = whole.evaluate("element => element.innerHTML")
    assert any("\u0600" <= letter <= "\u06ff" for letter in said)  # the contract's titles are English


@pytest.mark.parametrize("display", DISPLAYS)
def test_small_and_mobile(visit: Open, display: str) -> None:
    probe = visit(display, width=320)
    whole = shown(probe.page, display)
    assert not probe.overflows()
    for button in whole.locator("button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, target size
    assert probe.findings() == []


@pytest.mark.parametrize("display", DISPLAYS)
def test_strict_content_policy(visit: Open, display: str) -> None:
    probe = visit(display, "?csp=")
    whole = shown(probe.page, display)
    assert whole.evaluate("element => getComputedStyle(element).outlineStyle") == "none"  # its sheet counts
    assert probe.noticed()["violations"] == []
    assert probe.errors == []


@pytest.mark.parametrize("condition", ["down", "malformed"])
@pytest.mark.parametrize("display", DISPLAYS)
def test_down(visit: Open, display: str, condition: str) -> None:
    probe = visit(display, f"?condition={condition}")
    probe.page.wait_for_load_state("networkidle")
    if display == "recent":  # the browser itself knows what was viewed
        shown(probe.page, display)
    else:
        assert height(probe.page) == 0
        assert probe.page.locator(PLACEMENT).inner_text() == ""
        assert probe.noticed()["shifts"] == []
    assert probe.errors == []
    probe.page.locator("#buy").click()
    expect(probe.page.get_by_role("heading")).to_have_text("Bought")


@pytest.mark.parametrize("display", DISPLAYS)
def test_slow_is_as_good_as_down(visit: Open, display: str) -> None:
    probe = visit(display, "?condition=slow")
    if display == "popup":
        probe.page.clock.fast_forward(4000)
    else:
        probe.page.wait_for_timeout(3600)
    if display == "recent":
        shown(probe.page, display)
    else:
        assert height(probe.page) == 0
        assert probe.page.locator(f"{PLACEMENT} section").count() == 0
    assert probe.errors == []
    probe.page.locator("#buy").click()
    expect(probe.page.get_by_role("heading")).to_have_text("Bought")


@pytest.mark.parametrize("display", DISPLAYS)
def test_without_scripts(visit: Open, display: str) -> None:
    page = visit(display, scripts=False).page
    assert page.locator(PLACEMENT).bounding_box() is None or page.locator(PLACEMENT).inner_text() == ""
    page.locator("#buy").click()
    expect(page.get_by_role("heading")).to_have_text("Bought")


@pytest.mark.parametrize("display", [name for name in DISPLAYS if name != "popup"])
def test_below_the_fold_nothing_shifts(visit: Open, display: str) -> None:
    probe = visit(display, "?below", cpu=4)
    probe.page.mouse.wheel(0, 1000)
    probe.page.locator(f"{PLACEMENT} section").wait_for()
    probe.page.locator("#after").scroll_into_view_if_needed()
    probe.page.wait_for_timeout(100)
    assert probe.noticed()["shifts"] == []


@pytest.mark.parametrize("display", ["grid", "carousel", "list", "popup", "drawer", "post-purchase"])
def test_a_card_is_added_by_keyboard(visit: Open, stage: Stage, display: str) -> None:
    page = visit(display).page
    whole = shown(page, display)
    stage.lines.clear()
    button = whole.locator(".alongside-add").first
    for _ in range(12):
        if button.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(button).to_have_text("Added")
    added = [line for line in stage.lines if "slate_id" in line]  # the drawer also takes something out
    assert [line["slate_id"] for line in added] == [f"{display}-normal"]
    assert [line["product_id"] for line in added] == ["22423" if display == "drawer" else "22699"]


def tab_to(page: Page, what: Locator) -> None:
    """Reach something by the Tab key alone."""
    for _ in range(40):
        if what.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} cannot be reached by the keyboard")


def test_a_bundle_is_put_together_by_keyboard(visit: Open, stage: Stage) -> None:
    page = visit("bundle").page
    whole = shown(page, "bundle")
    tick = whole.get_by_role("checkbox").nth(1)
    tab_to(page, tick)
    page.keyboard.press("Space")
    expect(tick).not_to_be_checked()
    expect(whole.locator(".alongside-save")).to_have_count(0)
    page.keyboard.press("Space")
    expect(whole.locator(".alongside-save")).to_have_count(1)
    stage.lines.clear()
    tab_to(page, whole.locator(".alongside-add"))
    page.keyboard.press("Enter")
    expect(whole.locator(".alongside-add")).to_have_text("Added")
    assert [line["quantity"] for line in stage.lines] == [1, 1, 1]
    assert all(line["offer_id"] for line in stage.lines)


def test_a_quantity_is_chosen_by_keyboard(visit: Open, stage: Stage) -> None:
    page = visit("quantity-break").page
    whole = shown(page, "quantity-break")
    radios = whole.get_by_role("radio")
    tab_to(page, radios.first)
    page.keyboard.press("ArrowDown")
    expect(radios.nth(1)).to_be_checked()
    stage.lines.clear()
    tab_to(page, whole.locator(".alongside-add"))
    page.keyboard.press("Enter")
    expect(whole.locator(".alongside-add")).to_have_text("Added")
    assert [str(line["quantity"]) for line in stage.lines] == [radios.nth(1).get_attribute("value")]


def test_a_mixture_is_picked_by_keyboard(visit: Open, stage: Stage) -> None:
    page = visit("mix-match").page
    whole = shown(page, "mix-match")
    more = whole.get_by_role("button", name="+1").first
    tab_to(page, more)
    add = whole.locator(".alongside-add")
    for _ in range(12):
        page.keyboard.press("Enter")
    expect(add).to_have_attribute("aria-disabled", "false")
    stage.lines.clear()
    tab_to(page, add)
    page.keyboard.press("Enter")
    expect(add).to_have_text("Added")
    assert len(stage.lines) == 1


def test_the_better_one_comes_and_the_other_goes(visit: Open, stage: Stage) -> None:
    page = visit("drawer").page
    whole = shown(page, "drawer")
    stage.lines.clear()
    whole.get_by_role("button", name="Swap: REGENCY CAKESTAND 3 TIER").click()
    expect(whole.locator(".alongside-add")).to_have_text("Added")
    assert [(line["product_id"], "slate_id" in line) for line in stage.lines] == [
        ("22423", True),
        ("22720", False),
    ]


def test_escape_closes_the_popup_and_the_focus_goes_back(visit: Open) -> None:
    page = visit("popup").page
    page.locator("#buy").focus()
    shown(page, "popup")
    assert page.locator("dialog").evaluate("element => element.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("#buy")).to_be_focused()


def test_twice_the_size_is_as_usable(visit: Open) -> None:
    """200 % zoom of a window of 1024 is a window of 512."""
    probe = visit("all", width=512)
    probe.page.locator(f"{PLACEMENT} section.alongside-grid").wait_for()
    probe.page.wait_for_load_state("networkidle")
    assert not probe.overflows()


@pytest.mark.parametrize("display", DISPLAYS)
def test_forced_colours_and_calm_motion(visit: Open, display: str) -> None:
    probe = visit(display, "?below", forced=True)
    probe.page.mouse.wheel(0, 2500)
    whole = shown(probe.page, display)
    assert probe.findings() == []
    items = probe.page.locator(f"{PLACEMENT} .alongside-items")
    if items.count():
        assert items.first.evaluate("element => getComputedStyle(element).scrollBehavior") == "auto"
    for button in whole.locator("button:visible").all():
        assert button.evaluate("element => getComputedStyle(element).borderStyle") != ""


@pytest.mark.parametrize("display", DISPLAYS)
def test_at_twice_the_size(visit: Open, display: str) -> None:
    """200 % zoom of a window of 1024 is a window of 512 with two pixels a point."""
    probe = visit(display, width=512)
    whole = shown(probe.page, display)
    assert not probe.overflows()
    box = whole.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 512
    assert probe.findings() == []


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_screen_reader_is_told_names(visit: Open, display: str) -> None:
    """Every region, link and button has a name, and no picture speaks."""
    whole = shown(visit(display).page, display)
    for role in ("button", "link", "checkbox", "radio", "progressbar", "combobox"):
        for each in whole.get_by_role(role).all():
            assert each.evaluate(
                "element => element.ariaLabel || element.labels?.[0]?.innerText || element.innerText"
            )
    assert whole.get_by_role("img").count() == 0
    assert whole.get_attribute("aria-label")
