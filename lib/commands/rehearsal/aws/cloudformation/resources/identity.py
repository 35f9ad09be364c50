"""AWS::IAM: roles and policies, which authorization/ then enforces."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.handler import Handler, Operation


def attach(operation: Operation, new: set[tuple[str, str]], old: set[tuple[str, str]]) -> None:
    """Attaches policies to roles, pairs of a role's name and a policy's ARN, and detaches those that it no longer names."""
    for role, arn in sorted(new - old):
        operation.call("iam", "attach_role_policy", RoleName=role, PolicyArn=arn)
    for role, arn in sorted(old - new):
        operation.remove("iam", "detach_role_policy", RoleName=role, PolicyArn=arn)


def inline(operation: Operation, new: dict[tuple[str, str], Any], old: dict[tuple[str, str], Any]) -> None:
    """Writes documents, by a role's name and a policy's, and deletes those that it no longer has."""
    for (role, name), document in new.items():
        policy = {"PolicyName": name, "PolicyDocument": document}
        operation.call("iam", "put_role_policy", RoleName=role, **policy)
    for role, name in sorted(old.keys() - new.keys()):
        operation.remove("iam", "delete_role_policy", RoleName=role, PolicyName=name)


class IamRole(Handler):
    """A role with its inline and attached policies."""

    properties = frozenset(
        {
            "AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path",
            "PermissionsBoundary", "Policies", "RoleName", "Tags",
        }
    )  # fmt: skip
    name_property = "RoleName"

    def create(self, operation: Operation) -> str:
        name, given = self.identify(operation), operation.properties
        settings = ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary")
        operation.call(
            "iam",
            "create_role",
            RoleName=name,
            AssumeRolePolicyDocument=given["AssumeRolePolicyDocument"],
            Tags=operation.tags(),
            **{key: given.get(key) for key in settings},
        )
        self._policies(operation.of(name), given, {})
        return name

    def modify(self, operation: Operation) -> None:
        role, new = {"RoleName": operation.physical_id}, operation.properties
        settings = {key: new.get(key) for key in ("Description", "MaxSessionDuration")}
        operation.call("iam", "update_role", **role, **settings)
        document = new["AssumeRolePolicyDocument"]
        operation.call("iam", "update_assume_role_policy", **role, PolicyDocument=document)
        self._policies(operation, new, operation.old)
        operation.retag("iam", "tag_role", "untag_role", **role)

    def _policies(self, operation: Operation, new: dict[str, Any], old: dict[str, Any]) -> None:
        def attached(properties: dict[str, Any]) -> set[tuple[str, str]]:
            return {(operation.physical_id, arn) for arn in properties.get("ManagedPolicyArns", [])}

        def inlined(properties: dict[str, Any]) -> dict[tuple[str, str], Any]:
            policies = properties.get("Policies", [])
            return {(operation.physical_id, item["PolicyName"]): item["PolicyDocument"] for item in policies}

        attach(operation, attached(new), attached(old))
        inline(operation, inlined(new), inlined(old))

    def delete(self, operation: Operation) -> None:
        self._policies(operation, {}, operation.properties)
        operation.call("iam", "delete_role", RoleName=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        role = operation.call("iam", "get_role", RoleName=operation.physical_id)["Role"]
        return {"Arn": role["Arn"], "RoleId": role["RoleId"]}


class IamPolicy(Handler):
    """An inline policy of roles."""

    properties = frozenset({"PolicyDocument", "PolicyName", "Roles"})
    longest_name = 40

    def modify(self, operation: Operation) -> None:
        inline(operation, _documents(operation.properties), _documents(operation.old))

    def delete(self, operation: Operation) -> None:
        inline(operation, {}, _documents(operation.properties))


def _documents(properties: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {
        (role, properties["PolicyName"]): properties["PolicyDocument"] for role in properties.get("Roles", [])
    }


class IamManagedPolicy(Handler):
    """A policy of its own."""

    properties = frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument", "Roles"})
    name_property = "ManagedPolicyName"

    def create(self, operation: Operation) -> str:
        given = operation.properties
        arn = operation.call(
            "iam",
            "create_policy",
            PolicyName=self.identify(operation),
            Path=given.get("Path"),
            Description=given.get("Description"),
            PolicyDocument=given["PolicyDocument"],
        )["Policy"]["Arn"]
        attach(operation, _users(operation.of(arn), given), set())
        return arn

    def modify(self, operation: Operation) -> None:
        policy, document = {"PolicyArn": operation.physical_id}, operation.properties["PolicyDocument"]
        versions = operation.call("iam", "list_policy_versions", **policy)["Versions"]
        operation.call("iam", "create_policy_version", **policy, PolicyDocument=document, SetAsDefault=True)
        for version in versions:
            operation.call("iam", "delete_policy_version", **policy, VersionId=version["VersionId"])
        attach(operation, _users(operation, operation.properties), _users(operation, operation.old))

    def delete(self, operation: Operation) -> None:
        policy = {"PolicyArn": operation.physical_id}
        roles = operation.call("iam", "list_entities_for_policy", **policy)["PolicyRoles"]
        attach(operation, set(), {(role["RoleName"], operation.physical_id) for role in roles})
        operation.call("iam", "delete_policy", **policy)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"PolicyArn": operation.physical_id}


def _users(operation: Operation, properties: dict[str, Any]) -> set[tuple[str, str]]:
    return {(role, operation.physical_id) for role in properties.get("Roles", [])}
