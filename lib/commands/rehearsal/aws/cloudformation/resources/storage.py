"""AWS::S3: buckets and their policies."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from aws.cloudformation.handler import Handler, Operation, delete_quietly, gone

_LIFECYCLE_DAYS = {
    "ExpirationInDays": "Days",
    "ExpirationDate": "Date",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}


class S3Bucket(Handler):
    """A bucket. Deleting one that holds objects or versions fails, as it does on AWS."""

    properties = frozenset(
        {
            "AccessControl", "BucketEncryption", "BucketName", "CorsConfiguration", "LifecycleConfiguration", "LoggingConfiguration",
            "NotificationConfiguration", "OwnershipControls", "PublicAccessBlockConfiguration", "Tags",
            "VersioningConfiguration",
        }
    )  # fmt: skip
    name_property = "BucketName"

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        name = properties.get("BucketName") or operation.name(63).lower()
        placement = (
            {}
            if operation.region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": operation.region}}
        )
        operation.call("s3", "create_bucket", Bucket=name, **placement)
        self.modify(operation, name, properties, {})
        return name

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        def put(method: str, **parameters: Any) -> None:
            operation.call("s3", method, Bucket=physical_id, **parameters)

        def changed(key: str) -> bool:
            return new.get(key) != old.get(key)

        if changed("BucketEncryption"):
            if "BucketEncryption" in new:
                rules = [
                    {**rule, "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
                    for rule in new["BucketEncryption"]["ServerSideEncryptionConfiguration"]
                ]
                for rule in rules:
                    rule.pop("ServerSideEncryptionByDefault")
                put("put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": rules})
            else:
                put("delete_bucket_encryption")
        if changed("AccessControl"):
            # PublicRead → public-read
            acl = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", new.get("AccessControl", "Private")).lower()
            put("put_bucket_acl", ACL=acl)
        if changed("VersioningConfiguration"):
            put(
                "put_bucket_versioning",
                VersioningConfiguration=new.get("VersioningConfiguration", {"Status": "Suspended"}),
            )
        if changed("PublicAccessBlockConfiguration"):
            if "PublicAccessBlockConfiguration" in new:
                put(
                    "put_public_access_block",
                    PublicAccessBlockConfiguration=new["PublicAccessBlockConfiguration"],
                )
            else:
                put("delete_public_access_block")
        if changed("OwnershipControls"):
            put(
                "put_bucket_ownership_controls", OwnershipControls=new.get("OwnershipControls", {"Rules": []})
            )
        if changed("LifecycleConfiguration"):
            if new.get("LifecycleConfiguration", {}).get("Rules"):
                rules = [
                    _lifecycle_rule(index, rule)
                    for index, rule in enumerate(new["LifecycleConfiguration"]["Rules"])
                ]
                put("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules})
            else:
                put("delete_bucket_lifecycle")
        if changed("CorsConfiguration") and "CorsConfiguration" in new:
            put("put_bucket_cors", CORSConfiguration={"CORSRules": new["CorsConfiguration"]["CorsRules"]})
        if changed("NotificationConfiguration"):
            put("put_bucket_notification_configuration", NotificationConfiguration=_notifications(new))
        if changed("LoggingConfiguration"):
            logging = new.get("LoggingConfiguration")
            status = (
                {
                    "TargetBucket": logging["DestinationBucketName"],
                    "TargetPrefix": logging.get("LogFilePrefix", ""),
                }
                if logging
                else None
            )
            put("put_bucket_logging", BucketLoggingStatus={"LoggingEnabled": status} if status else {})
        tags = operation.tags(new)
        if tags:
            put("put_bucket_tagging", Tagging={"TagSet": tags})
        elif old.get("Tags"):
            put("delete_bucket_tagging")

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        try:
            versions = operation.call("s3", "list_object_versions", Bucket=physical_id, MaxKeys=1)
        except ClientError as error:
            if gone(error):
                return
            raise
        if versions.get("Versions") or versions.get("DeleteMarkers"):
            raise ClientError(
                {
                    "Error": {
                        "Code": "BucketNotEmpty",
                        "Message": "The bucket you tried to delete is not empty",
                    }
                },
                "DeleteBucket",
            )
        delete_quietly(operation, "s3", "delete_bucket", Bucket=physical_id)

    def attributes(
        self, operation: Operation, physical_id: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "Arn": f"arn:aws:s3:::{physical_id}",
            "DomainName": f"{physical_id}.s3.amazonaws.com",
            "DualStackDomainName": f"{physical_id}.s3.dualstack.{operation.region}.amazonaws.com",
            "RegionalDomainName": f"{physical_id}.s3.{operation.region}.amazonaws.com",
            "WebsiteURL": f"http://{physical_id}.s3-website-{operation.region}.amazonaws.com",
        }


def _notifications(properties: dict[str, Any]) -> dict[str, Any]:
    configuration = properties.get("NotificationConfiguration", {})
    unknown = configuration.keys() - {"EventBridgeConfiguration"}
    if unknown:
        raise ValueError(f"the rehearsal does not know bucket notifications by {', '.join(sorted(unknown))}")
    return {"EventBridgeConfiguration": {}} if configuration else {}


def _lifecycle_rule(index: int, rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of the template in the API's shape, which nests what the template keeps flat."""
    api = {"ID": rule.get("Id", f"rule-{index}"), "Status": rule["Status"]}
    conditions: dict[str, Any] = {}
    if "Prefix" in rule:
        conditions["Prefix"] = rule["Prefix"]
    if "TagFilters" in rule:
        conditions["Tags"] = rule["TagFilters"]
    for size in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if size in rule:
            conditions[size] = rule[size]
    flat = len(conditions) <= 1 and "Tags" not in conditions
    api["Filter"] = (conditions or {"Prefix": ""}) if flat else {"And": conditions}
    expiration = {name: rule[key] for key, name in _LIFECYCLE_DAYS.items() if key in rule}
    if expiration:
        api["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        api["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    for key in (
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
        "NoncurrentVersionTransitions",
    ):
        if key in rule:
            api[key] = rule[key]
    if "Transitions" in rule:
        api["Transitions"] = [
            {
                ("Days" if key == "TransitionInDays" else "Date" if key == "TransitionDate" else key): value
                for key, value in item.items()
            }
            for item in rule["Transitions"]
        ]
    return api


class S3BucketPolicy(Handler):
    """A bucket's policy."""

    properties = frozenset({"Bucket", "PolicyDocument"})

    def create(self, operation: Operation, properties: dict[str, Any]) -> str:
        self.modify(operation, properties["Bucket"], properties, {})
        return properties["Bucket"]

    def modify(
        self, operation: Operation, physical_id: str, new: dict[str, Any], old: dict[str, Any]
    ) -> None:
        operation.call(
            "s3", "put_bucket_policy", Bucket=physical_id, Policy=json.dumps(new["PolicyDocument"])
        )

    def delete(self, operation: Operation, physical_id: str, properties: dict[str, Any]) -> None:
        delete_quietly(operation, "s3", "delete_bucket_policy", Bucket=physical_id)
