"""What CreateTrainingJob refuses."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from aws.authorization.authority import AccessDenied
from aws.host import Host, Session
from aws.sagemaker import objects
from aws.sagemaker.validation import invalid

_IMAGE = re.compile(
    r"\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})?"
)


def check(host: Host, region: str, request: dict[str, Any]) -> None:
    """Raises what CreateTrainingJob would answer to a request that cannot run."""
    role = session_of(host, request["RoleArn"], region)
    specification = request["AlgorithmSpecification"]
    image = _IMAGE.fullmatch(specification.get("TrainingImage", ""))
    if image is None or image[1] != region:
        raise invalid(
            f"Invalid training image {specification.get('TrainingImage')}: it must be an ECR image of {region}"
        )
    for channel in request.get("InputDataConfig", []):
        source = channel["DataSource"].get("S3DataSource")
        mode = channel.get("InputMode", specification["TrainingInputMode"])
        known = {"S3Prefix": ("File", "FastFile"), "ManifestFile": ("File",)}
        if source is None or mode not in known.get(source["S3DataType"], ()):
            raise invalid(
                "the rehearsal knows channels of an S3Prefix in File or FastFile mode, and of a ManifestFile in File mode, "
                f"not {channel['ChannelName']}"
            )
        if "//" in source["S3Uri"].removeprefix("s3://"):
            raise invalid(
                f"The S3 URL {source['S3Uri']} of channel {channel['ChannelName']} has an empty part"
            )
        if not _listed(role, source["S3Uri"]):
            raise invalid(
                f'No S3 objects found under S3 URL "{source["S3Uri"]}" given in input data source. Please ensure that the '
                f"bucket exists in the selected region ({region}), that objects exist under that S3 prefix, and that the role "
                f'"{request["RoleArn"]}" has "s3:ListBucket" permissions on bucket "{objects.bucket_and_key(source["S3Uri"])[0]}".'
            )
    output = request["OutputDataConfig"]
    if not objects.bucket_exists(host.client("s3", region), output["S3OutputPath"]):
        raise invalid(f"The bucket of S3OutputPath {output['S3OutputPath']} does not exist")
    if output.get("CompressionType", "GZIP") != "GZIP":
        raise invalid("the rehearsal knows CompressionType GZIP only")
    stopping = request.get("StoppingCondition", {})
    wait, runtime = stopping.get("MaxWaitTimeInSeconds"), stopping.get("MaxRuntimeInSeconds", 86400)
    if request.get("EnableManagedSpotTraining"):
        if wait is None or wait < runtime:
            raise invalid(
                f"Invalid MaxWaitTimeInSeconds {wait}: it must be at least MaxRuntimeInSeconds {runtime}"
            )
    elif wait is not None:
        raise invalid("MaxWaitTimeInSeconds is supported only with EnableManagedSpotTraining")


def _listed(role: Session, uri: str) -> bool:
    """Whether the role sees objects under a prefix."""
    bucket = f"arn:aws:s3:::{objects.bucket_and_key(uri)[0]}"
    try:
        # Told of in public: the service also lists the bucket without a prefix, which no condition on s3:prefix lets through.
        role.require("s3:ListBucket", bucket, {"s3:prefix": [], "s3:max-keys": [], "s3:delimiter": []})
        return bool(objects.keys_under(role.client("s3"), uri))
    except (AccessDenied, ClientError):
        return False


def session_of(host: Host, role: str, region: str) -> Session:
    """SageMaker by a role. Raises when that does not exist or does not trust SageMaker."""
    try:
        return host.session(role, "sagemaker.amazonaws.com", "SageMaker", region)
    except AccessDenied:
        raise invalid(
            f"Could not assume role {role}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' "
            "to assume the role."
        ) from None
