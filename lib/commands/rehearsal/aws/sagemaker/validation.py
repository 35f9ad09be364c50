"""What SageMaker's API answers to a request that breaks its model."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException

from aws.models import problems


class SageMakerError(ServiceException):
    """An error of the API: its code and message."""


def invalid(message: str) -> SageMakerError:
    """SageMaker's ValidationException."""
    return SageMakerError("ValidationException", message)


def check(action: str, request: dict[str, Any]) -> None:
    """Raises a ValidationException with every constraint of the model that the request breaks."""
    errors = problems("sagemaker", action, request)
    if errors:
        plural = "s" if len(errors) > 1 else ""
        raise invalid(f"{len(errors)} validation error{plural} detected: {'; '.join(errors)}")
