"""What a change set would change, and what the rehearsal must refuse."""

from __future__ import annotations

from typing import Any

from aws.cloudformation import schemas
from aws.cloudformation.errors import invalid
from aws.cloudformation.resources import HANDLERS, handler_of
from aws.cloudformation.resources.custom import CustomResource
from aws.cloudformation.stack import Stack, Target
from aws.cloudformation.template import Resolver

#: What CloudFormation says of a change set whose template breaks a schema. The CDK then asks for the events.
INVALID = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. "
    "To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information."
)
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)


def check(stack: Stack, target: Target) -> None:
    """Raises for a template that cannot deploy, an unknown resource type above all."""
    resolver = stack.resolver(target, stack.resources)
    types = {definition["Type"] for definition in resolver.resources().values()}
    unknown = sorted(kind for kind in types if handler_of(kind) is None)
    if unknown:
        raise invalid(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]; "
            f"the rehearsal knows {', '.join(sorted(HANDLERS))} and Custom::*"
        )
    changed = [
        logical_id
        for logical_id, definition in resolver.resources().items()
        if logical_id in stack.resources and stack.resources[logical_id].type != definition["Type"]
    ]
    if changed:
        raise invalid(
            "Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(changed)}]"
        )
    resolver.check()


def changes(stack: Stack, target: Target) -> list[dict[str, Any]]:
    """The change set's changes, one per resource; tags of the stack count for every resource."""
    new = _definitions(stack.resolver(target, {}))
    old = _definitions(stack.resolver(stack.target, {})) if stack.target else {}
    tags_changed = stack.target is not None and stack.target.tags != target.tags
    found = []
    for logical_id in [*new, *(name for name in old if name not in new)]:
        if logical_id not in old:
            action = "Add"
        elif logical_id not in new:
            action = "Remove"
        elif old[logical_id] != new[logical_id] or tags_changed:
            action = "Modify"
        else:
            continue
        definition = new.get(logical_id) or old[logical_id]
        known = stack.resources.get(logical_id)
        change = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": definition["Type"]}
        if known and known.physical_id:
            change["PhysicalResourceId"] = known.physical_id
        if action == "Modify":
            change |= _modification(stack.region, old[logical_id], new[logical_id], tags_changed)
        found.append({"Type": "Resource", "ResourceChange": change})
    return found


def _modification(
    region: str, old: dict[str, Any], new: dict[str, Any], tags_changed: bool
) -> dict[str, Any]:
    """What of a resource changes, and whether another takes its place: a custom resource's function alone knows that."""
    before, after = old.get("Properties", {}), new.get("Properties", {})
    names = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    unknown = isinstance(handler_of(new["Type"]), CustomResource)
    replacing = schemas.replacing(new["Type"], region, before, after)

    def detail(name: str) -> dict[str, Any]:
        recreation = "Conditionally" if unknown else "Always" if name in replacing else "Never"
        return {
            "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation},
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }

    return {
        "Replacement": "Conditional" if unknown and names else str(bool(replacing)),
        "Scope": ["Properties"] * bool(names) + ["Tags"] * tags_changed,
        "Details": [detail(name) for name in sorted(names)],
    }


def differs(stack: Stack, target: Target, found: list[dict[str, Any]]) -> bool:
    """Whether executing would do anything: resources, outputs or tags."""
    old = stack.target
    if old is None or not stack.resources:
        return True
    before, after = (
        stack.resolver(which, {}).parameterized(which.template.get("Outputs", {})) for which in (old, target)
    )
    return bool(found) or before != after or old.tags != target.tags


def _definitions(resolver: Resolver) -> dict[str, Any]:
    return resolver.parameterized(resolver.resources())
