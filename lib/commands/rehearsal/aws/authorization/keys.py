"""The customers' keys: which one encrypts a thing, and what its use needs. Nothing is encrypted in a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends


def key_arn(account: str, region: str, key: str) -> str:
    """The ARN of a key that is named by its ARN, its id or an alias."""
    region = key.split(":")[3] if key.startswith("arn:") else region
    keys = kms_backends[account][region]
    if "alias/" in key:
        alias = key.split(":")[-1]
        known = keys.get_key_id_from_alias(alias)
        # An alias of nothing, or of AWS itself: what has no policy allows nothing.
        return f"arn:aws:kms:{region}:{account}:{f'key/{known}' if known else alias}"
    return f"arn:aws:kms:{region}:{account}:key/{key.rsplit('/', 1)[-1]}"


def bucket_key(account: str, name: str) -> str | None:
    """The ARN of the customer's key of a bucket; None where S3's own keys encrypt it."""
    bucket = s3_backends[account]["aws"].buckets.get(name)
    rules = (bucket.encryption or {}).get("Rule", []) if bucket else []
    for rule in rules if isinstance(rules, list) else [rules]:
        settings: dict[str, Any] = rule.get("ApplyServerSideEncryptionByDefault") or {}
        key = settings.get("KMSMasterKeyID")
        if key and not key.endswith("alias/aws/s3"):
            return key_arn(account, bucket.region_name, key)
    return None


def topic_key(account: str, arn: str) -> str | None:
    """The ARN of a topic's key; None where it has none."""
    if not arn.startswith("arn:aws:sns:"):
        return None
    topic = sns_backends[account][arn.split(":")[3]].topics.get(arn)
    key = topic.kms_master_key_id if topic else None
    return key_arn(account, arn.split(":")[3], key) if key else None


def volume_grant(account: str, region: str, key: str) -> tuple[str, str, dict[str, Sequence[str]]]:
    """What attaching a volume under a key needs: action, key and conditions. Source: SageMaker's "API permissions reference"."""
    return (
        "kms:CreateGrant",
        key_arn(account, region, key),
        {
            "kms:grantisforawsresource": ["true"],
            "kms:viaservice": [f"sagemaker.{region}.amazonaws.com"],
            "kms:calleraccount": [account],
        },
    )
