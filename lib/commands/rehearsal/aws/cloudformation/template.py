"""Templates: parsing, conditions, intrinsic functions and the dependencies that they make."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

import yaml
from moto.cloudformation.utils import yaml_tag_constructor

from aws.cloudformation.errors import invalid

#: What `{"Ref": "AWS::NoValue"}` resolves to: the key or list item that holds it disappears.
NO_VALUE = object()
_SUB = re.compile(r"\$\{(!?)([^}]+)\}")
_SSM_REFERENCE = re.compile(r"\{\{resolve:ssm:([^}:]+)(?::\d+)?\}\}")


def parse(body: str) -> dict[str, Any]:
    """A template from JSON, or from YAML with short function names."""
    try:
        return json.loads(body)
    except ValueError:
        pass
    loader = type("TemplateLoader", (yaml.SafeLoader,), {})
    yaml.add_multi_constructor(
        "!", lambda l, tag, node: yaml_tag_constructor(l, f"!{tag}", node), Loader=loader
    )  # noqa: E741
    try:
        parsed = yaml.load(body, Loader=loader)
    except yaml.YAMLError as error:
        raise invalid(f"Template format error: YAML not well-formed. {error}") from error
    if not isinstance(parsed, dict):
        raise invalid("Template format error: unsupported structure.")
    return parsed


class Resolver:
    """Resolves one template's values against parameters, pseudo parameters and a stack's StackLookup."""

    def __init__(self, template: dict[str, Any], values: dict[str, Any], lookup: Any):
        self.template = template
        self.lookup = lookup
        self._values = values
        self._conditions: dict[str, bool] = {}

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources whose condition holds."""
        return {
            logical_id: definition
            for logical_id, definition in self.template.get("Resources", {}).items()
            if "Condition" not in definition or self.condition(definition["Condition"])
        }

    def condition(self, name: str) -> bool:
        """A named condition's value."""
        if name not in self._conditions:
            definitions = self.template.get("Conditions", {})
            if name not in definitions:
                raise invalid(f"Template error: unresolved condition dependency {name}")
            self._conditions[name] = self._evaluate(definitions[name])
        return self._conditions[name]

    def _evaluate(self, condition: Any) -> bool:
        (operator, operand), *_ = condition.items()
        if operator == "Condition":
            return self.condition(operand)
        if operator == "Fn::Equals":
            left, right = (self.resolve(side) for side in operand)
            return text(left) == text(right)
        if operator == "Fn::Not":
            return not self._evaluate(operand[0])
        if operator == "Fn::And":
            return all(self._evaluate(part) for part in operand)
        if operator == "Fn::Or":
            return any(self._evaluate(part) for part in operand)
        raise invalid(f"Template error: condition function {operator} is not known to the rehearsal")

    def resolve(self, value: Any) -> Any:
        """A value with its functions replaced by what they give."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if isinstance(value, str):
            return _SSM_REFERENCE.sub(lambda match: self.lookup.ssm(match[1]), value)
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, operand), *_ = value.items()
            if name == "Ref":
                return self._ref(operand)
            if name.startswith("Fn::"):
                return self._function(name, operand)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def parameterized(self, value: Any) -> Any:
        """A value with its parameters filled in and all other references left as they are."""
        if isinstance(value, list):
            return [self.parameterized(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Ref"} and value["Ref"] in self._values:
            return self._values[value["Ref"]]
        if value.keys() == {"Fn::If"}:
            name, then, otherwise = value["Fn::If"]
            return self.parameterized(then if self.condition(name) else otherwise)
        return {key: self.parameterized(item) for key, item in value.items()}

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        return self._values[name] if name in self._values else self.lookup.ref(name)

    def _function(self, name: str, operand: Any) -> Any:
        if name == "Fn::GetAtt":
            logical_id, attribute = _attribute(operand)
            return self.lookup.attribute(logical_id, self.resolve(attribute))
        if name == "Fn::If":
            return self.resolve(operand[1] if self.condition(operand[0]) else operand[2])
        if name == "Fn::Sub":
            return self._substitute(operand)
        operand = self.resolve(operand)
        if name == "Fn::Join":
            return operand[0].join(text(item) for item in operand[1])
        if name == "Fn::Select":
            return operand[1][int(operand[0])]
        if name == "Fn::Split":
            return operand[1].split(operand[0])
        if name == "Fn::FindInMap":
            return self._find_in_map(operand)
        if name == "Fn::ImportValue":
            return self.lookup.export(operand)
        if name == "Fn::GetStackOutput":
            return self.lookup.stack_output(
                operand["StackName"], operand["OutputName"], operand.get("Region")
            )
        if name == "Fn::Base64":
            return base64.b64encode(operand.encode()).decode()
        if name == "Fn::ToJsonString":
            return json.dumps(operand, separators=(",", ":"))
        if name == "Fn::Length":
            return len(operand)
        if name == "Fn::GetAZs":
            return [f"{operand or self._values['AWS::Region']}{zone}" for zone in "abc"]
        raise invalid(f"Template error: function {name} is not known to the rehearsal")

    def _find_in_map(self, operand: list[Any]) -> Any:
        name, first, second, *rest = operand
        try:
            return self.resolve(self.template.get("Mappings", {})[name][first][second])
        except KeyError:
            if rest and "DefaultValue" in rest[0]:
                return rest[0]["DefaultValue"]
            raise invalid(f"Template error: Unable to get mapping for {name}::{first}::{second}") from None

    def _substitute(self, operand: Any) -> str:
        body, variables = (operand, {}) if isinstance(operand, str) else operand
        variables = {key: self.resolve(item) for key, item in variables.items()}

        def replace(match: re.Match[str]) -> str:
            literal, name = match[1], match[2].strip()
            if literal:
                return f"${{{name}}}"
            if name in variables:
                return text(variables[name])
            if "." in name:
                return text(self.lookup.attribute(*_attribute(name)))
            return text(self._ref(name))

        return self.resolve(_SUB.sub(replace, body))

    def dependencies(self, definition: dict[str, Any]) -> set[str]:
        """The logical ids that a resource must wait for: DependsOn and what its properties refer to."""
        named = definition.get("DependsOn", [])
        found = {named} if isinstance(named, str) else set(named)
        found.update(self._references(definition.get("Properties", {})))
        return found & self.resources().keys()

    def _references(self, value: Any) -> Iterator[str]:
        if isinstance(value, list):
            for item in value:
                yield from self._references(item)
        elif isinstance(value, dict):
            for key, item in value.items():
                if key == "Ref":
                    yield item
                elif key == "Fn::GetAtt":
                    yield _attribute(item)[0]
                elif key == "Fn::If":
                    yield from self._references(item[1] if self.condition(item[0]) else item[2])
                else:
                    if key == "Fn::Sub":
                        body, variables = (item, {}) if isinstance(item, str) else item
                        named = {match[2].split(".")[0] for match in _SUB.finditer(body) if not match[1]}
                        yield from named - variables.keys()
                    yield from self._references(item)

    def check(self) -> None:
        """Raises when a reference has no target or resources wait for each other in a circle."""
        resources = self.resources()
        known = resources.keys() | self._values.keys() | {"AWS::NoValue"}
        for definition in resources.values():
            missing = set(self._references(definition.get("Properties", {}))) - known
            if missing:
                raise invalid(
                    "Template format error: Unresolved resource dependencies "
                    f"[{', '.join(sorted(missing))}] in the Resources block of the template"
                )
        needs = {logical_id: self.dependencies(definition) for logical_id, definition in resources.items()}
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle = sorted(set(error.args[1]))
            raise invalid(f"Circular dependency between resources: [{', '.join(circle)}]") from None


def _attribute(operand: Any) -> tuple[str, Any]:
    if isinstance(operand, str):
        logical_id, _, name = operand.partition(".")
        return logical_id, name
    logical_id, *names = operand
    return logical_id, names[0] if len(names) == 1 else ".".join(names)


def text(value: Any) -> str:
    """A value as CloudFormation writes it where a text is wanted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
