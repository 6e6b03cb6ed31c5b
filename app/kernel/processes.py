"""Child processes: they do not outlive who started them, and are started again with care when they die."""

from __future__ import annotations

import ctypes
import signal
from collections.abc import Callable
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1

_STEADY = 10.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0


MODEST = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "1048576"}
"""Settings of glibc for who needs large pieces of memory now and then: they go back to the system at once."""


@dataclass(slots=True)
class Backoff:
    """How long to wait before a process that died is started again."""

    quick_deaths: int = 0

    def pause(self, lived: float) -> float:
        """Seconds: none after a life of ten, else a quarter, doubled by each further quick death."""
        if lived >= _STEADY:
            self.quick_deaths = 0
            return 0.0
        self.quick_deaths += 1
        return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self.quick_deaths - 1, 10))


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For ``Popen(preexec_fn=...)``: the child gets this signal when its parent ends, in any way (Linux).

    The library is opened here, before the fork: after it nothing but the one system call happens.
    """
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number))

    return ask


def end_with_parent(number: signal.Signals) -> None:
    """The same for this very process, to be called in its main thread."""
    die_with_parent(number)()
