"""AWS::ApplicationAutoScaling: kept and shown; nothing scales in a rehearsal."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.handler import Handler, Operation

_SERVICE = "application-autoscaling"
_TARGET = ("ResourceId", "ScalableDimension", "ServiceNamespace")


def _target(properties: dict[str, Any]) -> dict[str, str]:
    if "ScalingTargetId" in properties:
        return dict(zip(_TARGET, properties["ScalingTargetId"].split("|"), strict=True))
    return {key: properties[key] for key in _TARGET}


class ScalableTarget(Handler):
    """What may scale, and between which bounds; not by a schedule."""

    def identify(self, operation: Operation) -> str:
        return "|".join(_target(operation.properties).values())

    def modify(self, operation: Operation) -> None:
        # Without the tags, which moto does not keep.
        settings = {key: value for key, value in operation.properties.items() if key != "Tags"}
        operation.call(_SERVICE, "register_scalable_target", **settings)

    def delete(self, operation: Operation) -> None:
        operation.call(_SERVICE, "deregister_scalable_target", **_target(operation.properties))


class ScalingPolicy(Handler):
    """How a target scales."""

    def identify(self, operation: Operation) -> str:
        target, name = _target(operation.properties), operation.properties["PolicyName"]
        path = f"{target['ServiceNamespace']}/{target['ResourceId']}:policyName/{name}"
        return operation.arn("autoscaling", f"scalingPolicy:resource/{path}")

    def modify(self, operation: Operation) -> None:
        new = operation.properties
        settings = {key: value for key, value in new.items() if key != "ScalingTargetId"}
        operation.call(_SERVICE, "put_scaling_policy", **{**settings, **_target(new)})

    def delete(self, operation: Operation) -> None:
        target, name = _target(operation.properties), operation.properties["PolicyName"]
        operation.call(_SERVICE, "delete_scaling_policy", PolicyName=name, **target)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"Arn": operation.physical_id}
