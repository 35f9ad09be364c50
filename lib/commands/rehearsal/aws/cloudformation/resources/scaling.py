"""AWS::ApplicationAutoScaling: kept and shown; nothing scales in a rehearsal."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.handler import Handler, Operation, delete_quietly
from aws.host import ACCOUNT

_TARGET = ("ResourceId", "ScalableDimension", "ServiceNamespace")


class ScalableTarget(Handler):
    """What may scale, and between which bounds."""

    properties = frozenset(
        {*_TARGET, "MaxCapacity", "MinCapacity", "RoleARN", "ScheduledActions", "SuspendedState", "Tags"}
    )

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        self.modify(operation, "", properties, {})
        return "|".join(properties[key] for key in _TARGET)

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        # Without the tags, which moto does not keep.
        settings = {key: value for key, value in new.items() if key not in ("ScheduledActions", "Tags")}
        operation.call("application-autoscaling", "register_scalable_target", **settings)

        def named(action: dict[str, Any]) -> dict[str, Any]:
            return {**{key: new[key] for key in _TARGET}, **action}

        for action in new.get("ScheduledActions", []):
            operation.call("application-autoscaling", "put_scheduled_action", **named(action))
        kept = {action["ScheduledActionName"] for action in new.get("ScheduledActions", [])}
        for action in old.get("ScheduledActions", []):
            if action["ScheduledActionName"] not in kept:
                name = {"ScheduledActionName": action["ScheduledActionName"]}
                delete_quietly(operation, "application-autoscaling", "delete_scheduled_action", **named(name))

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        target = {key: properties[key] for key in _TARGET}
        for action in properties.get("ScheduledActions", []):
            name = action["ScheduledActionName"]
            delete_quietly(
                operation,
                "application-autoscaling",
                "delete_scheduled_action",
                **target,
                ScheduledActionName=name,
            )
        delete_quietly(operation, "application-autoscaling", "deregister_scalable_target", **target)


class ScalingPolicy(Handler):
    """How a target scales."""

    properties = frozenset(
        {
            *_TARGET, "PolicyName", "PolicyType", "PredictiveScalingPolicyConfiguration", "ScalingTargetId",
            "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration",
        }
    )  # fmt: skip

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        target = self._target(properties)
        self.modify(operation, "", properties, {})
        path = "/".join((target["ServiceNamespace"], target["ResourceId"]))
        return f"arn:aws:autoscaling:{operation.region}:{ACCOUNT}:scalingPolicy:resource/{path}:policyName/{properties['PolicyName']}"

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        settings = {key: value for key, value in new.items() if key != "ScalingTargetId"}
        operation.call("application-autoscaling", "put_scaling_policy", **{**settings, **self._target(new)})

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        name = properties["PolicyName"]
        delete_quietly(
            operation,
            "application-autoscaling",
            "delete_scaling_policy",
            PolicyName=name,
            **self._target(properties),
        )

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Arn": physical_id}

    def _target(self, properties: dict[str, Any]) -> dict[str, str]:
        if "ScalingTargetId" in properties:
            return dict(zip(_TARGET, properties["ScalingTargetId"].split("|"), strict=True))
        return {key: properties[key] for key in _TARGET}
