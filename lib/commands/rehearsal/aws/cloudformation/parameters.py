"""A template's parameters: given values, defaults, constraints, and those that live in the parameter store."""

from __future__ import annotations

import re
from typing import Any

from aws.cloudformation.errors import invalid
from aws.host import Host

_SSM_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")


def given_values(
    template: dict[str, Any], given: list[dict[str, Any]], previous: dict[str, str]
) -> dict[str, str]:
    """The values as a user gives them: the request's, the previous ones where it says so, the defaults."""
    declared = template.get("Parameters", {})
    unknown = [entry["ParameterKey"] for entry in given if entry["ParameterKey"] not in declared]
    if unknown:
        raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {key: str(item["Default"]) for key, item in declared.items() if "Default" in item}
    for entry in given:
        key = entry["ParameterKey"]
        if entry.get("UsePreviousValue") and key in previous:
            values[key] = previous[key]
        elif "ParameterValue" in entry:
            values[key] = entry["ParameterValue"]
    missing = [key for key in declared if key not in values]
    if missing:
        raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
    return values


def resolved_values(
    host: Host, region: str, template: dict[str, Any], values: dict[str, str]
) -> dict[str, Any]:
    """The values as references see them: lists split, `AWS::SSM::Parameter::Value` fetched."""
    resolved: dict[str, Any] = {}
    for key, definition in template.get("Parameters", {}).items():
        _check(key, definition, values[key])
        kind, value = definition["Type"], values[key]
        stored = _SSM_VALUE.fullmatch(kind)
        if stored:
            kind, value = stored[1], stored_value(host, region, value)
        listed = kind == "CommaDelimitedList" or kind.startswith("List<")
        resolved[key] = [item.strip() for item in value.split(",")] if listed else value
    return resolved


def stored_value(host: Host, region: str, name: str) -> str:
    """A parameter's value from the parameter store, fetched anew at each deployment."""
    client = host.client("ssm", region)
    try:
        return client.get_parameter(Name=name)["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound:
        raise invalid(f"Unable to fetch parameters [{name}] from parameter store for this account.") from None


def _check(key: str, definition: dict[str, Any], value: str) -> None:
    allowed = definition.get("AllowedValues")
    if allowed and value not in [str(item) for item in allowed]:
        raise invalid(f"Parameter '{key}' must be one of AllowedValues")
    pattern = definition.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        reason = definition.get("ConstraintDescription", f"must match pattern {pattern}")
        raise invalid(f"Parameter '{key}' {reason}")
