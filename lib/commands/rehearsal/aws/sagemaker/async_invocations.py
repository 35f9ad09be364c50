"""Asynchronous inference: a request and its answer lie in S3. Nothing scales here, so that an instance is always there."""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import ClientError

from aws.authorization.authority import AccessDenied
from aws.host import Host, Session
from aws.sagemaker import objects
from aws.sagemaker.endpoints import Server

log = logging.getLogger(__name__)

#: How long a container may take to answer, in seconds: the longest InvocationTimeoutSeconds.
_TIMEOUT = 3600


@dataclass(frozen=True)
class Invocation:
    """One request and where its answer, or what went wrong, will lie."""

    input_location: str
    output_location: str
    failure_location: str | None
    #: The HTTP headers that the container gets.
    headers: dict[str, str]


def begin(
    host: Host,
    role: Session,
    server: Server,
    config: dict[str, Any],
    input_location: str,
    headers: Any,
) -> Invocation:
    """Works on a request in the background."""
    name, output = uuid.uuid4(), config["OutputConfig"]
    failure = output.get("S3FailurePath")
    invocation = Invocation(
        input_location,
        f"{output['S3OutputPath'].rstrip('/')}/{name}.out",
        f"{failure.rstrip('/')}/{name}-error.out" if failure else None,
        headers,
    )
    threading.Thread(target=_work, args=(host, role, server, invocation), daemon=True).start()
    return invocation


def _work(host: Host, role: Session, server: Server, invocation: Invocation) -> None:
    folder = host.folder("async")
    try:
        target, written = invocation.output_location, _answer(role, server, invocation, folder)
    except (AccessDenied, ClientError, OSError, ValueError) as error:
        log.warning("asynchronous request %s: %s", invocation.input_location, error)
        target, written = invocation.failure_location, folder / "failure"
        written.write_text(str(error))
    if target is not None:
        objects.upload(role.client("s3"), written, target)


def _answer(role: Session, server: Server, invocation: Invocation, folder: Path) -> Path:
    request, answer = folder / "request", folder / "answer"
    if not objects.download(role.client("s3"), invocation.input_location, request):
        raise ValueError(f"there is no object {invocation.input_location}")
    response = requests.post(
        f"{server.url}/invocations", request.read_bytes(), headers=invocation.headers, timeout=_TIMEOUT
    )
    if response.status_code >= 400:
        raise ValueError(f"Received error ({response.status_code}) from primary: {response.text}")
    answer.write_bytes(response.content)
    return answer
