"""What can go wrong in a deployment."""

from __future__ import annotations

from moto.cloudformation.exceptions import CloudFormationError, ValidationError


class ResourceFailed(Exception):
    """A resource could not be created, updated or deleted; the reason stands in the stack's events.

    `physical_id` names what exists nevertheless and must be deleted by the rollback.
    """

    def __init__(self, reason: str, physical_id: str | None = None):
        super().__init__(reason)
        self.reason = reason
        self.physical_id = physical_id


class ResourceRefused(ResourceFailed):
    """A change that was not even begun: there is nothing to undo."""


def invalid(message: str) -> ValidationError:
    """CloudFormation's ValidationError."""
    return ValidationError(message=message)


class ChangeSetNotFound(CloudFormationError):
    """CloudFormation's ChangeSetNotFoundException."""

    code = "ChangeSetNotFound"
