"""AWS::SNS: topics, subscriptions, policies."""

from __future__ import annotations

from typing import Any

from aws.cloudformation.handler import Handler, Operation
from aws.identities import ACCOUNT

_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId")


class SnsTopic(Handler):
    """A topic."""

    properties = frozenset({*_ATTRIBUTES, "Subscription", "Tags", "TopicName"})
    name_property = "TopicName"
    longest_name = 256

    def create(self, operation: Operation) -> str:
        given = operation.properties
        arn = operation.call(
            "sns",
            "create_topic",
            Name=self.identify(operation),
            Attributes={key: given[key] for key in _ATTRIBUTES if key in given},
            Tags=operation.tags(),
        )["TopicArn"]
        self._subscribe(operation.of(arn))
        return arn

    def modify(self, operation: Operation) -> None:
        for key in _ATTRIBUTES:
            value = operation.properties.get(key)
            if value != operation.old.get(key):
                _set(operation, operation.physical_id, key, value or "")
        self._subscribe(operation)
        operation.retag("sns", "tag_resource", "untag_resource", ResourceArn=operation.physical_id)

    def _subscribe(self, operation: Operation) -> None:
        topic = {"TopicArn": operation.physical_id}
        wanted, known = (which.get("Subscription", []) for which in (operation.properties, operation.old))
        for subscription in wanted:
            if subscription not in known:
                operation.call("sns", "subscribe", **topic, **subscription)
        removed = [item for item in known if item not in wanted]
        listed = operation.call("sns", "list_subscriptions_by_topic", **topic) if removed else {}
        for item in listed.get("Subscriptions", []):
            if {"Endpoint": item["Endpoint"], "Protocol": item["Protocol"]} in removed:
                operation.remove("sns", "unsubscribe", SubscriptionArn=item["SubscriptionArn"])

    def delete(self, operation: Operation) -> None:
        operation.call("sns", "delete_topic", TopicArn=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        arn = operation.physical_id
        return {"TopicArn": arn, "TopicName": arn.rsplit(":", 1)[-1]}


class SnsSubscription(Handler):
    """A subscription. Mail is told, not sent."""

    properties = frozenset(
        {"Endpoint", "FilterPolicy", "FilterPolicyScope", "Protocol", "RawMessageDelivery", "TopicArn"}
    )

    def create(self, operation: Operation) -> str:
        given = {key: operation.properties.get(key) for key in ("Endpoint", "Protocol", "TopicArn")}
        arn = operation.call("sns", "subscribe", ReturnSubscriptionArn=True, **given)["SubscriptionArn"]
        self.modify(operation.of(arn))
        return arn

    def modify(self, operation: Operation) -> None:
        new, old = operation.properties, operation.old
        for key in ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"):
            if new.get(key) != old.get(key) and key in new:
                attribute = {"AttributeName": key, "AttributeValue": new[key]}
                target = {"SubscriptionArn": operation.physical_id}
                operation.call("sns", "set_subscription_attributes", **target, **attribute)

    def delete(self, operation: Operation) -> None:
        operation.call("sns", "unsubscribe", SubscriptionArn=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"Arn": operation.physical_id}


class SnsTopicPolicy(Handler):
    """The policy of topics. Deleting it leaves the policy that a new topic has."""

    properties = frozenset({"PolicyDocument", "Topics"})

    def modify(self, operation: Operation) -> None:
        new, old = operation.properties, operation.old
        self._reset(operation, [topic for topic in old.get("Topics", []) if topic not in new["Topics"]])
        for topic in new["Topics"]:
            _set(operation, topic, "Policy", new["PolicyDocument"])

    def delete(self, operation: Operation) -> None:
        self._reset(operation, operation.properties["Topics"])

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
            document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [owner]}
            attribute = {"AttributeName": "Policy", "AttributeValue": document}
            operation.remove("sns", "set_topic_attributes", TopicArn=topic, **attribute)


def _set(operation: Operation, topic: str, name: str, value: Any) -> None:
    attribute = {"AttributeName": name, "AttributeValue": value}
    operation.call("sns", "set_topic_attributes", TopicArn=topic, **attribute)
