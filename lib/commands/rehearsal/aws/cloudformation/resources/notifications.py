"""AWS::SNS: topics, subscriptions, policies."""

from __future__ import annotations

import json
from typing import Any

from aws.cloudformation.handler import Handler, Operation, delete_quietly
from aws.cloudformation.resources.identity import replace_tags
from aws.host import ACCOUNT


class SnsTopic(Handler):
    """A topic."""

    properties = frozenset({"DisplayName", "KmsMasterKeyId", "Subscription", "Tags", "TopicName"})
    name_property = "TopicName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("TopicName") or operation.name(256)
        attributes = {key: properties[key] for key in ("DisplayName", "KmsMasterKeyId") if key in properties}
        arn = operation.call(
            "sns", "create_topic", Name=name, Attributes=attributes, Tags=operation.tags(properties)
        )["TopicArn"]
        self._subscribe(operation, arn, properties, {})
        return arn

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        for key in ("DisplayName", "KmsMasterKeyId"):
            if new.get(key) != old.get(key):
                operation.call(
                    "sns",
                    "set_topic_attributes",
                    TopicArn=physical_id,
                    AttributeName=key,
                    AttributeValue=new.get(key, ""),
                )
        self._subscribe(operation, physical_id, new, old)
        replace_tags(operation, "sns", "resource", {"ResourceArn": physical_id}, new, old)

    def _subscribe(self, operation: Operation, arn: str, new: dict[str, Any], old: dict[str, Any]) -> None:
        wanted, known = new.get("Subscription", []), old.get("Subscription", [])
        for subscription in wanted:
            if subscription not in known:
                operation.call("sns", "subscribe", TopicArn=arn, **subscription)
        gone = [item for item in known if item not in wanted]
        listed = (
            operation.call("sns", "list_subscriptions_by_topic", TopicArn=arn)["Subscriptions"]
            if gone
            else []
        )
        for item in listed:
            if {"Endpoint": item["Endpoint"], "Protocol": item["Protocol"]} in gone:
                delete_quietly(operation, "sns", "unsubscribe", SubscriptionArn=item["SubscriptionArn"])

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "sns", "delete_topic", TopicArn=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"TopicArn": physical_id, "TopicName": physical_id.rsplit(":", 1)[-1]}


class SnsSubscription(Handler):
    """A subscription. Mail is told, not sent."""

    properties = frozenset(
        {"Endpoint", "FilterPolicy", "FilterPolicyScope", "Protocol", "RawMessageDelivery", "TopicArn"}
    )

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        base = {key: properties[key] for key in ("Endpoint", "Protocol", "TopicArn") if key in properties}
        arn = operation.call("sns", "subscribe", ReturnSubscriptionArn=True, **base)["SubscriptionArn"]
        self.modify(operation, arn, properties, {})
        return arn

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        for key in ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"):
            if new.get(key) != old.get(key) and key in new:
                value = json.dumps(new[key]) if key != "FilterPolicyScope" else new[key]
                operation.call(
                    "sns",
                    "set_subscription_attributes",
                    SubscriptionArn=physical_id,
                    AttributeName=key,
                    AttributeValue=value,
                )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "sns", "unsubscribe", SubscriptionArn=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {"Arn": physical_id}


class SnsTopicPolicy(Handler):
    """The policy of topics: kept and shown, not enforced. Deleting it leaves the policy that a new topic has."""

    properties = frozenset({"PolicyDocument", "Topics"})

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        self.modify(operation, "", properties, {})
        return operation.name()

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        self._reset(operation, [topic for topic in old.get("Topics", []) if topic not in new["Topics"]])
        document = json.dumps(new["PolicyDocument"])
        for topic in new["Topics"]:
            operation.call(
                "sns", "set_topic_attributes", TopicArn=topic, AttributeName="Policy", AttributeValue=document
            )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        self._reset(operation, properties["Topics"])

    def _reset(self, operation: Operation, topics: list[str]) -> None:
        for topic in topics:
            owner = {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "sns:Publish",
                "Resource": topic,
                "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
            }
            document = json.dumps(
                {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [owner]}
            )
            delete_quietly(
                operation,
                "sns",
                "set_topic_attributes",
                TopicArn=topic,
                AttributeName="Policy",
                AttributeValue=document,
            )
