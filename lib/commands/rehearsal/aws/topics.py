"""SNS: mails are told as lines of progress, since none is sent.

Replaces in moto: `Subscription.publish`, which drops mails.
"""

from __future__ import annotations

from typing import Any

from moto.sns.models import Subscription, sns_backends

from aws.host import Host
from aws.identities import ACCOUNT

#: What SNS writes above a message that has no subject of its own.
_SUBJECT = "AWS Notification Message"


def install(host: Host) -> None:
    """Tells of each mail as `{"type": "mail", "to", "subject", "text"}`. Consent is taken for given."""
    original = Subscription.publish

    def publish(
        subscription: Subscription,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        matcher = subscription._filter_policy_matcher
        if subscription.protocol != "email":
            original(subscription, message, message_id, subject, message_attributes, **more)
        elif matcher is None or matcher.matches(message_attributes, message):
            mail = {"to": subscription.endpoint, "subject": subject or _SUBJECT, "text": message}
            host.progress({"type": "mail", **mail})

    Subscription.publish = publish


def publish(arn: str, message: str, subject: str | None = None) -> None:
    """Publishes to a topic, as a service does."""
    sns_backends[ACCOUNT][arn.split(":")[3]].publish(message, arn, subject=subject)
