"""AWS::Lambda: functions, layers, permissions and how they are invoked."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from aws.cloudformation.errors import ResourceFailed
from aws.cloudformation.handler import Handler, Operation, delete_quietly
from aws.host import ACCOUNT


class LambdaFunction(Handler):
    """A function from a zip in S3 or from its inline text."""

    properties = frozenset(
        {
            "Architectures", "Code", "DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "FunctionName", "Handler", "Layers",
            "LoggingConfig", "MemorySize", "ReservedConcurrentExecutions", "Role", "Runtime", "Tags", "Timeout",
            "TracingConfig",
        }
    )  # fmt: skip
    name_property = "FunctionName"
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

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("FunctionName") or operation.name()
        operation.call(
            "lambda",
            "create_function",
            FunctionName=name,
            Code=_code(properties),
            Architectures=properties.get("Architectures"),
            Tags={tag["Key"]: tag["Value"] for tag in operation.tags(properties)},
            **{key: properties[key] for key in self._settings if key in properties},
        )
        self._concurrency(operation, name, properties)
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        if new["Code"] != old.get("Code"):
            operation.call("lambda", "update_function_code", FunctionName=physical_id, **_code(new))
        settings = {key: new[key] for key in self._settings if key in new}
        for key, empty in {"DeadLetterConfig": {}, "Environment": {"Variables": {}}, "Layers": []}.items():
            if key in old and key not in new:
                settings[key] = empty
        operation.call("lambda", "update_function_configuration", FunctionName=physical_id, **settings)
        self._concurrency(operation, physical_id, new)
        arn = self.attributes(operation, physical_id, new)["Arn"]
        tags = {tag["Key"]: tag["Value"] for tag in operation.tags(new)}
        operation.call("lambda", "tag_resource", Resource=arn, Tags=tags)
        removed = [tag["Key"] for tag in old.get("Tags", []) if tag["Key"] not in tags]
        if removed:
            operation.call("lambda", "untag_resource", Resource=arn, TagKeys=removed)

    def _concurrency(self, operation: Operation, name: str, properties: dict[str, Any]) -> None:
        limit = properties.get("ReservedConcurrentExecutions")
        if limit is not None:
            operation.call(
                "lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=limit
            )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "lambda", "delete_function", FunctionName=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Arn": f"arn:aws:lambda:{operation.region}:{ACCOUNT}:function:{physical_id}"}


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

    properties = frozenset(
        {
            "CompatibleArchitectures",
            "CompatibleRuntimes",
            "Content",
            "Description",
            "LayerName",
            "LicenseInfo",
        }
    )

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("LayerName") or operation.name()
        rest = {key: value for key, value in properties.items() if key != "LayerName"}
        return operation.call("lambda", "publish_layer_version", LayerName=name, **rest)["LayerVersionArn"]

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        layer, version = physical_id.rsplit(":", 1)
        delete_quietly(
            operation,
            "lambda",
            "delete_layer_version",
            LayerName=layer.rsplit(":", 1)[-1],
            VersionNumber=int(version),
        )

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"LayerVersionArn": physical_id}


class LambdaPermission(Handler):
    """A statement of a function's policy, which says what services may call it.

    Its schema has every property as create-only: a change is another statement, made before the former goes.
    """

    properties = frozenset(
        {
            "Action",
            "EventSourceToken",
            "FunctionName",
            "FunctionUrlAuthType",
            "Principal",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn",
        }
    )

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        statement = operation.name(100)
        operation.call("lambda", "add_permission", StatementId=statement, **properties)
        return statement

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        function = properties["FunctionName"]
        delete_quietly(
            operation, "lambda", "remove_permission", FunctionName=function, StatementId=physical_id
        )


class LambdaEventInvokeConfig(Handler):
    """How often and how long an asynchronous invocation is tried."""

    properties = frozenset(
        {"DestinationConfig", "FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier"}
    )

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        self.modify(operation, "", properties, {})
        return f"{properties['FunctionName']}|{properties['Qualifier']}"

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        settings = {key: value for key, value in new.items() if key != "Qualifier"}
        operation.call("lambda", "put_function_event_invoke_config", **settings)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(
            operation,
            "lambda",
            "delete_function_event_invoke_config",
            FunctionName=properties["FunctionName"],
        )
