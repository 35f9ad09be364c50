"""Which statements nobody needed: each is taken away on paper, and every call that was allowed is decided again. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowed:
    """One call that was allowed."""

    #: Of the caller's own policies, those statements that allow it.
    identity: Collection[str]
    #: Of the resource's policy.
    resource: Collection[str]
    #: Whether both must allow it.
    both: bool


def unneeded(statements: Iterable[str], calls: Iterable[Allowed]) -> set[str]:
    """The statements without which every call is still allowed, each taken away alone."""
    needed: set[str] = set()
    for call in calls:
        groups = [call.identity, call.resource] if call.both else [[*call.identity, *call.resource]]
        needed.update(name for group in groups if len(group) == 1 for name in group)
    return set(statements) - needed
