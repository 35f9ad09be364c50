"""
What stands in for a container that this machine does not have: a built-in algorithm's, or an image of a person's own without a script.

    python stand_in.py IMAGE    serves: /ping is well, and each request is refused with what stands here. Ends with its stdin.

A training reads its channels and leaves a model of one file; nothing is learnt, and its final metrics are what the gate asks for.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def words(image: str) -> str:
    """What a person is told."""
    return f"The rehearsal has no container of {image.split('/')[-1]}: what stands in for it learns nothing"


def train(image: str, channels: dict[str, str], metrics: dict[str, float], output: Path) -> dict[str, Any]:
    """A model without contents, as the result of the runner."""
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat()
    note = output / "stand-in.txt"
    note.write_text(f"{words(image)}.\nIts channels: {', '.join(sorted(channels)) or 'none'}\n")
    with tarfile.open(output / "model.tar.gz", "w:gz") as file:
        file.add(note, note.name)
    return {
        "trainingJobStatus": "Completed",
        "secondaryStatus": "Completed",
        "finalMetrics": [
            {"MetricName": name, "Value": value, "Timestamp": moment} for name, value in metrics.items()
        ],
    }


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200, b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(501, f"{words(sys.argv[1])}, and only a deploy shows what it answers".encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
    print(words(sys.argv[1]), file=sys.stderr, flush=True)
    server.serve_forever()
