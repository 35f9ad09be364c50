"""One resource at a time: create, update and delete with the events that CloudFormation reports."""

from __future__ import annotations

import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.exceptions import ServiceException

from aws.authorization.authority import AccessDenied
from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.cloudformation.handler import Operation, gone
from aws.cloudformation.resources import handler_of
from aws.cloudformation.stack import Resource, Stack

log = logging.getLogger(__name__)

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


class Provisioner:
    """Makes one stack's resources through their handlers. Failures are reported and told by the result."""

    def __init__(self, stack: Stack, stack_tags: dict[str, str], creating: bool = False):
        self._stack = stack
        self._tags = stack_tags
        self._creating = creating

    def make(self, resource: Resource, previous: Resource | None = None) -> bool:
        """Creates a resource, or turns `previous` into it, in place or by another physical resource.

        Its physical id is set even on failure when something exists.
        """
        verb = "UPDATE" if previous else "CREATE"
        if previous:
            resource.physical_id, resource.attributes = previous.physical_id, previous.attributes
        operation = self._operation(resource, previous.properties if previous else {})
        handler = handler_of(resource.type)
        self._stack.report_resource(resource, f"{verb}_IN_PROGRESS")
        try:
            handler.check(operation)
            if previous:
                resource.physical_id = handler.update(operation)
                if resource.physical_id != previous.physical_id:
                    self._stack.report_resource(resource, "UPDATE_IN_PROGRESS", REPLACING)
            else:
                resource.physical_id = handler.create(operation)
                self._check_fault(resource)
            resource.attributes = handler.attributes(operation.of(resource.physical_id))
        except Exception as error:  # noqa: BLE001 whatever it was belongs into the stack's events
            failure = _failure(error)
            resource.physical_id = failure.physical_id or resource.physical_id
            if previous and isinstance(failure, ResourceRefused):
                resource.properties = previous.properties
            self._stack.report_resource(resource, f"{verb}_FAILED", failure.reason)
            return False
        self._stack.report_resource(resource, f"{verb}_COMPLETE")
        return True

    def delete(self, resource: Resource) -> bool:
        """Deletes what a resource made, unless its DeletionPolicy keeps it."""
        if resource.physical_id is None:
            return True
        kept = resource.definition.get("DeletionPolicy")
        if kept == "Retain" or (kept == "RetainExceptOnCreate" and not self._creating):
            self._stack.report_resource(resource, "DELETE_SKIPPED")
            return True
        operation, handler = self._operation(resource, {}), handler_of(resource.type)
        self._stack.report_resource(resource, "DELETE_IN_PROGRESS")
        try:
            handler.delete(operation)
        except Exception as error:  # noqa: BLE001 whatever it was belongs into the stack's events
            if not (isinstance(error, ClientError) and gone(error)):
                self._stack.report_resource(resource, "DELETE_FAILED", _failure(error).reason)
                return False
        self._stack.report_resource(resource, "DELETE_COMPLETE")
        return True

    def _check_fault(self, resource: Resource) -> None:
        text = f"{self._stack.name}/{resource.logical_id} {resource.type}"
        if self._stack.host.faults.outcome("resource", text):
            raise ResourceFailed(
                f"Resource of type '{resource.type}' did not stabilize.", resource.physical_id
            )

    def _operation(self, resource: Resource, old: dict[str, Any]) -> Operation:
        return Operation(
            self._stack,
            self._tags,
            resource.logical_id,
            resource.type,
            resource.properties,
            old,
            resource.physical_id or "",
        )


def _failure(error: Any) -> ResourceFailed:
    if isinstance(error, ResourceFailed):
        return error
    if isinstance(error, ClientError):
        details = error.response["Error"]
        return ResourceFailed(
            f"{details.get('Message')} (Service: {error.operation_name}, Error Code: {details.get('Code')})"
        )
    if not isinstance(error, (AccessDenied, BotoCoreError, ServiceException)):
        log.exception("unexpected failure of a resource", exc_info=error)
    return ResourceFailed(
        f"{type(error).__name__}: {error}" if not isinstance(error, ServiceException) else error.message
    )
