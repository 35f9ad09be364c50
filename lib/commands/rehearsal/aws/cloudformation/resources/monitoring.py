"""AWS::Logs, AWS::CloudWatch and AWS::Budgets: log groups, alarms, budgets."""

from __future__ import annotations

from typing import Any

from aws import alarms
from aws.authorization.actions import Need
from aws.authorization.authority import AccessDenied
from aws.authorization.keys import key_arn
from aws.cloudformation.errors import ResourceFailed, ResourceRefused
from aws.cloudformation.handler import Handler, Operation, delete_quietly
from aws.cloudformation.resources.identity import replace_tags
from aws.host import ACCOUNT


class LogsLogGroup(Handler):
    """A log group."""

    properties = frozenset({"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"})
    name_property = "LogGroupName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("LogGroupName") or operation.name(512)
        tags = {tag["Key"]: tag["Value"] for tag in operation.tags(properties)}
        settings = {key: properties[key] for key in ("KmsKeyId", "LogGroupClass") if key in properties}
        if "KmsKeyId" in properties:
            _let_in(operation, name, properties["KmsKeyId"])
        operation.call(
            "logs",
            "create_log_group",
            logGroupName=name,
            tags=tags or None,
            **{key[0].lower() + key[1:]: value for key, value in settings.items()},
        )
        self._retention(operation, name, properties)
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        if new.get("KmsKeyId") != old.get("KmsKeyId"):
            raise ResourceRefused("the rehearsal does not know another KmsKeyId of a log group")
        self._retention(operation, physical_id, new)
        arn = f"arn:aws:logs:{operation.region}:{ACCOUNT}:log-group:{physical_id}"
        tags = {tag["Key"]: tag["Value"] for tag in operation.tags(new)}
        if tags:
            operation.call("logs", "tag_resource", resourceArn=arn, tags=tags)

    def _retention(self, operation: Operation, name: str, properties: dict[str, Any]) -> None:
        if "RetentionInDays" in properties:
            operation.call(
                "logs",
                "put_retention_policy",
                logGroupName=name,
                retentionInDays=properties["RetentionInDays"],
            )
        else:
            operation.call("logs", "delete_retention_policy", logGroupName=name)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "logs", "delete_log_group", logGroupName=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Arn": f"arn:aws:logs:{operation.region}:{ACCOUNT}:log-group:{physical_id}:*"}


def _let_in(operation: Operation, name: str, key: str) -> None:
    """The service of logs uses a key in its own name: the key's own policy must let it."""
    arn = f"arn:aws:logs:{operation.region}:{ACCOUNT}:log-group:{name}"
    need = Need(
        "kms:GenerateDataKey",
        key_arn(ACCOUNT, operation.region, key),
        {"kms:encryptioncontext:aws:logs:arn": [arn], "kms:calleraccount": [ACCOUNT]},
    )
    try:
        operation.host.authority.require_service(
            f"logs.{operation.region}.amazonaws.com", need, operation.region, arn
        )
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

    def check(self, operation: Operation, properties: dict[str, Any]) -> None:
        super().check(operation, properties)
        problem = alarms.problem(properties)
        if problem:
            raise ResourceRefused(problem)

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("AlarmName") or operation.name(255)
        operation.call(
            "cloudwatch",
            "put_metric_alarm",
            **{**properties, "AlarmName": name, "Tags": operation.tags(properties) or None},
        )
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        settings = {key: value for key, value in new.items() if key != "Tags"}
        operation.call("cloudwatch", "put_metric_alarm", **{**settings, "AlarmName": physical_id})
        arn = self.attributes(operation, physical_id, new)["Arn"]
        replace_tags(operation, "cloudwatch", "resource", {"ResourceARN": arn}, new, old)

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "cloudwatch", "delete_alarms", AlarmNames=[physical_id])

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Arn": f"arn:aws:cloudwatch:{operation.region}:{ACCOUNT}:alarm:{physical_id}"}


class BudgetsBudget(Handler):
    """A budget: kept and shown; nothing is spent in a rehearsal."""

    properties = frozenset({"Budget", "NotificationsWithSubscribers", "ResourceTags"})

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties["Budget"].get("BudgetName") or operation.name(100)
        operation.call(
            "budgets",
            "create_budget",
            AccountId=ACCOUNT,
            Budget={**properties["Budget"], "BudgetName": name},
            NotificationsWithSubscribers=properties.get("NotificationsWithSubscribers"),
        )
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        self.delete(operation, physical_id, old)
        self.create(operation, {**new, "Budget": {**new["Budget"], "BudgetName": physical_id}})

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "budgets", "delete_budget", AccountId=ACCOUNT, BudgetName=physical_id)
