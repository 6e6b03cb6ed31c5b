"""No task of the widget would take 50 ms on a machine that is four times slower."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.probe import SEEN_BEFORE
from tests.browser.stage import DISPLAYS, Stage

pytestmark = pytest.mark.browser

SLOWER = 4
LONG_MS = 50
VISITS = 6
AFTERWARDS_MS = 600  # the cards, their layout, and the file that watches them
CATEGORIES = ["toplevel", "devtools.timeline"]
RUN, TASK = "EvaluateScript", "ThreadControllerImpl::RunTask"

Event = dict[str, Any]


def tasks_of(events: list[Event]) -> list[float]:
    """CPU milliseconds of each task of the page's main thread from the widget's first one on.

    The page has no script of its own, so that all of it is the widget's: its scripts, and what they have laid
    out and painted.
    """
    whole = [each for each in events if each.get("ph") == "X"]
    loader = next(
        each for each in whole if each["name"] == RUN and "/widget/alongside.js" in str(each.get("args"))
    )
    tasks = [
        each
        for each in whole
        if each["name"] == TASK and (each["pid"], each["tid"]) == (loader["pid"], loader["tid"])
    ]
    return [each["tdur"] / 1000 for each in tasks if each["ts"] + each["dur"] > loader["ts"]]


def visit(browser: Browser, address: str) -> list[float]:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(SEEN_BEFORE)
    browser.start_tracing(page=page, categories=CATEGORIES)
    # Playwright would look for a card by a script of its own; the sheet comes right before one.
    with page.expect_event("response", lambda response: "alongside.css" in response.url):
        page.goto(address)
    page.wait_for_timeout(AFTERWARDS_MS)
    events: list[Event] = json.loads(browser.stop_tracing())["traceEvents"]
    context.close()
    return tasks_of(events)


def shortest_of_the_longest(browser: Browser, address: str) -> float:
    """In CPU time, the best of some visits: a busy machine makes tasks longer, never shorter."""
    longest: list[float] = []
    for _ in range(VISITS):
        tasks = visit(browser, address)
        assert tasks
        longest.append(max(tasks) * SLOWER)
        if longest[-1] <= LONG_MS:
            break
    return min(longest)


@pytest.mark.parametrize("display", DISPLAYS)
def test_no_long_task(browser: Browser, stage: Stage, display: str) -> None:
    assert shortest_of_the_longest(browser, f"{stage.url}/page/{display}") <= LONG_MS


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("de", "EUR", "2,95\xa0€"),
        ("fr", "CAD", "2,95\xa0$CA"),
        ("es", "MXN", "2,95\xa0MXN"),
        ("ar-EG", "KWD", "\u200f٠٫٢٩٥\xa0د.ك.\u200f"),
        ("ja", "JPY", "￥295"),
    ],
    ids=["de", "fr", "es", "ar", "ja"],
)
def test_no_language_and_no_money_makes_a_task_long(
    browser: Browser, stage: Stage, language: str, currency: str, written: str
) -> None:
    """Each visit has a window and a page of its own: nothing of `Intl` is warm."""
    address = f"{stage.url}/page/grid?lang={language}&currency={currency}"
    with browser.new_page() as page:
        page.goto(address)
        assert page.locator(".alongside-price").first.inner_text() == written
    assert shortest_of_the_longest(browser, address) <= LONG_MS


@pytest.mark.parametrize("display", ["bundle", "quantity-break", "free-shipping", "mix-match", "drawer"])
def test_no_sum_in_other_money_makes_a_task_long(browser: Browser, stage: Stage, display: str) -> None:
    address = f"{stage.url}/page/{display}?lang=de&currency=EUR"
    assert shortest_of_the_longest(browser, address) <= LONG_MS
