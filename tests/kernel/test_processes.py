from __future__ import annotations

from app.kernel.processes import Backoff


def test_a_process_that_lived_long_is_started_again_at_once() -> None:
    assert Backoff().pause(lived=3600.0) == 0.0


def test_quick_deaths_are_answered_later_and_later_up_to_half_a_minute() -> None:
    backoff = Backoff()
    assert [backoff.pause(lived=0.1) for _ in range(9)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0]


def test_a_steady_life_forgives_the_quick_deaths_before() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.pause(lived=0.1)
    backoff.pause(lived=60.0)
    assert backoff.pause(lived=0.1) == 0.25
