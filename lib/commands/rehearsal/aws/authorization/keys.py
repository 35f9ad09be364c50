"""The customers' keys with which buckets are encrypted."""

from __future__ import annotations

from typing import Any

from moto.kms.models import kms_backends
from moto.s3.models import s3_backends


def bucket_key(account: str, name: str) -> str | None:
    """The ARN of the customer's key of a bucket; None where S3's own keys encrypt it."""
    bucket = s3_backends[account]["aws"].buckets.get(name)
    rules = (bucket.encryption or {}).get("Rule", []) if bucket else []
    for rule in rules if isinstance(rules, list) else [rules]:
        settings: dict[str, Any] = rule.get("ApplyServerSideEncryptionByDefault") or {}
        key = settings.get("KMSMasterKeyID")
        if key and not key.endswith("alias/aws/s3"):
            region = key.split(":")[3] if key.startswith("arn:") else bucket.region_name
            keys = kms_backends[account][region]
            known = keys.get_key_id_from_alias(key.split(":")[-1]) if "alias/" in key else None
            return f"arn:aws:kms:{region}:{account}:key/{known or key.rsplit('/', 1)[-1]}"
    return None
