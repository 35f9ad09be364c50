"""Stacks, resources and change sets in the shapes of the API."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.stack import ChangeSet, Resource, Stack


def _pairs(values: dict[str, str], key: str, value: str) -> list[dict[str, str]]:
    return [{key: name, value: item} for name, item in values.items()]


def _parameters(
    given: dict[str, str], resolved: dict[str, Any], template: dict[str, Any]
) -> list[dict[str, str]]:
    listed = []
    for name, value in given.items():
        entry = {"ParameterKey": name, "ParameterValue": value}
        if template["Parameters"][name]["Type"].startswith("AWS::SSM::"):
            found = resolved[name]
            entry["ResolvedValue"] = ",".join(found) if isinstance(found, list) else str(found)
        if str(template["Parameters"][name].get("NoEcho", "false")).lower() == "true":
            entry["ParameterValue"] = "****"
        listed.append(entry)
    return listed


def stack(item: Stack) -> dict[str, Any]:
    """An entry of DescribeStacks."""
    shown = {
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
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
        "NotificationARNs": [],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Outputs": item.outputs,
        "Tags": [],
        "Parameters": [],
    }
    if item.target:
        shown["Tags"] = _pairs(item.target.tags, "Key", "Value")
        shown["Parameters"] = _parameters(item.target.given, item.target.resolved, item.target.template)
        shown["Description"] = item.target.template.get("Description")
    return {key: value for key, value in shown.items() if value is not None}


def stack_summary(item: Stack) -> dict[str, Any]:
    """An entry of ListStacks."""
    keys = (
        "StackId",
        "StackName",
        "CreationTime",
        "LastUpdatedTime",
        "DeletionTime",
        "StackStatus",
        "StackStatusReason",
    )
    shown = stack(item)
    return {key: shown[key] for key in keys if key in shown}


def resource_summary(owner: Stack, item: Resource) -> dict[str, Any]:
    """An entry of ListStackResources."""
    shown = {
        "LogicalResourceId": item.logical_id,
        "PhysicalResourceId": item.physical_id,
        "ResourceType": item.type,
        "LastUpdatedTimestamp": item.updated,
        "ResourceStatus": item.status,
        "ResourceStatusReason": item.reason,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }
    return {key: value for key, value in shown.items() if value is not None}


def resource(owner: Stack, item: Resource) -> dict[str, Any]:
    """An entry of DescribeStackResources."""
    shown = resource_summary(owner, item)
    return {**shown, "StackId": owner.id, "StackName": owner.name, "Timestamp": shown["LastUpdatedTimestamp"]}


def change_set_summary(owner: Stack, item: ChangeSet) -> dict[str, Any]:
    """An entry of ListChangeSets."""
    shown = {
        "StackId": owner.id,
        "StackName": owner.name,
        "ChangeSetId": item.id,
        "ChangeSetName": item.name,
        "ExecutionStatus": item.execution,
        "Status": item.status,
        "StatusReason": item.reason,
        "CreationTime": item.created,
        "Description": item.description,
    }
    return {key: value for key, value in shown.items() if value is not None}


def change_set(owner: Stack, item: ChangeSet) -> dict[str, Any]:
    """DescribeChangeSet's answer."""
    target = item.target
    return {
        **change_set_summary(owner, item),
        "Changes": item.changes,
        "Parameters": _parameters(target.given, target.resolved, target.template),
        "Tags": _pairs(target.tags, "Key", "Value"),
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }


def template_summary(template: dict[str, Any]) -> dict[str, Any]:
    """GetTemplateSummary's answer."""
    parameters = [
        {
            "ParameterKey": name,
            "ParameterType": item["Type"],
            "NoEcho": str(item.get("NoEcho", "false")).lower() == "true",
            **({"DefaultValue": str(item["Default"])} if "Default" in item else {}),
            **({"Description": item["Description"]} if "Description" in item else {}),
        }
        for name, item in template.get("Parameters", {}).items()
    ]
    types = sorted({item["Type"] for item in template.get("Resources", {}).values()})
    return {"Parameters": parameters, "ResourceTypes": types, "Description": template.get("Description", "")}


def validation_events(owner: Stack, item: ChangeSet) -> list[dict[str, Any]]:
    """The entries of DescribeEvents that say why a change set's template is refused."""
    resources = item.target.template.get("Resources", {})
    return [
        {
            "EventId": f"{item.id}#{index}",
            "StackId": owner.id,
            "OperationType": "CREATE_CHANGESET",
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": problem.logical_id or owner.name,
            "ResourceType": resources.get(problem.logical_id, {}).get("Type", "AWS::CloudFormation::Stack"),
            "Timestamp": item.created,
            "ValidationFailureMode": "FAIL",
            "ValidationName": "PROPERTY_VALIDATION",
            "ValidationStatus": "FAILED",
            "ValidationStatusReason": problem.message,
            "ValidationPath": problem.path,
        }
        for index, problem in enumerate(item.problems)
    ]
