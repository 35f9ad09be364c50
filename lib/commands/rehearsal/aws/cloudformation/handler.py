"""What a resource type must know to be deployed."""

from __future__ import annotations

import random
import string
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from aws import models
from aws.cloudformation import schemas
from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.host import Host, Session


@dataclass(frozen=True)
class Operation:
    """The surroundings of one create, update or delete."""

    host: Host
    #: Who makes the resources: the stack's role, else the person.
    caller: Callable[[], Host | Session]
    region: str
    stack_name: str
    stack_id: str
    stack_tags: dict[str, str]
    logical_id: str
    resource_type: str
    #: Set when the deployment is given up: whoever waits must stop.
    cancelled: threading.Event

    def client(self, service: str) -> Any:
        """The emulated service in the stack's region."""
        return self.caller().client(service, self.region)

    def call(self, service: str, method: str, **parameters: Any) -> dict[str, Any]:
        """An API call whose strings become the numbers and booleans that the API's model asks for.

        @raises ResourceFailed for a request that the model does not allow, which the service would refuse
        """
        client = self.client(service)
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

    def name(self, longest: int = 64) -> str:
        """A physical name as CloudFormation makes them: stack, logical id and twelve random characters."""
        suffix = "-" + "".join(random.choices(string.ascii_letters + string.digits, k=12))
        room = longest - len(suffix)
        stack, logical_id = self.stack_name, self.logical_id
        if len(stack) + 1 + len(logical_id) > room:
            logical_id = logical_id[: max(room - 1 - len(stack), room // 2)]
            stack = stack[: room - 1 - len(logical_id)]
        return f"{stack}-{logical_id}{suffix}"

    def tags(self, properties: dict[str, Any]) -> list[dict[str, str]]:
        """The resource's tags and the stack's, the resource's winning."""
        own = properties.get("Tags", [])
        own = own if isinstance(own, dict) else {tag["Key"]: tag["Value"] for tag in own}
        return [{"Key": key, "Value": value} for key, value in {**self.stack_tags, **own}.items()]


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
    if shape.type_name == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    if shape.type_name in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if shape.type_name in ("float", "double") and isinstance(value, str):
        return float(value)
    if shape.type_name == "string" and isinstance(value, bool):
        return "true" if value else "false"
    if shape.type_name == "string" and isinstance(value, (int, float)):
        return str(value)
    return value


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

    #: The properties that the emulation honours.
    properties: frozenset[str] = frozenset()
    #: The property by which a user names the physical resource.
    name_property: str | None = None

    def check(self, operation: Operation, properties: dict[str, Any]) -> None:
        """Raises for what the type's schema does not allow, and for properties that the emulation would ignore."""
        unknown = sorted(properties.keys() - self.properties)
        if unknown:
            raise ResourceRefused(
                f"the rehearsal does not know {', '.join(unknown)} of {operation.resource_type}; "
                f"it knows {', '.join(sorted(self.properties))}"
            )
        problems = schemas.property_problems(operation.resource_type, operation.region, properties)
        if problems:
            raise ResourceRefused(
                f"Properties validation failed for resource {operation.logical_id} with message:\n[{', '.join(problems)}]"
            )

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        """Makes the resource; the physical id."""
        raise NotImplementedError

    def update(self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]) -> str:
        """Changes the resource, or makes another in its place; the physical id that then holds."""
        if schemas.replacing(operation.resource_type, operation.region, old, new):
            if (
                self.name_property
                and self.name_property in new
                and new[self.name_property] == old.get(self.name_property)
            ):
                raise ResourceRefused(
                    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                    f"Rename {new[self.name_property]} and update the stack again."
                )
            return self.create(operation, new)
        self.modify(operation, physical_id, new, old)
        return physical_id

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        """Changes the resource in place."""
        raise NotImplementedError

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        """Deletes the resource; one that is already gone is no error."""
        raise NotImplementedError

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        """What Fn::GetAtt gives; `Ref` too where that is not the physical id."""
        return {}


def delete_quietly(operation: Operation, service: str, method: str, **parameters: Any) -> None:
    """An API call that deletes, where what is already gone is fine."""
    try:
        operation.call(service, method, **parameters)
    except ClientError as error:
        if not gone(error):
            raise
