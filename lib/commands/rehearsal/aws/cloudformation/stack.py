"""Stacks and their resources as CloudFormation remembers them."""

from __future__ import annotations

import datetime
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from cfnlint.match import Match

from aws import rules
from aws.clock import now
from aws.cloudformation import parameters
from aws.cloudformation.errors import invalid
from aws.cloudformation.stacks import find_stack, stacks_of
from aws.cloudformation.template import Resolver
from aws.host import Host
from aws.identities import ACCOUNT


@dataclass
class Resource:
    """One resource as it was last made."""

    logical_id: str
    type: str
    definition: dict[str, Any]
    properties: dict[str, Any]
    dependencies: set[str]
    physical_id: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    reason: str | None = None
    updated: datetime.datetime = field(default_factory=now)


@dataclass
class Target:
    """What a stack is to become: a template with its parameters and tags."""

    body: str
    template: dict[str, Any]
    given: dict[str, str]
    resolved: dict[str, Any]
    tags: dict[str, str]


@dataclass
class ChangeSet:
    """A target that waits for its execution."""

    id: str
    name: str
    target: Target
    changes: list[dict[str, Any]]
    description: str | None
    created: datetime.datetime = field(default_factory=now)
    status: str = "CREATE_COMPLETE"
    reason: str | None = None
    execution: str = "AVAILABLE"
    role_arn: str | None = None
    #: Why its template is refused.
    problems: list[Match] = field(default_factory=list)


class Stack:
    """A stack: its resources, its events, and at most one operation at a time."""

    def __init__(self, host: Host, name: str, region: str):
        self.host = host
        self.name = name
        self.region = region
        self.id = f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/{uuid.uuid4()}"
        self.created = now()
        self.updated: datetime.datetime | None = None
        self.deleted: datetime.datetime | None = None
        self.status = ""
        self.reason: str | None = None
        self.target: Target | None = None
        self.resources: dict[str, Resource] = {}
        self.outputs: list[dict[str, str]] = []
        self.imports: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.change_sets: dict[str, ChangeSet] = {}
        self.termination_protection = False
        self.request_token: str | None = None
        #: The role that CloudFormation works with.
        self.role_arn: str | None = None
        #: Set to stop the operation under way.
        self.cancelled = threading.Event()
        self.operation: threading.Thread | None = None
        self._lock = threading.RLock()
        self._last = self.created

    def client(self, service: str) -> Any:
        """A service as who makes the resources has it: the stack's role, else the person."""
        if self.role_arn is None:
            return self.host.client(service, self.region)
        name = "AWSCloudFormation"
        role = self.host.session(self.role_arn, "cloudformation.amazonaws.com", name, self.region)
        return role.client(service)

    def resolver(self, target: Target, resources: dict[str, Resource]) -> Resolver:
        """Resolves the target's values, references going to `resources`."""
        pseudo_parameters = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackId": self.id,
            "AWS::StackName": self.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        values = {**pseudo_parameters, **target.resolved}
        return Resolver(target.template, values, StackLookup(self, resources))

    def report(self, status: str, reason: str | None = None) -> None:
        """Sets the stack's own status and tells of it."""
        with self._lock:
            self.status, self.reason = status, reason
        self._event(self.name, "AWS::CloudFormation::Stack", self.id, status, reason)
        rules.publish(
            self.region,
            "aws.cloudformation",
            "CloudFormation Stack Status Change",
            [self.id],
            {
                "stack-id": self.id,
                "status-details": {"status": status, "status-reason": reason or ""},
                "client-request-token": self.request_token or "",
            },
        )

    def report_resource(self, resource: Resource, status: str, reason: str | None = None) -> None:
        """Sets a resource's status and tells of it."""
        with self._lock:
            resource.status, resource.reason, resource.updated = status, reason, now()
        self._event(resource.logical_id, resource.type, resource.physical_id, status, reason)

    def _event(
        self, logical_id: str, kind: str, physical_id: str | None, status: str, reason: str | None
    ) -> None:
        with self._lock:
            # Whoever shows the events sorts them by time, in milliseconds: no two may share one.
            self._last = max(now(), self._last + datetime.timedelta(milliseconds=1))
            timestamp = self._last
        event = {
            "StackId": self.id,
            "StackName": self.name,
            "EventId": f"{logical_id}-{status}-{uuid.uuid4()}",
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id or "",
            "ResourceType": kind,
            "Timestamp": timestamp,
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
            "ClientRequestToken": self.request_token,
        }
        with self._lock:
            self.events.append(event)
        self.host.progress(
            {
                "type": "stack-event",
                "stack": self.name,
                "logicalId": logical_id,
                "resourceType": kind,
                "physicalId": physical_id,
                "status": status,
                "reason": reason,
            }
        )

    def exports(self) -> dict[str, str]:
        """What this stack exports, by name."""
        return {
            output["ExportName"]: output["OutputValue"] for output in self.outputs if "ExportName" in output
        }


class StackLookup:
    """References of one stack: its resources, other stacks' exports and outputs, stored parameters."""

    def __init__(self, stack: Stack, resources: dict[str, Resource]):
        self._stack = stack
        self._resources = resources
        #: The exports that were asked for.
        self.imports: set[str] = set()

    def _resource(self, logical_id: str) -> Resource:
        if logical_id not in self._resources:
            raise invalid(f"Template error: resource {logical_id} does not exist")
        return self._resources[logical_id]

    def ref(self, logical_id: str) -> Any:
        resource = self._resource(logical_id)
        return resource.attributes.get("Ref", resource.physical_id)

    def attribute(self, logical_id: str, name: str) -> Any:
        resource = self._resource(logical_id)
        if name not in resource.attributes:
            raise invalid(
                f"Template error: resource {logical_id} ({resource.type}) has no attribute {name} for Fn::GetAtt"
            )
        return resource.attributes[name]

    def export(self, name: str) -> str:
        for other in stacks_of(self._stack.region):
            if name in other.exports():
                self.imports.add(name)
                return other.exports()[name]
        raise invalid(f"No export named {name} found.")

    def stack_output(self, stack: str, output: str, region: str | None) -> str:
        for entry in find_stack(region or self._stack.region, stack).outputs:
            if entry["OutputKey"] == output:
                return entry["OutputValue"]
        raise invalid(f"Output {output} does not exist in stack {stack}")

    def ssm(self, name: str) -> str:
        return parameters.stored_value(self._stack.host, self._stack.region, name)
