"""AWS::SageMaker: what has a name and tags, an endpoint above all. References are ARNs, as on AWS."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore import xform_name

from aws.cloudformation.errors import ResourceFailed
from aws.cloudformation.handler import Handler, Operation


def name_of(arn: str) -> str:
    """A resource's name from its ARN."""
    return arn.rsplit("/", 1)[-1]


class SageMakerResource(Handler):
    """What the actions create, describe and delete of a noun make and end. Only its tags change, unless a subclass says otherwise."""

    longest_name = 63

    def __init__(self, noun: str, *properties: str):
        self._noun, self.name_property = noun, f"{noun}Name"
        self.properties = frozenset({self.name_property, "Tags", *properties}) if properties else None

    def act(self, operation: Operation, verb: str, **parameters: Any) -> dict[str, Any]:
        """An action of the API on the resource."""
        named = {**parameters, self.name_property: name_of(operation.physical_id)}
        return operation.call("sagemaker", f"{verb}_{xform_name(self._noun)}", **named)

    def until(self, operation: Operation, ended: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Waits until what describes the resource is as wanted."""
        while True:
            state = self.act(operation, "describe")
            if ended(state):
                return state
            time.sleep(0.2)

    def settings(self, operation: Operation) -> dict[str, Any]:
        """What it is made with, beside its tags."""
        return operation.properties

    def create(self, operation: Operation) -> str:
        settings = {**self.settings(operation), "Tags": operation.tags()}
        return self.act(operation.of(self.identify(operation)), "create", **settings)[f"{self._noun}Arn"]

    def modify(self, operation: Operation) -> None:
        operation.retag("sagemaker", "add_tags", "delete_tags", ResourceArn=operation.physical_id)

    def delete(self, operation: Operation) -> None:
        self.act(operation, "delete")

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {self.name_property: name_of(operation.physical_id)}


class SageMakerEndpoint(SageMakerResource):
    """An endpoint: created and updated only when it serves."""

    def create(self, operation: Operation) -> str:
        arn = super().create(operation)
        self._settle(operation.of(arn), operation.stack.cancelled.is_set)
        return arn

    def modify(self, operation: Operation) -> None:
        super().modify(operation)
        retained = ("ExcludeRetainedVariantProperties", "RetainAllVariantProperties")
        settings = {**self.settings(operation), **{key: operation.properties.get(key) for key in retained}}
        if self.act(operation, "describe")["EndpointConfigName"] != settings["EndpointConfigName"]:
            self.act(operation, "update", **settings)
            self._settle(operation, lambda: False)

    def delete(self, operation: Operation) -> None:
        super().delete(operation)
        # Until it is an error that there is none.
        self.until(operation, lambda _: False)

    def settings(self, operation: Operation) -> dict[str, Any]:
        given = operation.properties
        config = name_of(given["EndpointConfigName"])
        return {"EndpointConfigName": config, "DeploymentConfig": given.get("DeploymentConfig")}

    def _settle(self, operation: Operation, given_up: Callable[[], bool]) -> None:
        arn, config = operation.physical_id, name_of(operation.properties["EndpointConfigName"])
        settled = ("Failed", "InService", "UpdateRollbackFailed")
        state = self.until(operation, lambda state: state["EndpointStatus"] in settled or given_up())
        status = state["EndpointStatus"]
        if status not in settled:
            raise ResourceFailed("Resource creation cancelled", arn)
        if status != "InService" or state["EndpointConfigName"] != config:
            reason = state.get("FailureReason", "no reason given")
            raise ResourceFailed(f"Endpoint {name_of(arn)} is {status}. {reason}", arn)
