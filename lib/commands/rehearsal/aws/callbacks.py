"""Addresses that take one kind of message: answers of custom resources, signals of wait conditions.

On AWS these are presigned S3 addresses. Like those they take only a PUT that states its length and has no
Content-Type: a function that sends one would be refused there too.
"""

from __future__ import annotations

import json
import secrets
import threading
from typing import Any

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

    def put(self, environ: dict[str, Any]) -> tuple[str, str]:
        """Serves a request; HTTP status and body."""
        token = environ["PATH_INFO"].removeprefix(PATH)
        if environ["REQUEST_METHOD"] != "PUT":
            return "405 Method Not Allowed", "only PUT is signed"
        if environ.get("CONTENT_TYPE"):
            return "403 Forbidden", "SignatureDoesNotMatch: the address is signed for an empty Content-Type"
        if not environ.get("CONTENT_LENGTH"):
            return "411 Length Required", "MissingContentLength"
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        with self._arrived:
            if token not in self._messages:
                return "403 Forbidden", "AccessDenied: the address is unknown or has expired"
            try:
                message = json.loads(body)
            except ValueError:
                message = None
            self._messages[token].append(message if isinstance(message, dict) else {})
            self._arrived.notify_all()
        return "200 OK", ""
