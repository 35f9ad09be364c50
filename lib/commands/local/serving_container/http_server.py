"""HTTP on loopback in front of a service: who may ask, how much, for how long, and how many at once.

The service gets whole requests only. Whoever sends slowly, too much or from a web page is answered here.
"""

import io
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"

# A thread each. `npm run invoke` opens 256 at most; beyond, a clear answer is better than a queue.
MOST_CONNECTIONS = 300
# For a whole request, head and body, from its first byte.
REQUEST_SECONDS = 10
# For the first byte of a request, on a new connection or one that is kept.
IDLE_SECONDS = 30
# A refused sender may go on writing for so long: who is cut off while writing does not read the answer.
_LINGER_SECONDS = 1
# As nginx takes them, which the container has in front.
_HEADER_BYTES = 8 * 1024


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"


def error_answer(status: int, message: str) -> Answer:
    """An error as the container writes it: `{"error": message}`."""
    return Answer(status, json.dumps({"error": message}).encode())


# Method, path with its query, headers, body.
Service = Callable[[str, str, Mapping[str, str], bytes], Answer]


class HttpServer(ThreadingHTTPServer):
    """Listens on loopback. `service` answers; until it is set, 502, as from a container that loads."""

    # SageMaker's clients open a connection per request in flight; a short queue would refuse bursts.
    request_queue_size = 512

    def __init__(self, port: int, payload_limit: int) -> None:
        """Listen on the port, 0 for a free one; raises OSError."""
        self.service: Service = lambda *_: error_answer(502, "the model is not loaded")
        self.payload_limit = payload_limit
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__((HOST, port), _Handler)
        self.hosts = {f"{name}:{self.server_port}" for name in (HOST, "localhost")}

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a thread, or an answer that there is none."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        body = error_answer(503, f"{MOST_CONNECTIONS} connections are open already: try again later").body
        head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        try:
            request.setblocking(False)
            request.send(head.encode() + body)
            request.recv(65536)
        except OSError:
            pass  # it has not sent anything yet, or is gone
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve the connection, then let the next one have its place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell a bug with its stack; a client that goes away, or is too slow, is its own business."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _TimedReader(io.RawIOBase):
    """What a socket receives, until a moment."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        """Set the moment from now; after it, reading raises TimeoutError."""
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # A timeout of 0 would make the socket non-blocking.
        self._connection.settimeout(max(self._deadline - time.monotonic(), 0.001))
        received = self._connection.recv_into(buffer)
        self._connection.settimeout(REQUEST_SECONDS)
        return received


class _Refusal(Exception):
    """A request that the service does not get to see, with its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Buffered, so that headers and body leave in one piece; flushed after each request.
    wbufsize = -1
    server: HttpServer

    def setup(self) -> None:
        super().setup()
        self._reader = _TimedReader(self.connection)
        self.rfile = io.BufferedReader(self._reader, 64 * 1024)

    def handle_one_request(self) -> None:
        self._reader.allow(IDLE_SECONDS)
        try:
            if not self.rfile.peek(1):
                self.close_connection = True
                return
        except TimeoutError:
            self.close_connection = True
            return
        self._reader.allow(REQUEST_SECONDS)
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Read the head; refuse a web page, which a browser marks, and any name but this server's own."""
        if not super().parse_request():
            return False
        if long := [name for name, value in self.headers.items() if len(name) + len(value) > _HEADER_BYTES]:
            self.send_error(431, f"the header {long[0][:100]} has more than {_HEADER_BYTES} bytes")
        elif "Origin" in self.headers or self.headers.get("Sec-Fetch-Site", "none") != "none":
            self.send_error(403, "requests of web pages are refused")
        elif self.headers.get("Host", "").lower() not in self.server.hosts:
            self.send_error(403, f"the header Host must be one of: {', '.join(sorted(self.server.hosts))}")
        else:
            return True
        return False

    def do_GET(self) -> None:  # noqa: N802 the name is http.server's
        started = time.perf_counter()
        try:
            body = self._body()
        except _Refusal as refusal:
            self.send_error(refusal.status, str(refusal))
        except TimeoutError:
            self.send_error(408, f"the request did not come within {REQUEST_SECONDS} s")
        else:
            answer = self.server.service(self.command, self.path, self.headers, body)
            self._send(answer)
            if self.path != "/ping":
                self._log(answer.status, (time.perf_counter() - started) * 1000)

    do_POST = do_GET

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer as the container does, with JSON; the connection ends, since what follows is not known."""
        self.close_connection = True
        self._send(error_answer(int(code), message or self.responses[code][0]))
        self._log(code, 0)
        self._linger()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def handle_expect_100(self) -> bool:
        """Nothing yet: the client is told to go on when its body is wanted."""
        return True

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing: requests are logged with their duration."""

    def _log(self, status: int, milliseconds: float) -> None:
        # A terminal may show this: escape characters of a path stay text.
        request = ascii(f"{self.command} {getattr(self, 'path', '')}")[1:-1]
        print(f"{request} {int(status)} {milliseconds:.1f} ms", file=sys.stderr, flush=True)

    def _linger(self) -> None:
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            self._reader.allow(_LINGER_SECONDS)
            waste = bytearray(256 * 1024)
            while self._reader.readinto(waste):
                pass
        except OSError:
            pass

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise _Refusal(411, "Transfer-Encoding is not read: give the body's bytes as Content-Length")
        lengths = {length.strip() for length in self.headers.get_all("Content-Length", [])}
        if not lengths and self.command == "GET":
            return b""
        if len(lengths) != 1 or not re.fullmatch(r"[0-9]+", text := lengths.pop()):
            raise _Refusal(400, "Content-Length must be the one number of the body's bytes")
        limit = self.server.payload_limit
        # A number of thousands of digits is not worth reading.
        if len(text) > len(str(sys.maxsize)) or (length := int(text)) > limit:
            raise _Refusal(
                413, f"an endpoint of this kind takes at most {limit} bytes, and the body has more"
            )
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        body = self.rfile.read(length)
        if len(body) < length:
            raise _Refusal(400, f"the body ended after {len(body)} of {length} bytes")
        return body
