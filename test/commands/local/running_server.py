"""The local server as a process: what the tests of this folder drive."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import requests

LOCAL = Path(__file__).resolve().parents[3] / "lib" / "commands" / "local"
sys.path.insert(0, str(LOCAL))


@dataclass
class Server:
    """A running server process and the URL that it announced."""

    process: subprocess.Popen
    url: str

    def invoke(self, body, content_type="application/json", **headers):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        headers = {"Content-Type": content_type, **headers}
        return requests.post(f"{self.url}/invocations", data=data, headers=headers, timeout=60)

    def predict(self, body):
        response = self.invoke(body)
        assert response.status_code == 200, response.text
        return response.json()

    def error(self, body, status=400, **arguments):
        response = self.invoke(body, **arguments)
        assert response.status_code == status, response.text
        assert response.json().keys() == {"error"}
        return response.json()["error"]


def start_server(model_dir, *arguments, **options):
    """The server's process, before it has announced anything."""
    return subprocess.Popen(
        [options.get("python", sys.executable), LOCAL / "server.py", "--model-dir", model_dir, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if options.get("keep_errors") else None,
        text=True,
    )


def announced(process):
    """The server once it listens."""
    line = process.stdout.readline()
    assert line, "the server ended before it listened"
    return Server(process, json.loads(line)["url"])


def stop(process):
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
