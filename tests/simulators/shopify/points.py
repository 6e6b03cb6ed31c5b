"""What one app may ask of one shop: points, taken before a question and partly given back after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import FieldNode, IntValueNode, OperationDefinitionNode, OperationType, VariableNode

from app.kernel.clock import Clock

DEAREST = 1000
_MUTATION = 10


@dataclass
class Points:
    """A standard shop's: ``restored`` a second, never more than ``most``."""

    clock: Clock
    most: float = 2000.0
    restored: float = 100.0
    held: float = 2000.0
    seen: datetime | None = None
    spent: float = 0.0

    def take(self, cost: float) -> dict[str, Any] | None:
        """The error where a question is too dear, or more than what is left."""
        now = self.clock.now()
        if self.seen is not None:
            self.held = min(self.most, self.held + (now - self.seen).total_seconds() * self.restored)
        self.seen = now
        if cost > DEAREST:
            code = {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": DEAREST}
            return {"message": "Query cost is too high", "extensions": code}
        if cost > self.held:
            return {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
        self.held -= cost
        return None

    def settle(self, cost: float, actual: float) -> None:
        """It was cheaper than it looked."""
        self.held = min(self.most, self.held + cost - actual)
        self.spent += actual

    def told(self, requested: float, actual: float | None) -> dict[str, Any]:
        status = {
            "maximumAvailable": self.most, "currentlyAvailable": int(self.held), "restoreRate": self.restored,
        }  # fmt: skip
        return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}


def requested(node: Any, variables: dict[str, Any]) -> float:
    """Objects cost 1, a connection one and as many of its nodes as it may have; mutations cost 10 more."""
    inside = 0.0
    for each in node.selection_set.selections if node.selection_set else ():
        inside += requested(each, variables)
    if isinstance(node, OperationDefinitionNode):
        return inside + (_MUTATION if node.operation is OperationType.MUTATION else 0)
    if not isinstance(node, FieldNode):
        return inside
    if node.name.value in {"edges", "nodes", "pageInfo"} and not node.arguments:
        return inside
    told = {arg.name.value: arg.value for arg in node.arguments or ()}
    many = _times(told.get("first"), variables)
    if many is not None:
        return 1 + many * (1 + inside)
    if "ids" in told:
        return (_times(told["ids"], variables) or 1) * (1 + inside)
    return 1 + inside if node.selection_set else 0


def actual(node: Any, answer: Any) -> float:
    """The same of what was really there."""
    mutation = isinstance(node, OperationDefinitionNode) and node.operation is OperationType.MUTATION
    return _objects(answer) - 1 + (_MUTATION if mutation else 0)


def _objects(answer: Any) -> int:
    if isinstance(answer, list):
        return sum(map(_objects, answer))
    return 1 + sum(map(_objects, answer.values())) if isinstance(answer, dict) else 0


def _times(value: Any, variables: dict[str, Any]) -> int | None:
    """How many a page or a list of ids means."""
    if isinstance(value, IntValueNode):
        return int(value.value)
    if isinstance(value, VariableNode):
        given = variables.get(value.name.value)
        return len(given) if isinstance(given, list) else int(given or 0)
    return None
