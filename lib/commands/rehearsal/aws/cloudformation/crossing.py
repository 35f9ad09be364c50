"""What crosses from one stack to another: outputs, exports, imports."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.errors import invalid
from aws.cloudformation.stack import Stack
from aws.cloudformation.stacks import stacks_of
from aws.cloudformation.template import Resolver


def outputs_of(resolver: Resolver) -> list[dict[str, str]]:
    """A stack's outputs as DescribeStacks shows them."""
    outputs = []
    for key, definition in resolver.template.get("Outputs", {}).items():
        if "Condition" in definition and not resolver.condition(definition["Condition"]):
            continue
        output = {"OutputKey": key, "OutputValue": str(resolver.resolve(definition["Value"]))}
        output["Description"] = definition.get("Description")
        if "Export" in definition:
            output["ExportName"] = str(resolver.resolve(definition["Export"]["Name"]))
        outputs.append(output)
    return outputs


def check_exports(stack: Stack, outputs: list[dict[str, str]]) -> None:
    """Raises when an export that another stack imports would change, or a name is taken."""
    new = {output["ExportName"]: output["OutputValue"] for output in outputs if "ExportName" in output}
    changed = {name for name, value in stack.exports().items() if new.get(name) != value}
    held = importers(stack, changed)
    if held:
        verb = "updated" if held[0] in new else "deleted"
        raise invalid(f"Export {held[0]} cannot be {verb} as it is in use by {held[1]}. ")
    for other in stacks_of(stack.region):
        taken = new.keys() & other.exports().keys()
        if other is not stack and taken:
            raise invalid(f"Export with name {sorted(taken)[0]} is already exported by stack {other.name}. ")


def importers(stack: Stack, names: Any) -> tuple[str, str] | None:
    """The first of some exports that another stack imports, and who imports it."""
    for name in sorted(names):
        users = [
            other.name for other in stacks_of(stack.region) if other is not stack and name in other.imports
        ]
        if users:
            return name, " and ".join(users)
    return None
