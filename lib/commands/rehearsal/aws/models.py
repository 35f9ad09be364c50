"""Requests checked against the services' own models, as a service does before anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from moto.core.utils import get_service_model


def problems(service: str, operation: str, request: dict[str, Any]) -> list[str]:
    """Every constraint of the model that a request breaks: members that are missing or unknown, values, patterns."""
    shape = get_service_model(service).operation_model(operation).input_shape
    return list(_problems(shape, request, "")) if shape is not None else []


#: What a value of a shape is, where not just anything fits.
_TYPES = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
}


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    def failed(constraint: str) -> str:
        shown = value if isinstance(value, (str, int, float)) else "..."
        return f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must {constraint}"

    kind, limits = shape.type_name, shape.metadata
    expected = _TYPES.get(kind, object)
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        yield failed(f"be of the type {kind}")
        return
    size = len(value) if isinstance(value, (str, list, dict)) else value
    what = "value" if size is value else "length"
    if isinstance(size, (int, float)):
        if "min" in limits and size < limits["min"]:
            yield failed(f"have {what} greater than or equal to {limits['min']}")
        if "max" in limits and size > limits["max"]:
            yield failed(f"have {what} less than or equal to {limits['max']}")
    if kind == "structure":
        for name in shape.required_members:
            if name not in value:
                yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
        for name, item in value.items():
            if name not in shape.members:
                yield f"Value at '{_join(path, name)}' is not known to the service"
            else:
                yield from _problems(shape.members[name], item, _join(path, name))
    elif kind == "string":
        if limits.get("enum") and value not in limits["enum"]:
            yield failed(f"satisfy enum value set: [{', '.join(limits['enum'])}]")
        if limits.get("pattern") and not _matches(limits["pattern"], value):
            yield failed(f"satisfy regular expression pattern: {limits['pattern']}")
    elif kind == "list":
        for index, item in enumerate(value, 1):
            yield from _problems(shape.member, item, f"{path}.{index}.member")
    elif kind == "map":
        for key, item in value.items():
            yield from _problems(shape.key, key, f"{path}.{key}.key")
            yield from _problems(shape.value, item, f"{path}.{key}.member")


def _join(path: str, name: str) -> str:
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        # A few of the model's patterns are Java's alone.
        return True
