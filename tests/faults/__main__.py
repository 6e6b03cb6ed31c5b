"""`make faults`: schedules at full size; N of them, or the one with this SEED again."""

from __future__ import annotations

import sys

from app.kernel.ids import StoreId
from tests.faults import check, plan, sender
from tests.faults.stage import Stage, stage

_USAGE = "python -m tests.faults full|small COUNT [SEED]"


def main(arguments: list[str]) -> int:
    if len(arguments) not in {2, 3} or arguments[0] not in {"full", "small"}:
        print(_USAGE, file=sys.stderr)
        return 2
    size = plan.FULL if arguments[0] == "full" else plan.SMALL
    first = int(arguments[2]) if len(arguments) == 3 else 0
    count = int(arguments[1])
    bad = 0
    with stage() as servers:
        for seed in range(first, first + count):
            bad += not _held(servers, seed, size)
    print(f"{count - bad} of {count} schedules held")
    return 1 if bad else 0


def _held(servers: Stage, seed: int, size: plan.Size) -> bool:
    """Run one schedule and say what came of it, in a line."""
    drawn = plan.draw(seed, size)
    store = servers.store(drawn)
    report = sender.run(servers, drawn, store)
    store_id = StoreId(store.store_id)
    settled = check.settle(servers.runtime, [(store_id, drawn)])
    wrong = check.differences(servers.runtime, store_id, drawn)
    wrong += [f"unanswered: {each}" for each in report.unanswered()]
    wrong += [f"never acknowledged: {each.ids}" for each in report.unacknowledged]
    kills = ", ".join(each.victim for each in report.killed)
    back = ", ".join(f"{each:.1f} s" for each in report.back_after)
    print(
        f"seed {seed}: {'FAILED' if wrong else 'held'}; killed {kills}; server back after {back};"
        f" settled after {settled:.0f} s; {dict(report.counts())}",
        flush=True,
    )
    for each in wrong[:10]:
        print(f"  {each}")
    return not wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
