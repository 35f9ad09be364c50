"""AWS::S3: buckets and their policies."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from aws.cloudformation.errors import ResourceRefused
from aws.cloudformation.handler import Handler, Operation

_EXPIRATIONS = {
    "ExpirationInDays": "Days",
    "ExpirationDate": "Date",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
#: What of a lifecycle rule the API has as the template has it.
_OF_A_RULE = ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration", "Status")
#: Properties that the API takes as the template has them: by which method, and what stands for none.
_AS_THEY_ARE = (
    ("VersioningConfiguration", "put_bucket_versioning", {"Status": "Suspended"}),
    ("OwnershipControls", "put_bucket_ownership_controls", {"Rules": []}),
)


class S3Bucket(Handler):
    """A bucket. Deleting one that holds objects or versions fails, as it does on AWS."""

    properties = frozenset(
        {
            "AccessControl", "BucketEncryption", "BucketName", "LifecycleConfiguration", "LoggingConfiguration",
            "OwnershipControls", "PublicAccessBlockConfiguration", "Tags", "VersioningConfiguration",
        }
    )  # fmt: skip
    name_property = "BucketName"
    longest_name = 63

    def create(self, operation: Operation) -> str:
        region = operation.stack.region
        name = self.identify(operation).lower()
        placement = {"LocationConstraint": region} if region != "us-east-1" else None
        operation.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=placement)
        self.modify(operation.of(name))
        return name

    def modify(self, operation: Operation) -> None:
        new, old = operation.properties, operation.old

        def put(method: str, **parameters: Any) -> None:
            operation.call("s3", method, Bucket=operation.physical_id, **parameters)

        def changed(key: str) -> bool:
            return new.get(key) != old.get(key)

        if changed("BucketEncryption"):
            if "BucketEncryption" in new:
                put("put_bucket_encryption", ServerSideEncryptionConfiguration=_encryption(new))
            else:
                put("delete_bucket_encryption")
        if changed("AccessControl"):
            # PublicRead → public-read
            acl = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", new.get("AccessControl", "Private")).lower()
            put("put_bucket_acl", ACL=acl)
        for key, method, none in _AS_THEY_ARE:
            if changed(key):
                put(method, **{key: new.get(key, none)})
        if changed("PublicAccessBlockConfiguration"):
            block = {key: new[key] for key in ("PublicAccessBlockConfiguration",) if key in new}
            put("put_public_access_block" if block else "delete_public_access_block", **block)
        if changed("LifecycleConfiguration"):
            rules = new.get("LifecycleConfiguration", {}).get("Rules")
            if rules:
                rules = [_lifecycle_rule(index, rule) for index, rule in enumerate(rules)]
                put("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules})
            else:
                put("delete_bucket_lifecycle")
        if changed("LoggingConfiguration"):
            put("put_bucket_logging", BucketLoggingStatus=_logging(new))
        if operation.tags():
            put("put_bucket_tagging", Tagging={"TagSet": operation.tags()})
        elif old.get("Tags"):
            put("delete_bucket_tagging")

    def delete(self, operation: Operation) -> None:
        bucket = {"Bucket": operation.physical_id}
        versions = operation.call("s3", "list_object_versions", **bucket, MaxKeys=1)
        if versions.get("Versions") or versions.get("DeleteMarkers"):
            error = {"Code": "BucketNotEmpty", "Message": "The bucket you tried to delete is not empty"}
            raise ClientError({"Error": error}, "DeleteBucket")
        operation.call("s3", "delete_bucket", **bucket)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        name, region = operation.physical_id, operation.stack.region
        return {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
        }


def _encryption(properties: dict[str, Any]) -> dict[str, Any]:
    """The API says Apply before what the template calls the default."""
    rules = []
    for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]:
        rest = {key: value for key, value in rule.items() if key != "ServerSideEncryptionByDefault"}
        default = rule["ServerSideEncryptionByDefault"]
        rules.append({**rest, "ApplyServerSideEncryptionByDefault": default})
    return {"Rules": rules}


def _logging(properties: dict[str, Any]) -> dict[str, Any]:
    given = properties.get("LoggingConfiguration")
    if not given:
        return {}
    prefix = given.get("LogFilePrefix", "")
    return {"LoggingEnabled": {"TargetBucket": given["DestinationBucketName"], "TargetPrefix": prefix}}


def _lifecycle_rule(index: int, rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of the template in the API's shape, which nests what the template keeps flat."""
    unknown = rule.keys() - {"Id", "Prefix", *_EXPIRATIONS, *_OF_A_RULE}
    if unknown:
        raise ResourceRefused(
            f"the rehearsal does not know {', '.join(sorted(unknown))} of a bucket's lifecycle rule"
        )
    kept = {key: rule[key] for key in _OF_A_RULE if key in rule}
    expiration = {name: rule[key] for key, name in _EXPIRATIONS.items() if key in rule}
    named = {"ID": rule.get("Id", f"rule-{index}"), "Filter": {"Prefix": rule.get("Prefix", "")}}
    return {**named, **kept, **({"Expiration": expiration} if expiration else {})}


class S3BucketPolicy(Handler):
    """A bucket's policy."""

    properties = frozenset({"Bucket", "PolicyDocument"})

    def identify(self, operation: Operation) -> str:
        return operation.properties["Bucket"]

    def modify(self, operation: Operation) -> None:
        document = operation.properties["PolicyDocument"]
        operation.call("s3", "put_bucket_policy", Bucket=operation.physical_id, Policy=document)

    def delete(self, operation: Operation) -> None:
        operation.call("s3", "delete_bucket_policy", Bucket=operation.physical_id)
