"""The one address: moto's services, and the paths that moto does not have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from aws import callbacks, inventory
from aws.host import Host

#: Everything that is left, as JSON: what the audit of a rehearsal reads.
INVENTORY = "/_rehearsal/inventory"


class RequestHandler(MotoRequestHandler):
    """Without a line of log for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


class Application:
    """Sends a request to where it belongs."""

    def __init__(self, host: Host):
        self._host = host
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(callbacks.PATH):
            status, text = self._host.callbacks.put(environ)
            return _answer(start_response, status, "text/plain", text)
        if path == INVENTORY:
            return _answer(
                start_response, "200 OK", "application/json", json.dumps(inventory.everything(), indent=2)
            )
        try:
            return self._moto(environ, start_response)
        except NotImplementedError as error:
            # An SDK tries a 500 again and again; what is not here will not be here the next time.
            return _refuse(start_response, str(error))


def _answer(start_response: Callable[..., Any], status: str, kind: str, text: str) -> Iterable[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def _refuse(start_response: Callable[..., Any], message: str) -> Iterable[bytes]:
    body = json.dumps(
        {"__type": "UnsupportedOperation", "message": f"not in the rehearsal: {message}"}
    ).encode()
    headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-errortype", "UnsupportedOperation")]
    start_response("400 Bad Request", [*headers, ("Content-Length", str(len(body)))])
    return [body]


def listen(host: Host, port: int) -> BaseWSGIServer:
    """A server on loopback; its free port for 0."""
    server = make_server("127.0.0.1", port, Application(host), threaded=True, request_handler=RequestHandler)
    server.daemon_threads = True
    return server
