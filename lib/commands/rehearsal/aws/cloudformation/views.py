"""Stacks, resources and change sets in the words of the API, whose model picks from them what each answer has."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.stack import ChangeSet, Resource, Stack, Target


def _tags(target: Target) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in target.tags.items()]


def _secret(parameter: dict[str, Any]) -> bool:
    return str(parameter.get("NoEcho", "false")).lower() == "true"


def _parameters(target: Target) -> list[dict[str, str]]:
    listed = []
    for name, value in target.given.items():
        declared, found = target.template["Parameters"][name], target.resolved[name]
        entry = {"ParameterKey": name, "ParameterValue": "****" if _secret(declared) else value}
        if declared["Type"].startswith("AWS::SSM::"):
            entry["ResolvedValue"] = ",".join(found) if isinstance(found, list) else str(found)
        listed.append(entry)
    return listed


def stack(item: Stack) -> dict[str, Any]:
    """A stack."""
    target = item.target
    return {
        "StackId": item.id,
        "StackName": item.name,
        "CreationTime": item.created,
        "LastUpdatedTime": item.updated,
        "DeletionTime": item.deleted,
        "StackStatus": item.status,
        "StackStatusReason": item.reason,
        "DisableRollback": False,
        "RoleARN": item.role_arn,
        "EnableTerminationProtection": item.termination_protection,
        "NotificationARNs": [],
        "Outputs": item.outputs,
        "Tags": _tags(target) if target else [],
        "Parameters": _parameters(target) if target else [],
        "Description": target.template.get("Description") if target else None,
    }


def resource(owner: Stack, item: Resource) -> dict[str, Any]:
    """A resource of a stack."""
    return {
        "StackId": owner.id,
        "StackName": owner.name,
        "LogicalResourceId": item.logical_id,
        "PhysicalResourceId": item.physical_id,
        "ResourceType": item.type,
        "LastUpdatedTimestamp": item.updated,
        "Timestamp": item.updated,
        "ResourceStatus": item.status,
        "ResourceStatusReason": item.reason,
    }


def change_set(owner: Stack, item: ChangeSet) -> dict[str, Any]:
    """A change set of a stack."""
    return {
        "StackId": owner.id,
        "StackName": owner.name,
        "ChangeSetId": item.id,
        "ChangeSetName": item.name,
        "ExecutionStatus": item.execution,
        "Status": item.status,
        "StatusReason": item.reason,
        "CreationTime": item.created,
        "Description": item.description,
        "Changes": item.changes,
        "Parameters": _parameters(item.target),
        "Tags": _tags(item.target),
    }


def template_summary(template: dict[str, Any]) -> dict[str, Any]:
    """GetTemplateSummary's answer."""
    parameters = [
        {
            "ParameterKey": name,
            "ParameterType": item["Type"],
            "NoEcho": _secret(item),
            "DefaultValue": item.get("Default"),
            "Description": item.get("Description"),
        }
        for name, item in template.get("Parameters", {}).items()
    ]
    types = sorted({item["Type"] for item in template.get("Resources", {}).values()})
    return {"Parameters": parameters, "ResourceTypes": types, "Description": template.get("Description")}


def validation_events(owner: Stack, item: ChangeSet) -> list[dict[str, Any]]:
    """The entries of DescribeEvents that say why a change set's template is refused."""
    events = []
    for index, problem in enumerate(item.problems):
        path = [str(part) for part in problem.path or []]
        logical_id = path[1] if len(path) > 1 and path[0] == "Resources" else owner.name
        known = item.target.template.get("Resources", {}).get(logical_id, {})
        events.append(
            {
                "EventId": f"{item.id}#{index}",
                "StackId": owner.id,
                "OperationType": "CREATE_CHANGESET",
                "EventType": "VALIDATION_ERROR",
                "LogicalResourceId": logical_id,
                "ResourceType": known.get("Type", "AWS::CloudFormation::Stack"),
                "Timestamp": item.created,
                "ValidationFailureMode": "FAIL",
                "ValidationName": "PROPERTY_VALIDATION",
                "ValidationStatus": "FAILED",
                "ValidationStatusReason": problem.message,
                "ValidationPath": "/" + "/".join(path),
            }
        )
    return events
