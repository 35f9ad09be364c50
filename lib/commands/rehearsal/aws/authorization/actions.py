"""What a call needs: the actions that IAM decides on, what they are about, and what their conditions can ask.

Source: AWS's Service Authorization Reference. An operation that is not here has no known resource: only a statement for
every resource allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from aws.authorization.keys import bucket_key, key_arn, topic_key
from aws.calls import Call
from aws.cloudformation.stacks import stacks_of
from aws.identities import ACCOUNT
from aws.sagemaker.store import store

#: The prefix of a service's actions where botocore calls it otherwise.
_PREFIXES = {"sagemaker-runtime": "sagemaker", "resourcegroupstaggingapi": "tag"}


class Need(NamedTuple):
    """One action that a call needs."""

    action: str
    #: An ARN; "*" where the action is about no resource; None where nobody knows.
    resource: str | None
    #: Condition keys of the service, beside those that every request has.
    context: Mapping[str, Sequence[str]] = {}


def needs_of(call: Call) -> Iterator[Need]:
    """All that must be allowed for a call."""
    return _SERVICES.get(call.service, _plain)(call)


def _plain(call: Call) -> Iterator[Need]:
    """An operation that is its own action."""
    operation = f"{call.service}:{call.operation}"
    kind, member = _ABOUT.get(operation, ("", ""))
    resource = call.parameters.get(member)
    if operation in _ABOUT_NOTHING:
        resource = "*"
    elif resource and not resource.startswith("arn:"):
        resource = _arn(call, f"{kind}/{resource.removeprefix('/')}")
    yield Need(_action(call), resource)


def _action(call: Call) -> str:
    return f"{_PREFIXES.get(call.service, call.service)}:{call.operation}"


def _arn(call: Call, rest: str) -> str:
    return f"arn:aws:{_PREFIXES.get(call.service, call.service)}:{call.region}:{ACCOUNT}:{rest}"


def _given(call: Call, keys: dict[str, str]) -> dict[str, Sequence[str]]:
    """Condition keys with the values of the members that they ask for; none for a member that the call has not."""
    values = {key: call.parameters.get(member) for key, member in keys.items()}
    return {key: [] if value is None else [str(value)] for key, value in values.items()}


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


def _s3(call: Call) -> Iterator[Need]:
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
        context = _given(
            call, {"s3:x-amz-acl": "ACL", "s3:x-amz-server-side-encryption": "ServerSideEncryption"}
        )
        yield Need(f"{action}{'Version' if versioned else ''}", f"{bucket}/{parameters['Key']}", context)
        yield from _object_key(action, call)
        source = parameters.get("CopySource")
        if isinstance(source, str):
            yield Need("s3:GetObject", f"arn:aws:s3:::{unquote(source).lstrip('/').split('?')[0]}")
    else:
        listing = {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter", "s3:max-keys": "MaxKeys"}
        yield Need(action, bucket, _given(call, listing))


#: What a caller of S3 needs of the key with which an object is encrypted.
_OF_KEYS = {"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}


def _object_key(action: str, call: Call) -> Iterator[Need]:
    """A customer's key of the bucket, which S3 uses in the caller's name."""
    key = bucket_key(call.parameters.get("Bucket", "")) if action in _OF_KEYS else None
    if key:
        yield Need(_OF_KEYS[action], key, _via("s3", call.region))
        if call.parameters.get("UploadId"):
            # Parts are read again when they are put together.
            yield Need("kms:Decrypt", key, _via("s3", call.region))


def _via(service: str, region: str) -> dict[str, Sequence[str]]:
    return {"kms:viaservice": [f"{service}.{region}.amazonaws.com"], "kms:calleraccount": [ACCOUNT]}


# Logs: an action on a group is asked of the group's streams, as `log-group:NAME:log-stream:`.


def _logs(call: Call) -> Iterator[Need]:
    parameters = call.parameters
    tagged = parameters.get("resourceArn")
    if tagged:
        yield Need(_action(call), tagged.removesuffix(":*"))
        return
    identifier = parameters.get("logGroupIdentifier") or ""
    group = f"log-group:{parameters.get('logGroupName') or identifier.split(':log-group:')[-1]}"
    stream = parameters.get("logStreamName", "") if call.operation in _OF_STREAMS else ""
    yield Need(_action(call), _arn(call, f"{group}:log-stream:{stream}"))
    if call.operation == "CreateLogGroup" and parameters.get("tags"):
        yield Need("logs:TagResource", _arn(call, group))


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


def _sagemaker(call: Call) -> Iterator[Need]:
    parameters, action = call.parameters, _action(call)
    if call.operation.startswith("List") and call.operation != "ListTags":
        yield Need(action, "*")
        return
    tags = {tag["Key"]: tag["Value"] for tag in parameters.get("Tags") or []}
    requested = {f"aws:requesttag/{key.lower()}": [value] for key, value in tags.items()}
    context: dict[str, Sequence[str]] = {**requested, "aws:tagkeys": list(tags)}
    # The first that an operation has is what it is about: an endpoint before its configuration.
    named = next(
        (
            _arn(call, f"{kind}/{parameters[member]}")
            for member, kind in _SAGEMAKER_NAMES.items()
            if member in parameters
        ),
        None,
    )
    named = parameters.get("ResourceArn", named)
    yield Need(action, named, context)
    if tags and call.operation.startswith("Create"):
        yield Need("sagemaker:AddTags", named, context)
    volumes = parameters.get("KmsKeyId") if call.operation == "CreateNotebookInstance" else None
    if call.operation in ("CreateEndpoint", "UpdateEndpoint"):
        name = parameters["EndpointConfigName"]
        yield Need(action, _arn(call, f"endpoint-config/{name}"), context)
        config = store(call.region).items["endpoint-config"].get(name)
        volumes = config.request.get("KmsKeyId") if config else None
    if volumes:
        yield volume_grant(call.region, volumes)
    for member in ("RoleArn", "ExecutionRoleArn"):
        if parameters.get(member):
            yield _pass_role(parameters[member], "sagemaker.amazonaws.com")


def volume_grant(region: str, key: str) -> Need:
    """What attaching a volume under a key needs. Source: SageMaker's "API permissions reference"."""
    context = {"kms:grantisforawsresource": ["true"], **_via("sagemaker", region)}
    return Need("kms:CreateGrant", key_arn(region, key), context)


def _pass_role(role: str, service: str) -> Need:
    """Handing a role to a service."""
    return Need("iam:PassRole", role, {"iam:passedtoservice": [service], "iam:associatedresourcearn": []})


# The others


def _cloudformation(call: Call) -> Iterator[Need]:
    name = call.parameters.get("StackName")
    if name is None:
        change_set = call.parameters.get("ChangeSetName", "")
        owner = next((stack for stack in stacks_of(call.region) if change_set in stack.change_sets), None)
        yield Need(_action(call), owner.id if owner else "*")
        if call.operation == "DescribeStacks":
            yield Need("cloudformation:ListStacks", "*")
    else:
        known = next((stack.id for stack in stacks_of(call.region) if name in (stack.name, stack.id)), None)
        resource = known or (name if name.startswith("arn:") else _arn(call, f"stack/{name}/*"))
        context = {"cloudformation:changesetname": [], "cloudformation:rolearn": []}
        yield Need(_action(call), resource, context)
    if call.parameters.get("RoleARN"):
        yield _pass_role(call.parameters["RoleARN"], "cloudformation.amazonaws.com")


def _lambda(call: Call) -> Iterator[Need]:
    action = "lambda:InvokeFunction" if call.operation == "Invoke" else _action(call)
    name = call.parameters.get("FunctionName")
    if name is None:
        yield Need(action, "*" if call.operation.startswith("List") else None)
    else:
        yield Need(action, name if name.startswith("arn:") else _arn(call, f"function:{name}"))
    if call.parameters.get("Role"):
        yield _pass_role(call.parameters["Role"], "lambda.amazonaws.com")


def _sts(call: Call) -> Iterator[Need]:
    if call.operation != "GetCallerIdentity":
        # Who may ask for the caller's identity is no matter of policies.
        context = {"sts:externalid": [], "sts:rolesessionname": [call.parameters["RoleSessionName"]]}
        yield Need(_action(call), call.parameters["RoleArn"], context)


def _cloudwatch(call: Call) -> Iterator[Need]:
    names = call.parameters.get("AlarmNames") or [call.parameters.get("AlarmName")]
    for name in filter(None, names):
        yield Need(_action(call), _arn(call, f"alarm:{name}"))
    if not any(names):
        yield Need(_action(call), "*", _given(call, {"cloudwatch:namespace": "Namespace"}))


def _budgets(call: Call) -> Iterator[Need]:
    seen = call.operation.startswith(("Describe", "List"))
    name = call.parameters.get("BudgetName") or call.parameters.get("Budget", {}).get("BudgetName")
    resource = f"arn:aws:budgets::{ACCOUNT}:budget/{name or '*'}"
    yield Need(f"budgets:{'ViewBudget' if seen else 'ModifyBudget'}", resource)
    if seen:
        yield Need("billing:GetBillingViewData", f"arn:aws:billing::{ACCOUNT}:billingview/primary")


def _kms(call: Call) -> Iterator[Need]:
    alias = call.parameters.get("AliasName")
    key = call.parameters.get("KeyId") or call.parameters.get("TargetKeyId")
    if alias:
        # An alias is asked for as well as its key.
        yield Need(_action(call), _arn(call, alias))
    if key:
        yield Need(_action(call), key_arn(call.region, key))
    elif not alias:
        yield Need(_action(call), "*")


def _sns(call: Call) -> Iterator[Need]:
    yield from _plain(call)
    if call.operation == "Publish" and call.parameters.get("TopicArn"):
        yield from topic_key_needs(call.parameters["TopicArn"])


def topic_key_needs(arn: str) -> Iterator[Need]:
    """What a publisher needs of a topic's key. Source: SNS's "Key management": both, whoever publishes."""
    key = topic_key(arn)
    for action in ("kms:GenerateDataKey", "kms:Decrypt") if key else ():
        yield Need(action, key, _via("sns", arn.split(":")[3]))


_SERVICES: dict[str, Callable[[Call], Iterator[Need]]] = {
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
#: The type of what an operation is about, and the member that names it.
_ABOUT = {
    "ssm:GetParameter": ("parameter", "Name"),
    "ssm:PutParameter": ("parameter", "Name"),
    "ssm:DeleteParameter": ("parameter", "Name"),
    "ssm:GetParameterHistory": ("parameter", "Name"),
    "events:EnableRule": ("rule", "Name"),
    "events:DisableRule": ("rule", "Name"),
    "events:ListTargetsByRule": ("rule", "Rule"),
    "sns:Publish": ("", "TopicArn"),
    "sns:GetTopicAttributes": ("", "TopicArn"),
    "sns:Subscribe": ("", "TopicArn"),
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
