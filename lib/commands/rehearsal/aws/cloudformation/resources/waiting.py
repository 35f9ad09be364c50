"""Wait conditions: a stack waits for signals at an address."""

from __future__ import annotations

import datetime
import json
from typing import Any

from aws.callbacks import PATH
from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.cloudformation.handler import Handler, Operation

#: CloudFormation's limit, in seconds.
_LONGEST = 43200


class WaitConditionHandle(Handler):
    """The address: its reference is what a signal is PUT to."""

    def identify(self, operation: Operation) -> str:
        host = operation.stack.host
        return host.callback_url(host.callbacks.open())

    def delete(self, operation: Operation) -> None:
        operation.stack.host.callbacks.close(_token(operation.physical_id))


class WaitCondition(Handler):
    """The wait: it ends with enough signals, with a failure among them, or with its time."""

    properties = frozenset({"Count", "Handle", "Timeout"})

    def create(self, operation: Operation) -> str:
        properties, host = operation.properties, operation.stack.host
        expected, timeout = int(properties.get("Count", 1)), float(properties["Timeout"])
        if timeout > _LONGEST:
            raise ResourceFailed(f"Timeout {timeout:.0f} is more than {_LONGEST} seconds")
        clock = host.alarm_clock
        deadline = clock.now() + datetime.timedelta(seconds=timeout)
        seen = 0
        while True:
            messages = host.callbacks.messages(_token(properties["Handle"]), seen, 0.5)
            for message in messages[seen:]:
                if message.get("Status") != "SUCCESS":
                    reason, unique_id = message.get("Reason"), message.get("UniqueId")
                    raise ResourceFailed(
                        f"WaitCondition received failed message: '{reason}' for uniqueId: {unique_id}"
                    )
            seen = len(messages)
            signals = {message.get("UniqueId"): message.get("Data") for message in messages}
            if len(signals) >= expected:
                operation.data["Data"] = json.dumps(signals)
                return operation.name()
            if operation.stack.cancelled.is_set():
                raise ResourceFailed("Resource creation cancelled")
            if clock.now() > deadline:
                raise ResourceFailed(
                    f"WaitCondition timed out. Received {len(signals)} conditions when expecting {expected}"
                )

    def update(self, operation: Operation) -> str:
        raise ResourceRefused(f"Update to resource type {operation.resource_type} is not supported.")

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return operation.data


def _token(url: str) -> str:
    return url.rsplit(PATH, 1)[-1]
