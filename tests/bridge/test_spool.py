import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.bridge.spool import Spool
from app.bridge.stream import EntryKind, Message


def message(number: int) -> Message:
    return Message("toys", EntryKind.EVENTS, b'{"n": %d}' % number)


def test_what_was_spooled_is_replayed_once_in_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([message(1), message(2)])
    spool.append([message(3)])
    taken: list[Message] = []
    assert spool.waiting()
    assert spool.replay(taken.extend) == 3
    assert taken == [message(1), message(2), message(3)]
    assert not spool.waiting()
    assert spool.replay(taken.extend) == 0


def test_what_could_not_be_handed_over_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([message(1)])

    def refuse(_messages: Sequence[Message]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.replay(refuse)
    spool.append([message(2)])
    taken: list[Message] = []
    spool.replay(taken.extend)
    assert sorted(each.body for each in taken) == [b'{"n": 1}', b'{"n": 2}']


def test_a_segment_in_use_belongs_to_its_writer(tmp_path: Path) -> None:
    writer, other = Spool(tmp_path), Spool(tmp_path)
    writer.append([message(1)])
    taken: list[Message] = []
    assert other.replay(taken.extend) == 0
    writer.close()  # as the death of its process would
    assert other.replay(taken.extend) == 1
    assert taken == [message(1)]


def test_a_line_cut_by_a_power_failure_is_left_out(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([message(1), message(2)])
    spool.close()
    (segment,) = tmp_path.glob("*.spool")
    segment.write_bytes(segment.read_bytes()[:-5])
    taken: list[Message] = []
    spool.replay(taken.extend)
    assert taken == [message(1)]


class NearlyFull:
    """A disk with room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, number: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = os.write(number, data[: self.room])
        self.room -= taken
        return taken


def test_what_a_full_disk_refused_is_not_there_and_spoils_nothing(tmp_path: Path) -> None:
    disk = NearlyFull(room=100)
    spool = Spool(tmp_path, write=disk.write)
    spool.append([message(1)])
    with pytest.raises(OSError, match="No space left"):
        spool.append([message(2), message(3)])
    disk.room = 1000
    spool.append([message(4)])
    taken: list[Message] = []
    assert spool.replay(taken.extend) == 2
    assert taken == [message(1), message(4)]
