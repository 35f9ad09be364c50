"""Addresses that take one kind of message: answers of custom resources, signals of wait conditions.

On AWS these are presigned S3 addresses. Like those they take only a PUT that states its length and has no
Content-Type: a function that sends one would be refused there too.
"""

from __future__ import annotations

import secrets
import threading
from typing import Any

from werkzeug import Request, Response

PATH = "/_rehearsal/callback/"


class Callbacks:
    """The open addresses and what has arrived at them."""

    def __init__(self) -> None:
        self._messages: dict[str, list[dict[str, Any]]] = {}
        self._arrived = threading.Condition()

    def open(self) -> str:
        """A new address; its token."""
        token = secrets.token_urlsafe(24)
        with self._arrived:
            self._messages[token] = []
        return token

    def close(self, token: str) -> None:
        """Takes nothing more at an address."""
        with self._arrived:
            self._messages.pop(token, None)
            self._arrived.notify_all()

    def messages(self, token: str, more_than: int, timeout: float) -> list[dict[str, Any]]:
        """What has arrived, as soon as it is more than `more_than` or the time is over."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._messages.get(token, [])) > more_than, timeout)
            return list(self._messages.get(token, []))

    def put(self, request: Request) -> Response:
        """Serves a request."""
        if request.method != "PUT":
            return Response("only PUT is signed", 405)
        if request.content_type:
            return Response("SignatureDoesNotMatch: the address is signed for an empty Content-Type", 403)
        if request.content_length is None:
            return Response("MissingContentLength", 411)
        message = request.get_json(force=True, silent=True)
        token = request.path.removeprefix(PATH)
        with self._arrived:
            if token not in self._messages:
                return Response("AccessDenied: the address is unknown or has expired", 403)
            self._messages[token].append(message if isinstance(message, dict) else {})
            self._arrived.notify_all()
        return Response()
