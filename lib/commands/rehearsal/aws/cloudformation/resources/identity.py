"""AWS::IAM: roles and policies. They are kept and shown; nothing enforces them here."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from aws.cloudformation.handler import Handler, Operation, delete_quietly, gone


class IamRole(Handler):
    """A role with its inline and attached policies."""

    properties = frozenset(
        {
            "AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path",
            "PermissionsBoundary", "Policies", "RoleName", "Tags",
        }
    )  # fmt: skip
    name_property = "RoleName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("RoleName") or operation.name()
        operation.call(
            "iam",
            "create_role",
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            Path=properties.get("Path"),
            Description=properties.get("Description"),
            MaxSessionDuration=properties.get("MaxSessionDuration"),
            PermissionsBoundary=properties.get("PermissionsBoundary"),
            Tags=operation.tags(properties),
        )
        self._policies(operation, name, properties, {})
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        operation.call(
            "iam",
            "update_role",
            RoleName=physical_id,
            Description=new.get("Description"),
            MaxSessionDuration=new.get("MaxSessionDuration"),
        )
        document = json.dumps(new["AssumeRolePolicyDocument"])
        operation.call("iam", "update_assume_role_policy", RoleName=physical_id, PolicyDocument=document)
        self._policies(operation, physical_id, new, old)
        replace_tags(operation, "iam", "role", {"RoleName": physical_id}, new, old)

    def _policies(self, operation: Operation, name: str, new: dict[str, Any], old: dict[str, Any]) -> None:
        attached, detached = set(new.get("ManagedPolicyArns", [])), set(old.get("ManagedPolicyArns", []))
        for arn in sorted(attached - detached):
            operation.call("iam", "attach_role_policy", RoleName=name, PolicyArn=arn)
        for arn in sorted(detached - attached):
            delete_quietly(operation, "iam", "detach_role_policy", RoleName=name, PolicyArn=arn)
        for policy in new.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"])
            operation.call(
                "iam",
                "put_role_policy",
                RoleName=name,
                PolicyName=policy["PolicyName"],
                PolicyDocument=document,
            )
        kept = {policy["PolicyName"] for policy in new.get("Policies", [])}
        for policy in old.get("Policies", []):
            if policy["PolicyName"] not in kept:
                delete_quietly(
                    operation, "iam", "delete_role_policy", RoleName=name, PolicyName=policy["PolicyName"]
                )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        self._policies(operation, physical_id, {}, properties)
        delete_quietly(operation, "iam", "delete_role", RoleName=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        role = operation.call("iam", "get_role", RoleName=physical_id)["Role"]
        return {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def replace_tags(
    operation: Operation,
    service: str,
    noun: str,
    target: dict[str, Any],
    new: dict[str, Any],
    old: dict[str, Any],
) -> None:
    """Sets a resource's tags through `tag_<noun>` and takes those away that the template no longer has."""
    tags = operation.tags(new)
    if tags:
        operation.call(service, f"tag_{noun}", **target, Tags=tags)
    kept = {tag["Key"] for tag in tags}
    removed = [tag["Key"] for tag in old.get("Tags", []) if tag["Key"] not in kept]
    if removed:
        operation.call(service, f"untag_{noun}", **target, TagKeys=removed)


class IamPolicy(Handler):
    """An inline policy of roles."""

    properties = frozenset({"PolicyDocument", "PolicyName", "Roles"})

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        self.modify(operation, "", properties, {})
        return operation.name(40)

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        document = json.dumps(new["PolicyDocument"])
        for role in new.get("Roles", []):
            operation.call(
                "iam", "put_role_policy", RoleName=role, PolicyName=new["PolicyName"], PolicyDocument=document
            )
        for role in old.get("Roles", []):
            if role not in new.get("Roles", []) or old["PolicyName"] != new["PolicyName"]:
                delete_quietly(
                    operation, "iam", "delete_role_policy", RoleName=role, PolicyName=old["PolicyName"]
                )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        for role in properties.get("Roles", []):
            delete_quietly(
                operation, "iam", "delete_role_policy", RoleName=role, PolicyName=properties["PolicyName"]
            )


class IamManagedPolicy(Handler):
    """A policy of its own."""

    properties = frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument", "Roles"})
    name_property = "ManagedPolicyName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        arn = operation.call(
            "iam",
            "create_policy",
            PolicyName=properties.get("ManagedPolicyName") or operation.name(),
            Path=properties.get("Path"),
            Description=properties.get("Description"),
            PolicyDocument=json.dumps(properties["PolicyDocument"]),
        )["Policy"]["Arn"]
        for role in properties.get("Roles", []):
            operation.call("iam", "attach_role_policy", RoleName=role, PolicyArn=arn)
        return arn

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        versions = operation.call("iam", "list_policy_versions", PolicyArn=physical_id)["Versions"]
        document = json.dumps(new["PolicyDocument"])
        operation.call(
            "iam", "create_policy_version", PolicyArn=physical_id, PolicyDocument=document, SetAsDefault=True
        )
        for version in versions:
            operation.call(
                "iam", "delete_policy_version", PolicyArn=physical_id, VersionId=version["VersionId"]
            )
        for role in set(new.get("Roles", [])) - set(old.get("Roles", [])):
            operation.call("iam", "attach_role_policy", RoleName=role, PolicyArn=physical_id)
        for role in set(old.get("Roles", [])) - set(new.get("Roles", [])):
            delete_quietly(operation, "iam", "detach_role_policy", RoleName=role, PolicyArn=physical_id)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        try:
            roles = operation.call("iam", "list_entities_for_policy", PolicyArn=physical_id)["PolicyRoles"]
        except ClientError as error:
            if gone(error):
                return
            raise
        for role in roles:
            delete_quietly(
                operation, "iam", "detach_role_policy", RoleName=role["RoleName"], PolicyArn=physical_id
            )
        delete_quietly(operation, "iam", "delete_policy", PolicyArn=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"PolicyArn": physical_id}
