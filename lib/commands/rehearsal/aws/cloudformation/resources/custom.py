"""Custom resources: CloudFormation's side of the conversation with a Lambda function."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.cloudformation.handler import Handler, Operation

#: CloudFormation's own default and limit, in seconds.
_SERVICE_TIMEOUT = 3600
#: How long an answer is still awaited when the deployment is given up meanwhile, in seconds.
_GRACE = 60
#: The largest answer that CloudFormation takes, in bytes.
_LARGEST_ANSWER = 4096


class CustomResource(Handler):
    """A resource that a Lambda function makes. Every leaf value reaches the function as a string."""

    def __init__(self) -> None:
        #: What the functions returned, by stack, logical id and physical id, for Fn::GetAtt.
        self._data: dict[tuple[str, str, str], dict[str, Any]] = {}

    def check(self, operation: Operation, properties: dict[str, Any]) -> None:
        token = properties.get("ServiceToken", "")
        if ":lambda:" not in token:
            raise ResourceFailed(f"the rehearsal knows Lambda functions as ServiceToken only, not {token}")

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        return self._request(operation, "Create", properties)

    def update(self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]) -> str:
        if new["ServiceToken"] != old["ServiceToken"]:
            raise ResourceRefused("Modifying service token is not allowed.")
        return self._request(operation, "Update", new, physical_id, old)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        self._request(operation, "Delete", properties, physical_id)
        self._data.pop((operation.stack_id, operation.logical_id, physical_id), None)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return self._data.get((operation.stack_id, operation.logical_id, physical_id), {})

    def _request(
        self,
        operation: Operation,
        kind: str,
        properties: dict[str, Any],
        physical_id: str | None = None,
        old: dict[str, Any] | None = None,
    ) -> str:
        callbacks = operation.host.callbacks
        token = callbacks.open()
        event = {
            "RequestType": kind,
            "ServiceToken": properties["ServiceToken"],
            "ResponseURL": operation.host.callback_url(token),
            "StackId": operation.stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": operation.logical_id,
            "ResourceType": operation.resource_type,
            "ResourceProperties": strings(properties),
        }
        if physical_id is not None:
            event["PhysicalResourceId"] = physical_id
        if old is not None:
            event["OldResourceProperties"] = strings(old)
        try:
            failed = operation.host.invoke(event["ServiceToken"], event)
            answer = self._answer(
                operation, token, event, failed, float(properties.get("ServiceTimeout", _SERVICE_TIMEOUT))
            )
        finally:
            callbacks.close(token)
        return self._accept(operation, event, answer)

    def _answer(
        self, operation: Operation, token: str, event: dict[str, Any], failed: threading.Event, timeout: float
    ) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        given_up: float | None = None
        while True:
            messages = operation.host.callbacks.messages(token, 0, 0.5)
            if messages:
                return messages[0]
            moment = time.monotonic()
            if failed.is_set():
                # AWS would wait for the rest of the time; nobody is left who could answer.
                deadline = moment - 1
            if operation.cancelled.is_set() and event["RequestType"] == "Create":
                given_up = given_up or moment
                if moment > given_up + _GRACE:
                    raise ResourceFailed("Resource creation cancelled", operation.name())
            if moment > deadline:
                raise ResourceFailed(
                    "CloudFormation did not receive a response from your custom resource. "
                    f"Please check your logs for requestId [{event['RequestId']}].",
                    event.get("PhysicalResourceId") or operation.name(),
                )

    def _accept(self, operation: Operation, event: dict[str, Any], answer: dict[str, Any]) -> str:
        physical_id = answer.get("PhysicalResourceId") or None
        fallback = event.get("PhysicalResourceId") or operation.name()
        for key in ("StackId", "RequestId", "LogicalResourceId"):
            if answer.get(key) != event[key]:
                raise ResourceFailed(
                    f"Invalid response object: {key} is {answer.get(key)!r}", physical_id or fallback
                )
        if len(json.dumps(answer)) > _LARGEST_ANSWER:
            raise ResourceFailed("Response object is too long.", physical_id or fallback)
        if answer.get("Status") == "FAILED":
            raise ResourceFailed(
                "Received response status [FAILED] from custom resource. "
                f"Message returned: {answer.get('Reason')} (RequestId: {event['RequestId']})",
                physical_id or fallback,
            )
        if answer.get("Status") != "SUCCESS" or physical_id is None:
            raise ResourceFailed(
                "Invalid PhysicalResourceId" if physical_id is None else "Invalid Status", fallback
            )
        data = {key: value for key, value in strings(answer.get("Data") or {}).items()}
        self._data[operation.stack_id, operation.logical_id, physical_id] = data
        return physical_id


def strings(value: Any) -> Any:
    """Properties as a custom resource gets them: every leaf a string, nulls gone."""
    if isinstance(value, dict):
        return {key: strings(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [strings(item) for item in value if item is not None]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
