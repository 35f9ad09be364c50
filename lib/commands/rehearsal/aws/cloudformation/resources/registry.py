"""What the bootstrap stack and most stacks have: parameters, keys, an image repository."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.handler import Handler, Operation
from aws.identities import ACCOUNT


class SsmParameter(Handler):
    """A parameter."""

    name_property = "Name"

    def create(self, operation: Operation) -> str:
        name = self.identify(operation)
        self._put(operation, Name=name, Tags=operation.tags() or None)
        return name

    def modify(self, operation: Operation) -> None:
        self._put(operation, Name=operation.physical_id, Tags=None, Overwrite=True)
        target = {"ResourceType": "Parameter", "ResourceId": operation.physical_id}
        operation.retag("ssm", "add_tags_to_resource", "remove_tags_from_resource", **target)

    def _put(self, operation: Operation, **parameters: Any) -> None:
        operation.call("ssm", "put_parameter", **{**operation.properties, **parameters})

    def delete(self, operation: Operation) -> None:
        operation.call("ssm", "delete_parameter", Name=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {key: operation.properties[key] for key in ("Type", "Value")}


class EcrRepository(Handler):
    """An image repository; no image is ever pushed or pulled here."""

    properties = frozenset(
        {
            "EmptyOnDelete",
            "ImageScanningConfiguration",
            "ImageTagMutability",
            "LifecyclePolicy",
            "RepositoryName",
            "RepositoryPolicyText",
            "Tags",
        }
    )
    name_property = "RepositoryName"
    longest_name = 256

    def create(self, operation: Operation) -> str:
        name = self.identify(operation).lower()
        operation.call("ecr", "create_repository", repositoryName=name, tags=operation.tags())
        self.modify(operation.of(name))
        return name

    def modify(self, operation: Operation) -> None:
        def put(method: str, **parameters: Any) -> None:
            operation.call("ecr", method, repositoryName=operation.physical_id, **parameters)

        new = operation.properties
        if "ImageTagMutability" in new:
            put("put_image_tag_mutability", imageTagMutability=new["ImageTagMutability"])
        if "ImageScanningConfiguration" in new:
            scan = new["ImageScanningConfiguration"]["ScanOnPush"]
            put("put_image_scanning_configuration", imageScanningConfiguration={"scanOnPush": scan})
        if "LifecyclePolicy" in new:
            put("put_lifecycle_policy", lifecyclePolicyText=new["LifecyclePolicy"]["LifecyclePolicyText"])
        if "RepositoryPolicyText" in new:
            put("set_repository_policy", policyText=new["RepositoryPolicyText"])

    def delete(self, operation: Operation) -> None:
        force = operation.properties.get("EmptyOnDelete", False)
        operation.call("ecr", "delete_repository", repositoryName=operation.physical_id, force=force)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        name, region = operation.physical_id, operation.stack.region
        return {
            "Arn": operation.arn("ecr", f"repository/{name}"),
            "RepositoryUri": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name}",
        }


class KmsKey(Handler):
    """A key. Nothing is encrypted with it here. Deleting schedules the deletion, as on AWS."""

    properties = frozenset(
        {"Description", "EnableKeyRotation", "Enabled", "KeyPolicy", "PendingWindowInDays", "Tags"}
    )

    def create(self, operation: Operation) -> str:
        new = operation.properties
        key = operation.call(
            "kms",
            "create_key",
            Description=new.get("Description"),
            Policy=new.get("KeyPolicy"),
            Tags=[{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in operation.tags()],
        )["KeyMetadata"]["KeyId"]
        self._rotate(operation.of(key))
        return key

    def modify(self, operation: Operation) -> None:
        self._rotate(operation)
        if "KeyPolicy" in operation.properties:
            policy = {"PolicyName": "default", "Policy": operation.properties["KeyPolicy"]}
            operation.call("kms", "put_key_policy", KeyId=operation.physical_id, **policy)

    def _rotate(self, operation: Operation) -> None:
        if str(operation.properties.get("EnableKeyRotation")).lower() == "true":
            operation.call("kms", "enable_key_rotation", KeyId=operation.physical_id)

    def delete(self, operation: Operation) -> None:
        window = {"PendingWindowInDays": operation.properties.get("PendingWindowInDays")}
        operation.call("kms", "schedule_key_deletion", KeyId=operation.physical_id, **window)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {
            "Arn": operation.arn("kms", f"key/{operation.physical_id}"),
            "KeyId": operation.physical_id,
        }


class KmsAlias(Handler):
    """A key's alias."""

    def create(self, operation: Operation) -> str:
        operation.call("kms", "create_alias", **operation.properties)
        return operation.properties["AliasName"]

    def modify(self, operation: Operation) -> None:
        operation.call("kms", "update_alias", **operation.properties)

    def delete(self, operation: Operation) -> None:
        operation.call("kms", "delete_alias", AliasName=operation.physical_id)


class Metadata(Handler):
    """AWS::CDK::Metadata, which makes nothing."""
