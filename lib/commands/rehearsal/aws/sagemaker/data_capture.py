"""What an endpoint keeps of its requests and answers: a file of one JSON line for each, as SageMaker writes them, which gathers several."""

from __future__ import annotations

import base64
import datetime
import json
import random
import uuid
from typing import Any

from aws.host import Session
from aws.sagemaker.objects import bucket_and_key


def capture(
    role: Session,
    endpoint: str,
    variant: str,
    config: dict[str, Any],
    bodies: dict[str, tuple[str, bytes]],
) -> None:
    """
    Keeps a sample of the requests by the role of the model.

    :param bodies: content type and contents by `Input` and `Output`
    """
    if not config.get("EnableCapture") or random.random() * 100 >= config["InitialSamplingPercentage"]:
        return
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    asked = {"Input", "Output"} if "InputAndOutput" in modes else modes
    now = datetime.datetime.now(datetime.UTC)
    types = config.get("CaptureContentTypeHeader", {})
    line = {
        "captureData": {
            f"endpoint{mode}": _captured(mode, *bodies[mode], types) for mode in bodies if mode in asked
        },
        "eventMetadata": {"eventId": str(uuid.uuid4()), "inferenceTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"},
        "eventVersion": "0",
    }
    bucket, prefix = bucket_and_key(config["DestinationS3Uri"])
    role.client("s3").put_object(
        Bucket=bucket,
        Key=f"{prefix.rstrip('/')}/{endpoint}/{variant}/{now:%Y/%m/%d/%H/%M-%S-%f}-{uuid.uuid4()}.jsonl",
        Body=json.dumps(line) + "\n",
    )


def _captured(mode: str, content_type: str, body: bytes, types: dict[str, list[str]]) -> dict[str, str]:
    plain = content_type.split(";")[0].strip().lower()
    encoding = "BASE64"
    for kind in ("Csv", "Json"):
        if plain in types.get(f"{kind}ContentTypes", []):
            encoding = kind.upper()
    data = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode(errors="replace")
    return {
        "observedContentType": content_type,
        "mode": mode.upper(),
        "data": data,
        "encoding": encoding,
    }
