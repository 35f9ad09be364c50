"""AWS::Logs, AWS::CloudWatch and AWS::Budgets: log groups, alarms, budgets."""

from __future__ import annotations

from typing import Any

from aws import alarms
from aws.authorization.actions import Need
from aws.authorization.authority import AccessDenied
from aws.authorization.keys import key_arn
from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.cloudformation.handler import Handler, Operation
from aws.identities import ACCOUNT


class LogsLogGroup(Handler):
    """A log group."""

    properties = frozenset({"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"})
    name_property = "LogGroupName"
    longest_name = 512

    def create(self, operation: Operation) -> str:
        name, given = self.identify(operation), operation.properties
        if "KmsKeyId" in given:
            _let_in(operation, name, given["KmsKeyId"])
        operation.call(
            "logs",
            "create_log_group",
            logGroupName=name,
            tags=operation.tags() or None,
            kmsKeyId=given.get("KmsKeyId"),
            logGroupClass=given.get("LogGroupClass"),
        )
        self._retain(operation.of(name))
        return name

    def modify(self, operation: Operation) -> None:
        if operation.properties.get("KmsKeyId") != operation.old.get("KmsKeyId"):
            raise ResourceRefused("the rehearsal does not know another KmsKeyId of a log group")
        self._retain(operation)
        if operation.tags():
            arn = operation.arn("logs", f"log-group:{operation.physical_id}")
            operation.call("logs", "tag_resource", resourceArn=arn, tags=operation.tags())

    def _retain(self, operation: Operation) -> None:
        group, days = {"logGroupName": operation.physical_id}, operation.properties.get("RetentionInDays")
        if days is not None:
            operation.call("logs", "put_retention_policy", **group, retentionInDays=days)
        else:
            operation.call("logs", "delete_retention_policy", **group)

    def delete(self, operation: Operation) -> None:
        operation.call("logs", "delete_log_group", logGroupName=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"Arn": operation.arn("logs", f"log-group:{operation.physical_id}:*")}


def _let_in(operation: Operation, name: str, key: str) -> None:
    """The service of logs uses a key in its own name: the key's own policy must let it."""
    arn, region = operation.arn("logs", f"log-group:{name}"), operation.stack.region
    need = Need(
        "kms:GenerateDataKey",
        key_arn(region, key),
        {"kms:encryptioncontext:aws:logs:arn": [arn], "kms:calleraccount": [ACCOUNT]},
    )
    try:
        operation.stack.host.authority.require_service(f"logs.{region}.amazonaws.com", need, region, arn)
    except AccessDenied:
        raise ResourceFailed(
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
        ) from None


class CloudWatchAlarm(Handler):
    """An alarm: evaluated where its metric is published here, else kept and shown."""

    properties = frozenset(
        {
            "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "ComparisonOperator", "DatapointsToAlarm",
            "Dimensions", "EvaluateLowSampleCountPercentile", "EvaluationPeriods", "ExtendedStatistic",
            "InsufficientDataActions", "MetricName", "Metrics", "Namespace", "OKActions", "Period", "Statistic", "Tags",
            "Threshold", "ThresholdMetricId", "TreatMissingData", "Unit",
        }
    )  # fmt: skip
    name_property = "AlarmName"
    longest_name = 255

    def check(self, operation: Operation) -> None:
        super().check(operation)
        problem = alarms.problem(operation.properties)
        if problem:
            raise ResourceRefused(problem)

    def create(self, operation: Operation) -> str:
        name = self.identify(operation)
        self._put(operation, AlarmName=name, Tags=operation.tags() or None)
        return name

    def modify(self, operation: Operation) -> None:
        self._put(operation, AlarmName=operation.physical_id, Tags=None)
        arn = self.attributes(operation)["Arn"]
        operation.retag("cloudwatch", "tag_resource", "untag_resource", ResourceARN=arn)

    def _put(self, operation: Operation, **parameters: Any) -> None:
        operation.call("cloudwatch", "put_metric_alarm", **{**operation.properties, **parameters})

    def delete(self, operation: Operation) -> None:
        operation.call("cloudwatch", "delete_alarms", AlarmNames=[operation.physical_id])

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"Arn": operation.arn("cloudwatch", f"alarm:{operation.physical_id}")}


class BudgetsBudget(Handler):
    """A budget: kept and shown; nothing is spent in a rehearsal."""

    properties = frozenset({"Budget", "NotificationsWithSubscribers", "ResourceTags"})

    def create(self, operation: Operation) -> str:
        given = operation.properties
        name = given["Budget"].get("BudgetName") or operation.physical_id or operation.name(100)
        operation.call(
            "budgets",
            "create_budget",
            AccountId=ACCOUNT,
            Budget={**given["Budget"], "BudgetName": name},
            NotificationsWithSubscribers=given.get("NotificationsWithSubscribers"),
        )
        return name

    def modify(self, operation: Operation) -> None:
        operation.remove("budgets", "delete_budget", AccountId=ACCOUNT, BudgetName=operation.physical_id)
        self.create(operation)

    def delete(self, operation: Operation) -> None:
        operation.call("budgets", "delete_budget", AccountId=ACCOUNT, BudgetName=operation.physical_id)
