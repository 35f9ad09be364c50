"""AWS::Events: rules with their targets."""

from __future__ import annotations

import json
from typing import Any

from aws import rules
from aws.cloudformation.errors import ResourceRefused
from aws.cloudformation.handler import Handler, Operation, delete_quietly
from aws.cloudformation.resources.identity import replace_tags
from aws.host import ACCOUNT


class EventsRule(Handler):
    """A rule of the default event bus and its targets."""

    properties = frozenset(
        {"Description", "EventPattern", "Name", "RoleArn", "ScheduleExpression", "State", "Tags", "Targets"}
    )
    name_property = "Name"

    def check(self, operation: Operation, properties: dict[str, Any]) -> None:
        super().check(operation, properties)
        expression = properties.get("ScheduleExpression")
        if expression is not None and rules.interval(expression) is None:
            raise ResourceRefused(f"the rehearsal keeps schedules of a rate only, not {expression}")

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("Name") or operation.name()
        self.modify(operation, name, properties, {})
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        operation.call(
            "events",
            "put_rule",
            Name=physical_id,
            EventPattern=json.dumps(new["EventPattern"]) if "EventPattern" in new else None,
            **{
                key: new[key]
                for key in ("Description", "RoleArn", "ScheduleExpression", "State")
                if key in new
            },
        )
        targets = new.get("Targets", [])
        if targets:
            operation.call("events", "put_targets", Rule=physical_id, Targets=targets)
        kept = {target["Id"] for target in targets}
        removed = [target["Id"] for target in old.get("Targets", []) if target["Id"] not in kept]
        if removed:
            operation.call("events", "remove_targets", Rule=physical_id, Ids=removed)
        arn = self.attributes(operation, physical_id, new)["Arn"]
        replace_tags(operation, "events", "resource", {"ResourceARN": arn}, new, old)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        ids = [target["Id"] for target in properties.get("Targets", [])]
        if ids:
            delete_quietly(operation, "events", "remove_targets", Rule=physical_id, Ids=ids)
        delete_quietly(operation, "events", "delete_rule", Name=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Arn": f"arn:aws:events:{operation.region}:{ACCOUNT}:rule/{physical_id}"}
