"""The one address: who is let in, moto's services, and the paths that moto does not have."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer

from aws import callbacks, calls, gate, inventory
from aws.authorization.authority import AccessDenied
from aws.host import Host
from aws.identities import Principal

#: Everything that is left, as JSON: what the audit of a rehearsal reads.
INVENTORY = "/_rehearsal/inventory"
#: What every role was allowed and denied, as JSON.
DECISIONS = "/_rehearsal/decisions"
#: What is to go wrong, as JSON: see faults.py.
FAULTS = "/_rehearsal/faults"
#: How long a client may be silent in the middle of a request, in seconds.
SILENCE = 30
#: How long a client may take for a request's line and headers, in seconds.
HEAD = 10
#: How many requests are worked on at once: a life needs some ten; what is beyond is refused.
REQUESTS = 256
_BUSY = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class RequestHandler(MotoRequestHandler):
    """Without a line of log for each request, and not waiting for ever."""

    protocol_version = "HTTP/1.1"
    timeout = SILENCE
    server: Server

    def log(self, type: str, message: str, *args: Any) -> None:
        return None

    def send_header(self, keyword: str, value: str) -> None:
        """Moto's answers have a date of their own beside the server's: two in one are none to the clock of an SDK that tries again."""
        if keyword != "date":
            super().send_header(keyword, value)

    def parse_request(self) -> bool:
        """The head is here."""
        parsed = super().parse_request()
        self.server.heard(self.connection)
        return parsed


class Server(ThreadedWSGIServer):
    """A thread for each request, up to a number; none for those who do not speak."""

    def __init__(self, port: int, application: Any):
        self._room = threading.BoundedSemaphore(REQUESTS)
        self._silent: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__("127.0.0.1", port, application, RequestHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Starts a thread, if there is room for one."""
        if not self._room.acquire(blocking=False):
            request.setblocking(False)
            with contextlib.suppress(OSError):
                request.send(_BUSY)
            self.shutdown_request(request)
            return
        with self._lock:
            self._silent[request] = time.monotonic() + HEAD
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One request, to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.heard(request)
            self._room.release()

    def heard(self, connection: socket.socket) -> None:
        """A client has said what it wants."""
        with self._lock:
            self._silent.pop(connection, None)

    def service_actions(self) -> None:
        """Twice a second: the end for clients that have not said what they want in their time."""
        with self._lock:
            late = [connection for connection, end in self._silent.items() if end < time.monotonic()]
        for connection in late:
            self.heard(connection)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Application:
    """Sends a request to where it belongs."""

    def __init__(self, host: Host):
        self._host = host
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        stranger = gate.refused(environ, self._host.port)
        if stranger:
            return _answer(start_response, "403 Forbidden", "text/plain", stranger)
        if path.startswith(callbacks.PATH):
            # Its token is its key, as the signature of a presigned address is.
            status, text = self._host.callbacks.put(environ)
            return _answer(start_response, status, "text/plain", text)
        principal = self._host.identities.of(gate.key_id(environ))
        if principal is None:
            return calls.refuse(environ, start_response, "the request has no access key of this rehearsal")
        if path == DECISIONS:
            return _answer(
                start_response,
                "200 OK",
                "application/json",
                json.dumps(self._host.authority.record(), indent=2),
            )
        if path == INVENTORY:
            return _answer(
                start_response, "200 OK", "application/json", json.dumps(inventory.everything(), indent=2)
            )
        if path == FAULTS and environ["REQUEST_METHOD"] == "PUT" and principal.role is None:
            return self._name_faults(environ, start_response)
        try:
            happens = self._fault(principal, environ)
            if happens == "throttled":
                return calls.throttle(environ, start_response)
            if happens == "denied":
                raise AccessDenied("what was granted is not known yet")
            self._authorize(principal, environ)
            return self._moto(environ, start_response)
        except AccessDenied as denied:
            return calls.refuse(environ, start_response, str(denied))
        except NotImplementedError as error:
            # An SDK tries a 500 again and again; what is not here will not be here the next time.
            return _refuse(start_response, str(error))

    def _name_faults(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            self._host.faults.name(json.loads(body))
        except (TypeError, ValueError) as error:
            return _answer(start_response, "400 Bad Request", "text/plain", str(error))
        return _answer(start_response, "200 OK", "text/plain", "")

    def _fault(self, principal: Principal, environ: dict[str, Any]) -> str | None:
        if not self._host.faults.happen_at("call"):
            return None
        try:
            call = calls.call_of(environ)
        except calls.UnknownCall:
            return None
        return self._host.faults.outcome("call", f"{principal.arn} {call.service}:{call.operation}")

    def _authorize(self, principal: Principal, environ: dict[str, Any]) -> None:
        # Nothing is refused to the person who rehearses; whom a role trusts is the role's to say.
        if principal.role is None and calls.service_of(environ) != "sts":
            return
        try:
            self._host.authority.check(principal, calls.call_of(environ))
        except calls.UnknownCall as error:
            raise AccessDenied(f"the rehearsal does not know the call {error}") from None


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
    return Server(port, Application(host))
