"""What CloudFormation knows of a resource type before it makes anything: by the schemas and rules that cfn-lint ships."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from typing import Any

from cfnlint.api import ManualArgs, lint
from cfnlint.jsonschema import StandardValidator
from cfnlint.match import Match
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

#: cfn-lint's rules and schemas are objects of the process: one template at a time.
_ONE_AT_A_TIME = threading.Lock()
_PROPERTIES = "/properties/"


@functools.lru_cache(maxsize=64)
def problems(body: str, region: str) -> list[Match]:
    """What is wrong with a template: unknown properties, values, attributes, types that the region does not have."""
    with _ONE_AT_A_TIME:
        # Errors alone: warnings and advice are no reason to refuse.
        return lint(body, config=ManualArgs(regions=[region], ignore_checks=["W", "I"]))


def property_problems(resource_type: str, region: str, properties: dict[str, Any]) -> list[str]:
    """What of a resource's properties breaks its schema, now that every reference has its value."""
    schema = _schema(resource_type, region)
    if not schema:
        return [f"#: {resource_type} is not in {region}"]
    with _ONE_AT_A_TIME:
        errors = list(StandardValidator(schema=schema).iter_errors(properties))
    return [
        f"#{''.join(f'/{part}' for part in error.path)}: {error.message}"
        for error in errors
        if not (error.validator == "type" and _converted(error.instance, error.validator_value))
    ]


def _converted(value: Any, wanted: str | list[str]) -> bool:
    """Whether CloudFormation makes of a value the type that its property has: "7" is a number, 7 is a text."""
    kinds = [wanted] if isinstance(wanted, str) else wanted
    if "string" in kinds and isinstance(value, (bool, int, float)):
        return True
    if not isinstance(value, str):
        # A document may be given as an object.
        return False
    return bool(
        ("boolean" in kinds and value.lower() in ("true", "false"))
        or ("integer" in kinds and value.lstrip("-").isdigit())
        or ("number" in kinds and value.lstrip("-").replace(".", "", 1).isdigit())
    )


def replacing(resource_type: str, region: str, old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """The properties whose change needs another physical resource: where what is create-only differs."""
    return {
        pointer[0]
        for pointer in _create_only(resource_type, region)
        if list(_at(old, pointer)) != list(_at(new, pointer))
    }


@functools.lru_cache(maxsize=256)
def _create_only(resource_type: str, region: str) -> tuple[tuple[str, ...], ...]:
    schema = _schema(resource_type, region)
    listed = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return tuple(tuple(pointer.removeprefix(_PROPERTIES).split("/")) for pointer in listed)


def _at(value: Any, pointer: tuple[str, ...]) -> Iterator[Any]:
    """The values at a pointer; nothing where there are none."""
    if not pointer:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _at(item, pointer[1:] if pointer[0] == "*" else pointer)
    elif isinstance(value, dict) and pointer[0] in value:
        yield from _at(value[pointer[0]], pointer[1:])


def has_tags(resource_type: str, region: str) -> bool:
    """Whether a type's resources have tags, the stack's among them."""
    return "Tags" in _schema(resource_type, region).get("properties", {})


def _schema(resource_type: str, region: str) -> dict[str, Any]:
    """A type's schema; empty where the region, or AWS, does not have it."""
    try:
        return PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    except ResourceNotFoundError:
        return {}
