"""AWS::Lambda: functions, layers, permissions and how they are invoked."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from aws.cloudformation.errors import ResourceFailed
from aws.cloudformation.handler import Handler, Operation


class LambdaFunction(Handler):
    """A function from a zip in S3 or from its inline text."""

    _settings = frozenset(
        {
            "DeadLetterConfig",
            "Description",
            "Environment",
            "EphemeralStorage",
            "Handler",
            "Layers",
            "LoggingConfig",
            "MemorySize",
            "Role",
            "Runtime",
            "Timeout",
            "TracingConfig",
        }
    )
    properties = _settings | {"Architectures", "Code", "FunctionName", "ReservedConcurrentExecutions", "Tags"}
    name_property = "FunctionName"

    def create(self, operation: Operation) -> str:
        name, given = self.identify(operation), operation.properties
        operation.call(
            "lambda",
            "create_function",
            FunctionName=name,
            Code=_code(given),
            Architectures=given.get("Architectures"),
            Tags=operation.tags(),
            **{key: given.get(key) for key in self._settings},
        )
        self._limit(operation.of(name))
        return name

    def modify(self, operation: Operation) -> None:
        function, new, old = {"FunctionName": operation.physical_id}, operation.properties, operation.old
        if new["Code"] != old.get("Code"):
            operation.call("lambda", "update_function_code", **function, **_code(new))
        settings = {key: new[key] for key in self._settings if key in new}
        for key, empty in {"DeadLetterConfig": {}, "Environment": {"Variables": {}}, "Layers": []}.items():
            if key in old:
                settings.setdefault(key, empty)
        operation.call("lambda", "update_function_configuration", **function, **settings)
        self._limit(operation)
        arn = self.attributes(operation)["Arn"]
        operation.retag("lambda", "tag_resource", "untag_resource", Resource=arn)

    def _limit(self, operation: Operation) -> None:
        limit = operation.properties.get("ReservedConcurrentExecutions")
        if limit is not None:
            settings = {"FunctionName": operation.physical_id, "ReservedConcurrentExecutions": limit}
            operation.call("lambda", "put_function_concurrency", **settings)

    def delete(self, operation: Operation) -> None:
        operation.call("lambda", "delete_function", FunctionName=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"Arn": operation.arn("lambda", f"function:{operation.physical_id}")}


def _code(properties: dict[str, Any]) -> dict[str, Any]:
    code = properties["Code"]
    unknown = code.keys() - {"S3Bucket", "S3Key", "S3ObjectVersion", "ZipFile"}
    if unknown:
        raise ResourceFailed(f"the rehearsal does not know {', '.join(sorted(unknown))} of a function's Code")
    if "ZipFile" not in code:
        return code
    module = "index.py" if properties["Runtime"].startswith("python") else "index.js"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(module, code["ZipFile"])
    return {"ZipFile": archive.getvalue()}


class LambdaLayerVersion(Handler):
    """One version of a layer; every change is another version."""

    def create(self, operation: Operation) -> str:
        named = {"LayerName": operation.name(), **operation.properties}
        return operation.call("lambda", "publish_layer_version", **named)["LayerVersionArn"]

    def delete(self, operation: Operation) -> None:
        *_, layer, version = operation.physical_id.split(":")
        operation.call("lambda", "delete_layer_version", LayerName=layer, VersionNumber=int(version))

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"LayerVersionArn": operation.physical_id}


class LambdaPermission(Handler):
    """A statement of a function's policy, which says what services may call it.

    Its schema has every property as create-only: a change is another statement, made before the former goes.
    """

    def create(self, operation: Operation) -> str:
        statement = operation.name(100)
        operation.call("lambda", "add_permission", StatementId=statement, **operation.properties)
        return statement

    def delete(self, operation: Operation) -> None:
        function = operation.properties["FunctionName"]
        statement = {"StatementId": operation.physical_id}
        operation.call("lambda", "remove_permission", FunctionName=function, **statement)


class LambdaEventInvokeConfig(Handler):
    """How often and how long an asynchronous invocation is tried."""

    def identify(self, operation: Operation) -> str:
        return f"{operation.properties['FunctionName']}|{operation.properties['Qualifier']}"

    def modify(self, operation: Operation) -> None:
        settings = {key: value for key, value in operation.properties.items() if key != "Qualifier"}
        operation.call("lambda", "put_function_event_invoke_config", **settings)

    def delete(self, operation: Operation) -> None:
        function = {"FunctionName": operation.properties["FunctionName"]}
        operation.call("lambda", "delete_function_event_invoke_config", **function)
