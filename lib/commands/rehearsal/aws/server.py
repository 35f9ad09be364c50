"""The one address: who is let in, moto's services, and the paths that moto does not have."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug import Request, Response
from werkzeug.serving import ThreadedWSGIServer

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

    def log(self, type: str, message: str, *args: Any) -> None:
        return None

    def send_header(self, keyword: str, value: str) -> None:
        """Moto's answers have a date of their own beside the server's: two in one are none to the clock of an SDK that tries again."""
        if keyword != "date":
            super().send_header(keyword, value)

    def handle(self) -> None:
        """One request; the end for a client that has not said in its time what it wants."""
        self._late = threading.Timer(HEAD, _end, [self.connection])
        self._late.start()
        try:
            super().handle()
        finally:
            self._late.cancel()

    def parse_request(self) -> bool:
        """The head is here."""
        parsed = super().parse_request()
        self._late.cancel()
        return parsed


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Server(ThreadedWSGIServer):
    """A thread for each request on loopback, up to a number."""

    def __init__(self, host: Host):
        self._room = threading.BoundedSemaphore(REQUESTS)
        super().__init__("127.0.0.1", 0, Application(host), RequestHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Starts a thread, if there is room for one."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        request.setblocking(False)
        with contextlib.suppress(OSError):
            request.send(_BUSY)
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One request, to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()


class Application:
    """Sends a request to where it belongs."""

    def __init__(self, host: Host):
        self._host = host
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        principal = self._host.identities.of(gate.scope(environ).key_id)
        answer = self._own(Request(environ), principal)
        if answer is not None:
            return answer(environ, start_response)
        try:
            if principal is None:
                raise AccessDenied("the request has no access key of this rehearsal")
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
            code = "UnsupportedOperation"
            body = json.dumps({"__type": code, "message": f"not in the rehearsal: {error}"})
            refusal = Response(
                body, 400, {"x-amzn-errortype": code}, content_type="application/x-amz-json-1.1"
            )
            return refusal(environ, start_response)

    def _own(self, request: Request, principal: Principal | None) -> Response | None:
        """The answer to strangers, and at the paths that AWS has not."""
        stranger = gate.refused(request.environ, self._host.port)
        if stranger:
            return Response(stranger, 403)
        if request.path.startswith(callbacks.PATH):
            # Its token is its key, as the signature of a presigned address is.
            return self._host.callbacks.put(request)
        if principal is None or principal.role is not None:
            return None
        if request.path == DECISIONS:
            return Response(json.dumps(self._host.authority.record(), indent=2))
        if request.path == INVENTORY:
            return Response(json.dumps(inventory.everything(), indent=2))
        if request.path == FAULTS:
            try:
                self._host.faults.name(request.get_json(force=True))
            except (TypeError, ValueError) as error:
                return Response(str(error), 400)
            return Response()
        return None

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
