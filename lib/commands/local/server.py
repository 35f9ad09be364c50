"""Serve an unpacked model.tar.gz on 127.0.0.1 by the contract of SageMaker's TensorFlow serving container.

    python lib/commands/local/server.py --model-dir DIR [--port PORT] [--exit-with-stdin]

Prints one line of JSON when it listens, `{"port": …, "url": "http://127.0.0.1:…"}`; all else goes to stderr.
GET /ping and POST /invocations are the endpoint's; /v1/models/… is TensorFlow Serving's own API, for the
archive's `code/inference.py`. SIGTERM, SIGINT and (with --exit-with-stdin) the end of stdin end it with 0; a
model that cannot load ends it with 1.
"""

import argparse
import gc
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from serving_container.inference_script import InferenceScript, find_code_dir
from serving_container.model_layout import ModelError, find_model
from serving_container.predictor import Predictor
from serving_container.service import Service

_HOST = "127.0.0.1"


class _Server(ThreadingHTTPServer):
    # SageMaker's clients open a connection per request in flight; a short queue would refuse bursts.
    request_queue_size = 128
    service: Service

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that goes away is its own business; anything else is a bug worth its stack.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Buffered, so that headers and body leave in one piece; flushed after each request.
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:  # noqa: N802 the name is http.server's
        started = time.perf_counter()
        try:
            body = self._body()
        except ValueError:
            self.send_error(400, "Invalid body length")
            return
        answer = self.server.service.answer(self.command, urlsplit(self.path).path, self.headers, body)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        if self.path != "/ping":
            milliseconds = (time.perf_counter() - started) * 1000
            print(
                f"{self.command} {self.path} {answer.status} {milliseconds:.1f} ms",
                file=sys.stderr,
                flush=True,
            )

    do_POST = do_GET

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing: requests are logged with their duration."""

    def handle_expect_100(self) -> bool:
        """Let the client go on at once: what is written stays in the buffer otherwise."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(_length(self.headers.get("Content-Length", "0"), 10))
        chunks = []
        while size := _length(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)


def _length(text: str | bytes, base: int) -> int:
    length = int(text, base)
    if length < 0:
        raise ValueError(f"negative length {length}")
    return length


def main() -> int:
    """Load the model, listen, serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model-dir", type=Path, required=True, help="an unpacked model.tar.gz")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin is closed")
    arguments = parser.parse_args()

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # What TensorFlow or a script prints must not stand where the port is expected.
    announcements = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    # Not sys.exit: TensorFlow's threads and kept-alive connections may be in the middle of something.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    if arguments.exit_with_stdin:
        threading.Thread(target=_exit_with_stdin, daemon=True).start()

    try:
        # What fails soon comes first: loading the model takes seconds.
        model = find_model(arguments.model_dir)
        server = _Server((_HOST, arguments.port), _Handler)
        code_dir = find_code_dir(arguments.model_dir)
        script = None if code_dir is None else InferenceScript(code_dir)
        predictor = Predictor(model)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: cannot listen on {_HOST}:{arguments.port}: {error.strerror}", file=sys.stderr)
        return 1
    # Bodies of many small lists set off full collections: spare them the walk over what TensorFlow holds.
    gc.collect()
    gc.freeze()
    port = server.server_address[1]
    url = f"http://{_HOST}:{port}"
    server.service = Service(predictor, script, url)
    print(json.dumps({"port": port, "url": url}), file=announcements, flush=True)
    server.serve_forever()
    return 0


def _exit_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
