"""Asynchronous inference: a request and its answer lie in S3. Nothing scales here, so that an instance is always there."""

from __future__ import annotations

import logging
import threading
import uuid
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import ClientError

from aws.authorization.authority import AccessDenied
from aws.host import Host, Session
from aws.sagemaker import objects

log = logging.getLogger(__name__)

#: How long a container may take to answer, in seconds: the longest InvocationTimeoutSeconds.
_TIMEOUT = 3600


def begin(
    host: Host, role: Session, url: str, output: dict[str, Any], request: str, headers: dict[str, str]
) -> dict[str, str | None]:
    """Has the container at an address work on a request in the background. Where the answer, or what went wrong, will lie."""
    name, failures = uuid.uuid4(), output.get("S3FailurePath")
    locations = {
        "OutputLocation": f"{output['S3OutputPath'].rstrip('/')}/{name}.out",
        "FailureLocation": f"{failures.rstrip('/')}/{name}-error.out" if failures else None,
    }

    def work() -> None:
        folder, s3 = host.folder("async"), role.client("s3")
        target, written = locations["OutputLocation"], folder / "answer"
        try:
            written.write_bytes(_answer(s3, url, request, headers, folder / "request"))
        except (AccessDenied, ClientError, OSError, ValueError) as error:
            log.warning("asynchronous request %s: %s", request, error)
            target = locations["FailureLocation"]
            written.write_text(str(error))
        if target is not None:
            objects.upload(s3, written, target)

    threading.Thread(target=work, daemon=True).start()
    return locations


def _answer(s3: Any, url: str, request: str, headers: dict[str, str], path: Path) -> bytes:
    if not objects.download(s3, request, path):
        raise ValueError(f"there is no object {request}")
    response = requests.post(f"{url}/invocations", path.read_bytes(), headers=headers, timeout=_TIMEOUT)
    if response.status_code >= 400:
        raise ValueError(f"Received error ({response.status_code}) from primary: {response.text}")
    return response.content
