"""AWS::Events: rules with their targets."""

from __future__ import annotations

from typing import Any

from aws import rules
from aws.cloudformation.errors import ResourceRefused
from aws.cloudformation.handler import Handler, Operation

_SETTINGS = ("Description", "EventPattern", "RoleArn", "ScheduleExpression", "State")


class EventsRule(Handler):
    """A rule of the default event bus and its targets."""

    properties = frozenset({*_SETTINGS, "Name", "Tags", "Targets"})
    name_property = "Name"

    def check(self, operation: Operation) -> None:
        super().check(operation)
        expression = operation.properties.get("ScheduleExpression")
        if expression is not None and rules.interval(expression) is None:
            raise ResourceRefused(f"the rehearsal keeps schedules of a rate only, not {expression}")
        for target in operation.properties.get("Targets", []):
            if target["Arn"].split(":")[2] not in ("lambda", "sns"):
                raise ResourceRefused(
                    f"the rehearsal's rules reach functions and topics, not {target['Arn']}"
                )

    def modify(self, operation: Operation) -> None:
        new = operation.properties
        settings = {key: new.get(key) for key in _SETTINGS}
        operation.call("events", "put_rule", Name=operation.physical_id, **settings)
        if new.get("Targets"):
            operation.call("events", "put_targets", Rule=operation.physical_id, Targets=new["Targets"])
        removed = sorted(_ids(operation.old) - _ids(new))
        if removed:
            operation.call("events", "remove_targets", Rule=operation.physical_id, Ids=removed)
        operation.retag("events", "tag_resource", "untag_resource", ResourceARN=_arn(operation))

    def delete(self, operation: Operation) -> None:
        ids = sorted(_ids(operation.properties))
        if ids:
            operation.remove("events", "remove_targets", Rule=operation.physical_id, Ids=ids)
        operation.call("events", "delete_rule", Name=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"Arn": _arn(operation)}


def _arn(operation: Operation) -> str:
    return operation.arn("events", f"rule/{operation.physical_id}")


def _ids(properties: dict[str, Any]) -> set[str]:
    return {target["Id"] for target in properties.get("Targets", [])}
