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
    """What may scale, and between which bounds."""

    properties = frozenset(
        {*_TARGET, "MaxCapacity", "MinCapacity", "RoleARN", "ScheduledActions", "SuspendedState", "Tags"}
    )

    def identify(self, operation: Operation) -> str:
        return "|".join(_target(operation.properties).values())

    def modify(self, operation: Operation) -> None:
        new = operation.properties
        # Without the tags, which moto does not keep.
        settings = {key: value for key, value in new.items() if key not in ("ScheduledActions", "Tags")}
        operation.call(_SERVICE, "register_scalable_target", **settings)
        actions = new.get("ScheduledActions", [])
        for action in actions:
            operation.call(_SERVICE, "put_scheduled_action", **_target(new), **action)
        self._unschedule(operation, operation.old, {action["ScheduledActionName"] for action in actions})

    def delete(self, operation: Operation) -> None:
        self._unschedule(operation, operation.properties, set())
        operation.call(_SERVICE, "deregister_scalable_target", **_target(operation.properties))

    def _unschedule(self, operation: Operation, properties: dict[str, Any], kept: set[str]) -> None:
        for name in {
            action["ScheduledActionName"] for action in properties.get("ScheduledActions", [])
        } - kept:
            target = _target(properties)
            operation.remove(_SERVICE, "delete_scheduled_action", **target, ScheduledActionName=name)


class ScalingPolicy(Handler):
    """How a target scales."""

    properties = frozenset(
        {
            *_TARGET, "PolicyName", "PolicyType", "PredictiveScalingPolicyConfiguration", "ScalingTargetId",
            "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration",
        }
    )  # fmt: skip

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
