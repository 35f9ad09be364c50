"""AWS::SageMaker: model, endpoint configuration, endpoint. Their references are ARNs, as on AWS."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from aws.cloudformation.errors import ResourceFailed
from aws.cloudformation.handler import Handler, Operation, delete_quietly, gone


def name_of(arn: str) -> str:
    """A resource's name from its ARN."""
    return arn.rsplit("/", 1)[-1]


def replace_tags(operation: Operation, arn: str, new: dict[str, Any], old: dict[str, Any]) -> None:
    """Sets the tags of a SageMaker resource."""
    tags = operation.tags(new)
    removed = [tag["Key"] for tag in old.get("Tags", []) if tag["Key"] not in {item["Key"] for item in tags}]
    if tags:
        operation.call("sagemaker", "add_tags", ResourceArn=arn, Tags=tags)
    if removed:
        operation.call("sagemaker", "delete_tags", ResourceArn=arn, TagKeys=removed)


class SageMakerModel(Handler):
    """A model: only its tags can change."""

    properties = frozenset(
        {
            "Containers",
            "EnableNetworkIsolation",
            "ExecutionRoleArn",
            "InferenceExecutionConfig",
            "ModelName",
            "PrimaryContainer",
            "Tags",
            "VpcConfig",
        }
    )
    name_property = "ModelName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("ModelName") or operation.name(63)
        settings = {**properties, "ModelName": name, "Tags": operation.tags(properties)}
        return operation.call("sagemaker", "create_model", **settings)["ModelArn"]

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        replace_tags(operation, physical_id, new, old)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "sagemaker", "delete_model", ModelName=name_of(physical_id))

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"ModelName": name_of(physical_id)}


class SageMakerEndpointConfig(Handler):
    """An endpoint's configuration: only its tags can change."""

    properties = frozenset(
        {
            "AsyncInferenceConfig",
            "DataCaptureConfig",
            "EndpointConfigName",
            "KmsKeyId",
            "ProductionVariants",
            "Tags",
        }
    )
    name_property = "EndpointConfigName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("EndpointConfigName") or operation.name(63)
        settings = {**properties, "EndpointConfigName": name, "Tags": operation.tags(properties)}
        return operation.call("sagemaker", "create_endpoint_config", **settings)["EndpointConfigArn"]

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        replace_tags(operation, physical_id, new, old)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(
            operation, "sagemaker", "delete_endpoint_config", EndpointConfigName=name_of(physical_id)
        )

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"EndpointConfigName": name_of(physical_id)}


class SageMakerEndpoint(Handler):
    """An endpoint: created and updated only when it serves."""

    properties = frozenset(
        {
            "DeploymentConfig",
            "EndpointConfigName",
            "EndpointName",
            "ExcludeRetainedVariantProperties",
            "RetainAllVariantProperties",
            "Tags",
        }
    )
    name_property = "EndpointName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("EndpointName") or operation.name(63)
        arn = operation.call(
            "sagemaker",
            "create_endpoint",
            EndpointName=name,
            EndpointConfigName=name_of(properties["EndpointConfigName"]),
            DeploymentConfig=properties.get("DeploymentConfig"),
            Tags=operation.tags(properties),
        )["EndpointArn"]
        self._settle(operation, arn, properties["EndpointConfigName"], operation.cancelled.is_set)
        return arn

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        replace_tags(operation, physical_id, new, old)
        current = operation.call("sagemaker", "describe_endpoint", EndpointName=name_of(physical_id))
        if current["EndpointConfigName"] == name_of(new["EndpointConfigName"]):
            return
        operation.call(
            "sagemaker",
            "update_endpoint",
            EndpointName=name_of(physical_id),
            EndpointConfigName=name_of(new["EndpointConfigName"]),
            DeploymentConfig=new.get("DeploymentConfig"),
            ExcludeRetainedVariantProperties=new.get("ExcludeRetainedVariantProperties"),
            RetainAllVariantProperties=new.get("RetainAllVariantProperties"),
        )
        self._settle(operation, physical_id, new["EndpointConfigName"], lambda: False)

    def _settle(self, operation: Operation, arn: str, config: str, given_up: Any) -> None:
        while True:
            state = operation.call("sagemaker", "describe_endpoint", EndpointName=name_of(arn))
            status = state["EndpointStatus"]
            if status == "InService" and state["EndpointConfigName"] == name_of(config):
                return
            if status in ("Failed", "InService", "UpdateRollbackFailed"):
                reason = state.get("FailureReason", "no reason given")
                raise ResourceFailed(f"Endpoint {name_of(arn)} is {status}. {reason}", arn)
            if given_up():
                raise ResourceFailed("Resource creation cancelled", arn)
            time.sleep(0.2)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "sagemaker", "delete_endpoint", EndpointName=name_of(physical_id))
        while True:
            try:
                operation.call("sagemaker", "describe_endpoint", EndpointName=name_of(physical_id))
            except ClientError as error:
                if gone(error):
                    return
                raise
            time.sleep(0.2)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"EndpointName": name_of(physical_id)}
