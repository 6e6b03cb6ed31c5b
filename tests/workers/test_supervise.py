"""A child that dies comes back; when the supervisor ends, so do its children."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from workers.supervise import Child, Supervisor

NOTE_AND_SLEEP = "import os,sys,time; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); time.sleep(60)"


def pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().splitlines()] if notes.exists() else []


def until(notes: Path, count: int) -> list[int]:
    deadline = time.monotonic() + 20
    while len(pids(notes)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return pids(notes)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_child_comes_back_and_all_end_together(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    supervisor = Supervisor(os.environ)
    supervisor.children.append(Child("sleeper", [sys.executable, "-c", NOTE_AND_SLEEP, str(notes)]))
    stop = threading.Event()

    def kill_and_stop() -> None:
        os.kill(until(notes, 1)[0], signal.SIGKILL)
        until(notes, 2)
        stop.set()

    helper = threading.Thread(target=kill_and_stop)
    helper.start()
    supervisor.run(stop)
    helper.join()
    started = pids(notes)
    assert len(started) == 2
    assert not any(lives(pid) for pid in started)


def test_what_a_killed_child_leaves_behind_is_made_to_end(tmp_path: Path) -> None:
    notes, stop = tmp_path / "pids", threading.Event()
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {NOTE_AND_SLEEP}"
    parent = f"import subprocess,sys; subprocess.run([sys.executable, '-c', {deaf!r}, {str(notes)!r}])"
    supervisor = Supervisor(os.environ, [Child("parent", [sys.executable, "-c", parent])], patience=0.5)
    keeper = threading.Thread(target=supervisor.run, args=(stop,))
    keeper.start()
    (orphan,) = until(notes, 1)
    started = supervisor.children[0].process
    assert started is not None
    started.kill()
    deadline = time.monotonic() + 20
    while lives(orphan) and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    keeper.join()
    assert not lives(orphan)
