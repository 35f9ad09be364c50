"""What a resource type must know to be deployed."""

from __future__ import annotations

import json
import random
import string
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from aws import models
from aws.cloudformation import schemas
from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.cloudformation.stack import Stack
from aws.cloudformation.template import text
from aws.identities import ACCOUNT


@dataclass(frozen=True)
class Operation:
    """One create, update or delete of one resource."""

    stack: Stack
    stack_tags: dict[str, str]
    logical_id: str
    resource_type: str
    #: What the resource is to have, or has when it is deleted.
    properties: dict[str, Any]
    #: What it had before an update.
    old: dict[str, Any] = field(default_factory=dict)
    #: Empty until it is made.
    physical_id: str = ""
    #: What making it brought, where Fn::GetAtt can ask for that alone.
    data: dict[str, Any] = field(default_factory=dict)

    def of(self, physical_id: str) -> Operation:
        """The same, of what has this physical id."""
        return replace(self, physical_id=physical_id)

    def call(self, service: str, method: str, **parameters: Any) -> dict[str, Any]:
        """An API call whose strings become the numbers and booleans that the API's model asks for.

        @raises ResourceFailed for a request that the model does not allow, which the service would refuse
        """
        client = self.stack.client(service)
        name = client.meta.method_to_api_mapping[method]
        shape = client.meta.service_model.operation_model(name).input_shape
        request = {key: value for key, value in typed(shape, parameters).items() if value is not None}
        problems = models.problems(service, name, request)
        if problems:
            raise ResourceFailed(
                f"{len(problems)} validation error(s) detected: {'; '.join(problems)} "
                f"(Service: {service}, Operation: {name})"
            )
        return getattr(client, method)(**request)

    def remove(self, service: str, method: str, **parameters: Any) -> None:
        """An API call that deletes, where what is already gone is fine and more is to be done."""
        try:
            self.call(service, method, **parameters)
        except ClientError as error:
            if not gone(error):
                raise

    def name(self, longest: int = 64) -> str:
        """A physical name as CloudFormation makes them: stack, logical id and twelve random characters."""
        suffix = "-" + "".join(random.choices(string.ascii_letters + string.digits, k=12))
        room = longest - len(suffix)
        stack, logical_id = self.stack.name, self.logical_id
        if len(stack) + 1 + len(logical_id) > room:
            logical_id = logical_id[: max(room - 1 - len(stack), room // 2)]
            stack = stack[: room - 1 - len(logical_id)]
        return f"{stack}-{logical_id}{suffix}"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in the stack's region."""
        return f"arn:aws:{service}:{self.stack.region}:{ACCOUNT}:{resource}"

    def tags(self) -> list[dict[str, str]]:
        """The resource's tags and the stack's, the resource's winning."""
        tags = {**self.stack_tags, **_by_key(self.properties.get("Tags", []))}
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    def retag(self, service: str, tag: str, untag: str, **target: Any) -> None:
        """Sets the resource's tags by one method and takes those away that it no longer has by another."""
        tags = self.tags()
        if tags:
            self.call(service, tag, **target, Tags=tags)
        removed = sorted(_by_key(self.old.get("Tags", [])).keys() - _by_key(tags).keys())
        if removed:
            self.call(service, untag, **target, TagKeys=removed)


def _by_key(tags: Any) -> dict[str, str]:
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


def typed(shape: Any, value: Any) -> Any:
    """A template's value in the types of an API shape, as CloudFormation converts them."""
    if value is None or shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        return {key: typed(shape.members.get(key), item) for key, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [typed(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: typed(shape.value, item) for key, item in value.items()}
    if shape.type_name == "map" and isinstance(value, list):
        # Tags, which some services take as a map.
        return _by_key(value)
    if shape.type_name == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    if shape.type_name in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if shape.type_name in ("float", "double") and isinstance(value, str):
        return float(value)
    if shape.type_name == "string" and isinstance(value, (dict, list)):
        # A document, such as a policy.
        return json.dumps(value)
    return text(value) if shape.type_name == "string" else value


def gone(error: ClientError) -> bool:
    """Whether an error says that the resource does not exist."""
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message") or ""
    return (
        any(word in code for word in ("NotFound", "NoSuch", "DoesNotExist", "404"))
        or "ould not find" in message
        or "does not exist" in message
    )


class Handler:
    """One resource type. Subclasses declare what they know; what they do not know fails the deployment."""

    #: The properties that the emulation honours; None where all go to the API, which refuses what it does not know.
    properties: frozenset[str] | None = None
    #: The property by which a user names the physical resource.
    name_property: str | None = None
    #: How long a name may be.
    longest_name = 64

    def check(self, operation: Operation) -> None:
        """Raises for what the type's schema does not allow, and for properties that the emulation would ignore."""
        unknown = operation.properties.keys() - self.properties if self.properties is not None else ()
        if unknown:
            raise ResourceRefused(
                f"the rehearsal does not know {', '.join(sorted(unknown))} of {operation.resource_type}; "
                f"it knows {', '.join(sorted(self.properties))}"
            )
        problems = schemas.property_problems(
            operation.resource_type, operation.stack.region, operation.properties
        )
        if problems:
            raise ResourceRefused(
                f"Properties validation failed for resource {operation.logical_id} with message:\n[{', '.join(problems)}]"
            )

    def identify(self, operation: Operation) -> str:
        """The name of a resource that is to be made."""
        return operation.properties.get(self.name_property) or operation.name(self.longest_name)

    def create(self, operation: Operation) -> str:
        """Makes the resource, by what also changes it where a type says nothing else; the physical id."""
        made = operation.of(self.identify(operation))
        self.modify(made)
        return made.physical_id

    def update(self, operation: Operation) -> str:
        """Changes the resource, or makes another in its place; the physical id that then holds."""
        new, old = operation.properties, operation.old
        if schemas.replacing(operation.resource_type, operation.stack.region, old, new):
            if self.name_property in new and new[self.name_property] == old.get(self.name_property):
                raise ResourceRefused(
                    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                    f"Rename {new[self.name_property]} and update the stack again."
                )
            return self.create(replace(operation, old={}, physical_id=""))
        self.modify(operation)
        return operation.physical_id

    def modify(self, operation: Operation) -> None:
        """Changes the resource in place."""

    def delete(self, operation: Operation) -> None:
        """Deletes the resource; an error that says that there is none is none."""

    def attributes(self, operation: Operation) -> dict[str, Any]:
        """What Fn::GetAtt gives; `Ref` too where that is not the physical id."""
        return {}
