"""The customers' keys: which one encrypts a thing. Nothing is encrypted in a rehearsal."""

from __future__ import annotations

from typing import Any

from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends

from aws.identities import ACCOUNT


def key_arn(region: str, key: str) -> str:
    """The ARN of a key that is named by its ARN, its id or an alias."""
    region = key.split(":")[3] if key.startswith("arn:") else region
    name = f"key/{key.rsplit('/', 1)[-1]}"
    if "alias/" in key:
        alias = key.split(":")[-1]
        known = kms_backends[ACCOUNT][region].get_key_id_from_alias(alias)
        # An alias of nothing, or of AWS itself: what has no policy allows nothing.
        name = f"key/{known}" if known else alias
    return f"arn:aws:kms:{region}:{ACCOUNT}:{name}"


def bucket_key(name: str) -> str | None:
    """The ARN of the customer's key of a bucket; None where S3's own keys encrypt it."""
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    rules = (bucket.encryption or {}).get("Rule", []) if bucket else []
    for rule in rules if isinstance(rules, list) else [rules]:
        settings: dict[str, Any] = rule.get("ApplyServerSideEncryptionByDefault") or {}
        key = settings.get("KMSMasterKeyID")
        if key and not key.endswith("alias/aws/s3"):
            return key_arn(bucket.region_name, key)
    return None


def topic_key(arn: str) -> str | None:
    """The ARN of a topic's key; None where it has none."""
    if not arn.startswith("arn:aws:sns:"):
        return None
    region = arn.split(":")[3]
    topic = sns_backends[ACCOUNT][region].topics.get(arn)
    key = topic.kms_master_key_id if topic else None
    return key_arn(region, key) if key else None
