"""Runs one invocation of a Python function bundle, as the Lambda runtime does.

stdin: one line `{"folder", "layers", "handler", "event", "context", "deadline", "output"}`, then open as long as
whoever started this lives. File descriptor `output`: one line, `{"result"}` or `{"error": {...}}`.

Layers are not unpacked to /opt, which belongs to the machine: a command that a function starts from /opt (the
AWS CLI of CDK's bucket deployment) is taken from the layers' folder and run by this very Python.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any


class Context:
    """What a handler gets as its second argument."""

    def __init__(self, values: dict[str, str], deadline: float):
        self.function_name = values["functionName"]
        self.function_version = values["functionVersion"]
        self.invoked_function_arn = values["invokedFunctionArn"]
        self.memory_limit_in_mb = values["memoryLimitInMB"]
        self.aws_request_id = values["awsRequestId"]
        self.log_group_name = values["logGroupName"]
        self.log_stream_name = values["logStreamName"]
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int(self._deadline - time.time() * 1000))


def redirect_opt(layers: Path) -> None:
    """Starts commands of /opt from the layers' folder."""
    original = subprocess.Popen.__init__

    def start(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        if isinstance(args, (list, tuple)) and str(args[0]).startswith("/opt/"):
            args = [sys.executable, str(layers / str(args[0]).removeprefix("/opt/")), *args[1:]]
        original(self, args, *rest, **options)

    subprocess.Popen.__init__ = start  # type: ignore[method-assign]


def end_with_parent() -> None:
    """Ends this process group when the pipe from the parent closes."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Reads the invocation, calls the handler, reports."""
    invocation = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    layers = Path(invocation["layers"])
    redirect_opt(layers)
    sys.path[0] = invocation["folder"]
    sys.path.insert(1, str(layers / "python"))
    try:
        module, _, function = invocation["handler"].rpartition(".")
        handler = getattr(importlib.import_module(module.replace("/", ".")), function)
        outcome = {
            "result": handler(invocation["event"], Context(invocation["context"], invocation["deadline"]))
        }
        line = json.dumps(outcome)
    except BaseException as error:  # noqa: BLE001 a function may raise anything
        traceback.print_exc()
        trace = traceback.format_exc().splitlines()
        line = json.dumps(
            {"error": {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": trace}}
        )
    sys.stdout.flush()
    os.write(invocation["output"], line.encode() + b"\n")
    os._exit(0)


if __name__ == "__main__":
    main()
