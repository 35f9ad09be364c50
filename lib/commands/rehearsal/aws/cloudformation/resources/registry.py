"""What the bootstrap stack and most stacks have: parameters, keys, an image repository, metadata."""

from __future__ import annotations

import json
from typing import Any

from aws.cloudformation.handler import Handler, Operation, delete_quietly
from aws.host import ACCOUNT


class SsmParameter(Handler):
    """A parameter."""

    properties = frozenset(
        {"AllowedPattern", "DataType", "Description", "Name", "Policies", "Tags", "Tier", "Type", "Value"}
    )
    name_property = "Name"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("Name") or operation.name()
        settings = {key: value for key, value in properties.items() if key not in ("Name", "Tags")}
        tags = operation.tags(properties)
        operation.call("ssm", "put_parameter", Name=name, Tags=tags or None, **settings)
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        settings = {key: value for key, value in new.items() if key not in ("Name", "Tags")}
        operation.call("ssm", "put_parameter", Name=physical_id, Overwrite=True, **settings)
        tags = operation.tags(new)
        target = {"ResourceType": "Parameter", "ResourceId": physical_id}
        if tags:
            operation.call("ssm", "add_tags_to_resource", **target, Tags=tags)
        removed = [key for key in old.get("Tags", {}) if key not in {tag["Key"] for tag in tags}]
        if removed:
            operation.call("ssm", "remove_tags_from_resource", **target, TagKeys=removed)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "ssm", "delete_parameter", Name=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Type": properties["Type"], "Value": properties["Value"]}


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

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("RepositoryName") or operation.name(256).lower()
        operation.call("ecr", "create_repository", repositoryName=name, tags=operation.tags(properties))
        self.modify(operation, name, properties, {})
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        def put(method: str, **parameters: Any) -> None:
            operation.call("ecr", method, repositoryName=physical_id, **parameters)

        if "ImageTagMutability" in new:
            put("put_image_tag_mutability", imageTagMutability=new["ImageTagMutability"])
        if "ImageScanningConfiguration" in new:
            scan = new["ImageScanningConfiguration"]["ScanOnPush"]
            put("put_image_scanning_configuration", imageScanningConfiguration={"scanOnPush": scan})
        if "LifecyclePolicy" in new:
            put("put_lifecycle_policy", lifecyclePolicyText=new["LifecyclePolicy"]["LifecyclePolicyText"])
        if "RepositoryPolicyText" in new:
            put("set_repository_policy", policyText=json.dumps(new["RepositoryPolicyText"]))

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(
            operation,
            "ecr",
            "delete_repository",
            repositoryName=physical_id,
            force=properties.get("EmptyOnDelete", False),
        )

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "Arn": f"arn:aws:ecr:{operation.region}:{ACCOUNT}:repository/{physical_id}",
            "RepositoryUri": f"{ACCOUNT}.dkr.ecr.{operation.region}.amazonaws.com/{physical_id}",
        }


class KmsKey(Handler):
    """A key. Nothing is encrypted with it here. Deleting schedules the deletion, as on AWS."""

    properties = frozenset(
        {"Description", "EnableKeyRotation", "Enabled", "KeyPolicy", "PendingWindowInDays", "Tags"}
    )

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in operation.tags(properties)]
        policy = json.dumps(properties["KeyPolicy"]) if "KeyPolicy" in properties else None
        key = operation.call(
            "kms", "create_key", Description=properties.get("Description"), Policy=policy, Tags=tags
        )
        self.modify(operation, key["KeyMetadata"]["KeyId"], properties, {})
        return key["KeyMetadata"]["KeyId"]

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        if str(new.get("EnableKeyRotation", "false")).lower() == "true":
            operation.call("kms", "enable_key_rotation", KeyId=physical_id)
        if old and "KeyPolicy" in new:
            operation.call(
                "kms",
                "put_key_policy",
                KeyId=physical_id,
                PolicyName="default",
                Policy=json.dumps(new["KeyPolicy"]),
            )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        window = properties.get("PendingWindowInDays")
        delete_quietly(
            operation, "kms", "schedule_key_deletion", KeyId=physical_id, PendingWindowInDays=window
        )

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Arn": f"arn:aws:kms:{operation.region}:{ACCOUNT}:key/{physical_id}", "KeyId": physical_id}


class KmsAlias(Handler):
    """A key's alias."""

    properties = frozenset({"AliasName", "TargetKeyId"})

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        operation.call("kms", "create_alias", **properties)
        return properties["AliasName"]

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        operation.call("kms", "update_alias", **new)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "kms", "delete_alias", AliasName=physical_id)


class Metadata(Handler):
    """AWS::CDK::Metadata, which makes nothing."""

    properties = frozenset({"Analytics"})

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        return operation.name()

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        return None

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        return None
