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
    new = _definitions(stack, target)
    old = _definitions(stack, stack.target) if stack.target else {}
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

    def recreation(name: str) -> str:
        return "Conditionally" if unknown else "Always" if name in replacing else "Never"

    details = [
        {
            "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation(name)},
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
        for name in sorted(names)
    ]
    replaced = {detail["Target"]["RequiresRecreation"] for detail in details}
    return {
        "Replacement": "Conditional"
        if "Conditionally" in replaced
        else "True"
        if "Always" in replaced
        else "False",
        "Scope": ["Properties"] * bool(names) + ["Tags"] * tags_changed,
        "Details": details,
    }


def differs(stack: Stack, target: Target, found: list[dict[str, Any]]) -> bool:
    """Whether executing would do anything: resources, outputs or tags."""
    old = stack.target
    if old is None or not stack.resources:
        return True
    before, after = ((which.template.get("Outputs") or {}) for which in (old, target))
    outputs_changed = _substituted(stack, old, before) != _substituted(stack, target, after)
    return bool(found) or outputs_changed or old.tags != target.tags


def _definitions(stack: Stack, target: Target) -> dict[str, Any]:
    resources = stack.resolver(target, stack.resources).resources()
    return {
        logical_id: _substituted(stack, target, definition) for logical_id, definition in resources.items()
    }


def _substituted(stack: Stack, target: Target, value: Any) -> Any:
    """A definition with its parameters filled in and all other references left as they are."""
    values = {**stack.pseudo_parameters(), **target.resolved}
    resolver = Resolver(target.template, values, _Unresolved())
    if isinstance(value, list):
        return [_substituted(stack, target, item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"Ref"} and value["Ref"] in values:
            return values[value["Ref"]]
        if value.keys() == {"Fn::If"}:
            name, then, otherwise = value["Fn::If"]
            return _substituted(stack, target, then if resolver.condition(name) else otherwise)
        return {key: _substituted(stack, target, item) for key, item in value.items()}
    return value


class _Unresolved:
    """A lookup for conditions, which may refer to parameters only."""

    def ref(self, logical_id: str) -> Any:
        raise invalid(f"Template error: condition refers to {logical_id}, which is no parameter")

    def attribute(self, logical_id: str, name: str) -> Any:
        return self.ref(logical_id)

    def export(self, name: str) -> str:
        return self.ref(name)

    def stack_output(self, stack: str, output: str, region: str | None) -> str:
        return self.ref(output)

    def ssm(self, name: str) -> str:
        return name
