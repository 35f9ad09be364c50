"""What a call needs: the actions that IAM decides on, what they are about, and what their conditions can ask.

Source: AWS's Service Authorization Reference. An operation that is not here has no known resource: only a statement for
every resource allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aws.authorization.keys import bucket_key, key_arn, topic_key, volume_grant
from aws.calls import Call

#: The prefix of a service's actions where botocore calls it otherwise.
_PREFIXES = {
    "sagemaker-runtime": "sagemaker",
    "resourcegroupstaggingapi": "tag",
}


@dataclass(frozen=True)
class Need:
    """One action that a call needs."""

    action: str
    #: An ARN; "*" where the action is about no resource; None where nobody knows.
    resource: str | None
    #: Condition keys of the service, beside those that every request has.
    context: dict[str, Sequence[str]] = field(default_factory=dict)


def needs_of(call: Call, account: str) -> list[Need]:
    """All that must be allowed for a call."""
    return list(_SERVICES.get(call.service, _plain)(call, account))


def _plain(call: Call, account: str) -> Iterator[Need]:
    """An operation that is its own action."""
    key, prefix = f"{call.service}:{call.operation}", _PREFIXES.get(call.service, call.service)
    action = f"{prefix}:{call.operation}"
    if key in _ABOUT_NOTHING:
        yield Need(action, "*")
        return
    for form, members in _FORMS.items():
        service, operations = form
        if service == call.service and call.operation in operations:
            yield Need(action, members(call, account))
            return
    yield Need(action, None)


def _arn(call: Call, account: str, service: str, rest: str) -> str:
    return f"arn:aws:{service}:{call.region}:{account}:{rest}"


# S3

#: Operations that are another action than their name says.
_S3_ACTIONS = {
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListBuckets": "ListAllMyBuckets",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "PutBucketCors": "PutBucketCORS",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
}


def _s3(call: Call, account: str) -> Iterator[Need]:
    parameters = call.parameters
    action = f"s3:{_S3_ACTIONS.get(call.operation, call.operation)}"
    bucket = f"arn:aws:s3:::{parameters.get('Bucket')}"
    if call.operation == "ListBuckets":
        yield Need(action, "*")
    elif call.operation == "DeleteObjects":
        for item in parameters["Delete"]["Objects"]:
            versioned = "Version" if item.get("VersionId") else ""
            yield Need(f"{action}{versioned}", f"{bucket}/{item['Key']}")
    elif "Key" in parameters:
        versioned = action in ("s3:GetObject", "s3:DeleteObject") and parameters.get("VersionId")
        yield Need(
            f"{action}{'Version' if versioned else ''}", f"{bucket}/{parameters['Key']}", _acl(parameters)
        )
        yield from _object_key(action, parameters, call.region, account)
        source = parameters.get("CopySource")
        if isinstance(source, str):
            yield Need("s3:GetObject", f"arn:aws:s3:::{unquote(source).lstrip('/').split('?')[0]}")
    else:
        listing = {
            f"s3:{key.lower()}": [str(parameters[name])] if parameters.get(name) is not None else []
            for key, name in (("prefix", "Prefix"), ("delimiter", "Delimiter"), ("max-keys", "MaxKeys"))
        }
        yield Need(action, bucket, listing)


#: What a caller of S3 needs of the key with which an object is encrypted.
_OF_KEYS = {"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}


def _object_key(action: str, parameters: dict[str, Any], region: str, account: str) -> Iterator[Need]:
    """A customer's key of the bucket, which S3 uses in the caller's name."""
    key = bucket_key(account, parameters.get("Bucket", "")) if action in _OF_KEYS else None
    if key:
        via = {"kms:viaservice": [f"s3.{region}.amazonaws.com"], "kms:calleraccount": [account]}
        yield Need(_OF_KEYS[action], key, via)
        if parameters.get("UploadId"):
            # Parts are read again when they are put together.
            yield Need("kms:Decrypt", key, via)


def _acl(parameters: dict[str, Any]) -> dict[str, Sequence[str]]:
    keys = {"s3:x-amz-acl": "ACL", "s3:x-amz-server-side-encryption": "ServerSideEncryption"}
    return {key: [parameters[name]] if parameters.get(name) else [] for key, name in keys.items()}


# Logs: an action on a group is asked of the group's streams, as `log-group:NAME:log-stream:`.


def _logs(call: Call, account: str) -> Iterator[Need]:
    parameters = call.parameters
    action = f"logs:{call.operation}"
    tagged = parameters.get("resourceArn")
    if tagged:
        yield Need(action, tagged.removesuffix(":*"))
        return
    group = (
        parameters.get("logGroupName")
        or (parameters.get("logGroupIdentifier") or "").split(":log-group:")[-1]
    )
    stream = parameters.get("logStreamName", "") if call.operation in _OF_STREAMS else ""
    yield Need(action, _arn(call, account, "logs", f"log-group:{group}:log-stream:{stream}"))
    if call.operation == "CreateLogGroup" and parameters.get("tags"):
        yield Need("logs:TagResource", _arn(call, account, "logs", f"log-group:{group}"))


_OF_STREAMS = {"DeleteLogStream", "GetLogEvents", "PutLogEvents"}


# SageMaker

#: The member that names a resource, and the resource's type in its ARN.
_SAGEMAKER_NAMES = {
    "TrainingJobName": "training-job",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "NotebookInstanceName": "notebook-instance",
    "NotebookInstanceLifecycleConfigName": "notebook-instance-lifecycle-config",
}
_SAGEMAKER_ROLES = ("RoleArn", "ExecutionRoleArn")


def _sagemaker(call: Call, account: str) -> Iterator[Need]:
    parameters, action = call.parameters, f"sagemaker:{call.operation}"
    tags = {tag["Key"]: tag["Value"] for tag in parameters.get("Tags") or []}
    requested = {f"aws:requesttag/{key.lower()}": [value] for key, value in tags.items()}
    context: dict[str, Sequence[str]] = {**requested, "aws:tagkeys": list(tags)}
    if call.operation.startswith("List") and call.operation != "ListTags":
        yield Need(action, "*")
        return
    named = parameters.get("ResourceArn")
    for member, kind in _SAGEMAKER_NAMES.items():
        # The first that an operation has is what it is about: an endpoint before its configuration.
        if named is None and member in parameters:
            named = _arn(call, account, "sagemaker", f"{kind}/{parameters[member]}")
    yield Need(action, named, context)
    if tags and call.operation.startswith("Create"):
        yield Need("sagemaker:AddTags", named, context)
    if call.operation in ("CreateEndpoint", "UpdateEndpoint"):
        config = parameters["EndpointConfigName"]
        yield Need(action, _arn(call, account, "sagemaker", f"endpoint-config/{config}"), context)
        volumes = _config_key(call.region, config)
        if volumes:
            yield Need(*volume_grant(account, call.region, volumes))
    if call.operation == "CreateNotebookInstance" and parameters.get("KmsKeyId"):
        yield Need(*volume_grant(account, call.region, parameters["KmsKeyId"]))
    for member in _SAGEMAKER_ROLES:
        if parameters.get(member):
            yield pass_role(parameters[member], "sagemaker.amazonaws.com")


def _config_key(region: str, name: str) -> str | None:
    """The key of the volumes of an endpoint's configuration."""
    from aws.sagemaker.store import store

    config = store(region).items["endpoint-config"].get(name)
    return config.request.get("KmsKeyId") if config else None


def pass_role(role: str, service: str) -> Need:
    """Handing a role to a service."""
    return Need("iam:PassRole", role, {"iam:passedtoservice": [service], "iam:associatedresourcearn": []})


# CloudFormation


def _cloudformation(call: Call, account: str) -> Iterator[Need]:
    from aws.cloudformation.stack import stacks_of

    action, name = f"cloudformation:{call.operation}", call.parameters.get("StackName")
    if name is None:
        change_set = call.parameters.get("ChangeSetName", "")
        owner = next((stack for stack in stacks_of(call.region) if change_set in stack.change_sets), None)
        yield Need(action, owner.id if owner else "*")
        if call.operation == "DescribeStacks":
            yield Need("cloudformation:ListStacks", "*")
    else:
        known = next((stack.id for stack in stacks_of(call.region) if name in (stack.name, stack.id)), None)
        missing = (
            name if name.startswith("arn:") else _arn(call, account, "cloudformation", f"stack/{name}/*")
        )
        yield Need(
            action, known or missing, {"cloudformation:changesetname": [], "cloudformation:rolearn": []}
        )
    if call.parameters.get("RoleARN"):
        yield pass_role(call.parameters["RoleARN"], "cloudformation.amazonaws.com")


# The others


def _lambda(call: Call, account: str) -> Iterator[Need]:
    action = "lambda:InvokeFunction" if call.operation == "Invoke" else f"lambda:{call.operation}"
    name = call.parameters.get("FunctionName")
    if name is None:
        yield Need(action, "*" if call.operation.startswith("List") else None)
    else:
        yield Need(
            action, name if name.startswith("arn:") else _arn(call, account, "lambda", f"function:{name}")
        )
    if call.parameters.get("Role"):
        yield pass_role(call.parameters["Role"], "lambda.amazonaws.com")


def _sts(call: Call, account: str) -> Iterator[Need]:
    if call.operation != "GetCallerIdentity":
        # Who may ask for the caller's identity is no matter of policies.
        context: dict[str, Sequence[str]] = {
            "sts:externalid": [],
            "sts:rolesessionname": [call.parameters["RoleSessionName"]],
        }
        yield Need(f"sts:{call.operation}", call.parameters["RoleArn"], context)


def _cloudwatch(call: Call, account: str) -> Iterator[Need]:
    parameters, action = call.parameters, f"cloudwatch:{call.operation}"
    names = parameters.get("AlarmNames") or [parameters[key] for key in ("AlarmName",) if parameters.get(key)]
    for name in names:
        yield Need(action, _arn(call, account, "cloudwatch", f"alarm:{name}"))
    if not names:
        namespace = [parameters["Namespace"]] if parameters.get("Namespace") else []
        yield Need(action, "*", {"cloudwatch:namespace": namespace})


def _named(service: str, kind: str, *members: str) -> Callable[[Call, str], str | None]:
    def resource(call: Call, account: str) -> str | None:
        name = next((call.parameters[key] for key in members if call.parameters.get(key)), None)
        if name is None or name.startswith("arn:"):
            return name
        return _arn(call, account, service, f"{kind}{name.removeprefix('/') if kind.endswith('/') else name}")

    return resource


def _budgets(call: Call, account: str) -> Iterator[Need]:
    seen = call.operation.startswith("Describe") or call.operation.startswith("List")
    name = call.parameters.get("BudgetName") or call.parameters.get("Budget", {}).get("BudgetName")
    resource = f"arn:aws:budgets::{account}:budget/{name or '*'}"
    yield Need(f"budgets:{'ViewBudget' if seen else 'ModifyBudget'}", resource)
    if seen:
        yield Need("billing:GetBillingViewData", f"arn:aws:billing::{account}:billingview/primary")


def _kms(call: Call, account: str) -> Iterator[Need]:
    action, parameters = f"kms:{call.operation}", call.parameters
    key = parameters.get("KeyId") or parameters.get("TargetKeyId")
    if parameters.get("AliasName"):
        # An alias is asked for as well as its key.
        yield Need(action, _arn(call, account, "kms", parameters["AliasName"]))
    if key:
        yield Need(action, key_arn(account, call.region, key))
    elif not parameters.get("AliasName"):
        yield Need(action, "*")


def _sns(call: Call, account: str) -> Iterator[Need]:
    yield from _plain(call, account)
    if call.operation == "Publish" and call.parameters.get("TopicArn"):
        yield from topic_key_needs(account, call.parameters["TopicArn"])


def topic_key_needs(account: str, arn: str) -> Iterator[Need]:
    """What a publisher needs of a topic's key. Source: SNS's "Key management": both, whoever publishes."""
    key = topic_key(account, arn)
    via = {"kms:viaservice": [f"sns.{arn.split(':')[3]}.amazonaws.com"], "kms:calleraccount": [account]}
    for action in ("kms:GenerateDataKey", "kms:Decrypt") if key else ():
        yield Need(action, key, via)


_SERVICES: dict[str, Callable[[Call, str], Iterator[Need]]] = {
    "s3": _s3,
    "logs": _logs,
    "sagemaker": _sagemaker,
    "sagemaker-runtime": _sagemaker,
    "cloudformation": _cloudformation,
    "lambda": _lambda,
    "kms": _kms,
    "budgets": _budgets,
    "sns": _sns,
    "sts": _sts,
    "cloudwatch": _cloudwatch,
}
_FORMS: dict[tuple[str, tuple[str, ...]], Callable[[Call, str], str | None]] = {
    ("ssm", ("GetParameter", "PutParameter", "DeleteParameter", "GetParameterHistory")): _named(
        "ssm", "parameter/", "Name"
    ),
    ("events", ("EnableRule", "DisableRule", "ListTargetsByRule")): _named("events", "rule/", "Name", "Rule"),
    ("sns", ("Publish", "GetTopicAttributes", "Subscribe")): _named("sns", "", "TopicArn"),
}
#: Operations that are about no resource.
_ABOUT_NOTHING = frozenset(
    {
        "ecr:GetAuthorizationToken",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeAvailabilityZones",
        "ssm:DescribeParameters",
        "iam:ListRoles",
        "sns:ListTopics",
        "events:ListRules",
        "resourcegroupstaggingapi:GetResources",
        "scheduler:ListSchedules",
    }
)
