"""The stacks of every region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws.cloudformation.errors import invalid

if TYPE_CHECKING:
    from aws.cloudformation.stack import Stack

_stacks: dict[str, list[Stack]] = {}


def stacks_of(region: str, deleted: bool = False) -> list[Stack]:
    """A region's stacks, the newest first."""
    return [
        stack for stack in reversed(_stacks.get(region, [])) if deleted or stack.status != "DELETE_COMPLETE"
    ]


def find_stack(region: str, name: str) -> Stack:
    """A stack by name, or by id even when it is deleted."""
    for stack in stacks_of(region, deleted=name.startswith("arn:")):
        if name in (stack.name, stack.id):
            return stack
    raise invalid(f"Stack with id {name} does not exist")


def add_stack(stack: Stack) -> None:
    """Remembers a new stack."""
    _stacks.setdefault(stack.region, []).append(stack)


def all_stacks() -> list[Stack]:
    """Every stack of every region that is not deleted."""
    return [stack for region in list(_stacks) for stack in stacks_of(region)]
