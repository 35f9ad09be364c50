"""Child processes that never outlive the server.

Each child leads a process group of its own and holds a pipe of ours as stdin: an orderly end signals the
groups, and should this process be killed outright, the pipe closes and the children end themselves.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from typing import Any


class Children:
    """The processes started here that may still run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[Any]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        """Popen with a pipe as stdin, in a new session; `forget` it when it has ended."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the server is stopping")
            child = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, **options)
            self._running.add(child)
        return child

    def forget(self, child: subprocess.Popen[Any]) -> None:
        """Ends what is left of an ended child's group and drops it."""
        signal_group(child, signal.SIGKILL)
        child.wait()
        with self._lock:
            self._running.discard(child)

    def close(self) -> None:
        """Ends all: SIGTERM and a closed stdin, SIGTERM again, then, after five seconds, SIGKILL.

        The second SIGTERM is for the training runner, which gives its script 120 s at the first.
        """
        with self._lock:
            self._closed = True
            running = list(self._running)
        for child in running:
            signal_group(child, signal.SIGTERM)
            with contextlib.suppress(OSError, ValueError):
                child.stdin.close()
        deadline = time.monotonic() + 5
        time.sleep(0.2 if running else 0)
        for child in running:
            signal_group(child, signal.SIGTERM)
        for child in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            self.forget(child)


def signal_group(child: subprocess.Popen[Any], number: signal.Signals) -> None:
    """Signals a child's whole group; an empty group is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
