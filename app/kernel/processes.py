"""Child processes that do not outlive the process that started them."""

from __future__ import annotations

import ctypes
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


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
