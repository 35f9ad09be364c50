"""Custom resources: CloudFormation's side of the conversation with a Lambda function."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.cloudformation.handler import Handler, Operation
from aws.cloudformation.template import text

#: CloudFormation's own default and limit, in seconds.
_SERVICE_TIMEOUT = 3600
#: How long an answer is still awaited when the deployment is given up meanwhile, in seconds.
_GRACE = 60
#: The largest answer that CloudFormation takes, in bytes.
_LARGEST_ANSWER = 4096


class CustomResource(Handler):
    """A resource that a Lambda function makes. Every leaf value reaches the function as a string."""

    def check(self, operation: Operation) -> None:
        token = operation.properties.get("ServiceToken", "")
        if ":lambda:" not in token:
            raise ResourceFailed(f"the rehearsal knows Lambda functions as ServiceToken only, not {token}")

    def create(self, operation: Operation) -> str:
        return self._request(operation, "Create")

    def update(self, operation: Operation) -> str:
        if operation.properties["ServiceToken"] != operation.old["ServiceToken"]:
            raise ResourceRefused("Modifying service token is not allowed.")
        return self._request(operation, "Update")

    def delete(self, operation: Operation) -> None:
        self._request(operation, "Delete")

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return operation.data

    def _request(self, operation: Operation, kind: str) -> str:
        host, properties = operation.stack.host, operation.properties
        token = host.callbacks.open()
        event = {
            "RequestType": kind,
            "ServiceToken": properties["ServiceToken"],
            "ResponseURL": host.callback_url(token),
            "StackId": operation.stack.id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": operation.logical_id,
            "ResourceType": operation.resource_type,
            "ResourceProperties": strings(properties),
        }
        if kind != "Create":
            event["PhysicalResourceId"] = operation.physical_id
        if kind == "Update":
            event["OldResourceProperties"] = strings(operation.old)
        try:
            failed = host.invoke(event["ServiceToken"], event)
            timeout = float(properties.get("ServiceTimeout", _SERVICE_TIMEOUT))
            answer = self._answer(operation, token, event, failed, timeout)
        finally:
            host.callbacks.close(token)
        return self._accept(operation, event, answer)

    def _answer(
        self, operation: Operation, token: str, event: dict[str, Any], failed: threading.Event, timeout: float
    ) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        given_up: float | None = None
        while True:
            messages = operation.stack.host.callbacks.messages(token, 0, 0.5)
            if messages:
                return messages[0]
            moment = time.monotonic()
            if failed.is_set():
                # AWS would wait for the rest of the time; nobody is left who could answer.
                deadline = moment - 1
            if operation.stack.cancelled.is_set() and event["RequestType"] == "Create":
                given_up = given_up or moment
                if moment > given_up + _GRACE:
                    raise ResourceFailed("Resource creation cancelled", operation.name())
            if moment > deadline:
                raise ResourceFailed(
                    "CloudFormation did not receive a response from your custom resource. "
                    f"Please check your logs for requestId [{event['RequestId']}].",
                    operation.physical_id or operation.name(),
                )

    def _accept(self, operation: Operation, event: dict[str, Any], answer: dict[str, Any]) -> str:
        physical_id = answer.get("PhysicalResourceId") or operation.physical_id or operation.name()
        for key in ("StackId", "RequestId", "LogicalResourceId"):
            if answer.get(key) != event[key]:
                raise ResourceFailed(f"Invalid response object: {key} is {answer.get(key)!r}", physical_id)
        if len(json.dumps(answer)) > _LARGEST_ANSWER:
            raise ResourceFailed("Response object is too long.", physical_id)
        if answer.get("Status") == "FAILED":
            raise ResourceFailed(
                "Received response status [FAILED] from custom resource. "
                f"Message returned: {answer.get('Reason')} (RequestId: {event['RequestId']})",
                physical_id,
            )
        if not answer.get("PhysicalResourceId"):
            raise ResourceFailed("Invalid PhysicalResourceId", physical_id)
        if answer.get("Status") != "SUCCESS":
            raise ResourceFailed("Invalid Status", physical_id)
        operation.data.update(strings(answer.get("Data") or {}))
        return physical_id


def strings(value: Any) -> Any:
    """Properties as a custom resource gets them: every leaf a string, nulls gone."""
    if isinstance(value, dict):
        return {key: strings(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [strings(item) for item in value if item is not None]
    return text(value)
