"""Ids are of one form, sort by time, and are never given twice, not even by processes forked off."""

from __future__ import annotations

import os
import time

from app.kernel.ids import new_id


def test_ids_sort_by_the_time_they_were_made() -> None:
    first = new_id()
    time.sleep(0.002)
    second = new_id()
    assert len(first) == len(second) == 26
    assert first < second


def test_no_id_is_given_twice() -> None:
    assert len({new_id() for _ in range(1_000)}) == 1_000


def test_a_forked_process_draws_its_own() -> None:
    new_id()  # draws for many
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, "".join(new_id() for _ in range(50)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(read, 26 * 50).decode()
    os.close(read)
    os.close(write)
    chance = {theirs[start + 10 : start + 26] for start in range(0, len(theirs), 26)}
    assert len(chance) == 50
    assert chance.isdisjoint(new_id()[10:] for _ in range(99))
