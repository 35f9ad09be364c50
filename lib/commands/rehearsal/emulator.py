"""An in-memory AWS on loopback, in which the CDK's real templates deploy, train, serve and are destroyed.

    .venv/bin/python lib/commands/rehearsal/emulator.py --state-dir DIR --exit-with-stdin

Prints one line of JSON, {"port", "url", "accessKeyId", "secretAccessKey", "variables"}, when it listens, then one line per event of
a stack, a training job, an endpoint, a function. Only who signs with that key is answered; the variables are what clients need
beside a region. Its log goes to stderr. Everything it writes lies in DIR, which is made by it
and removed at its end; SIGTERM, SIGINT and, with --exit-with-stdin, the end of stdin end it and all of its children.

Alarms look back for minutes and hours. With --alarm-seconds-per-minute 1 their time, and that of the endpoints' metrics and
ages, of schedules and of wait conditions, passes sixty times as fast as the machine's: an endpoint with an idle timeout of 10 minutes ends after 10 seconds.
"""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws.host import Host


def arguments(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--state-dir", type=Path, required=True, help="a folder that does not exist or is empty"
    )
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin closes")
    parser.add_argument(
        "--alarm-seconds-per-minute",
        type=float,
        default=60,
        metavar="SECONDS",
        help="how long a minute takes for alarms, schedules and wait conditions; default: 60",
    )
    parser.add_argument(
        "--pythons",
        type=json.loads,
        default={},
        metavar="JSON",
        help="the interpreter of each image's framework, by repository and tag; null: none; default: this one",
    )
    parser.add_argument(
        "--stand-in-metrics",
        type=json.loads,
        default={},
        metavar="JSON",
        help="final metrics of jobs whose container does not run here",
    )
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Serves until told to end."""
    options = arguments(argv)
    state_dir = options.state_dir.absolute()
    if state_dir.exists() and any(state_dir.iterdir()):
        print(f"the state directory {state_dir} is not empty: name one that does not exist", file=sys.stderr)
        return 2
    state_dir.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if options.exit_with_stdin:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), ended.set()), daemon=True).start()
    # Whatever moto or its parts write by themselves goes to the state directory too.
    os.environ["TMPDIR"] = str(state_dir)
    # Nothing leaves the machine: its proxy, if it has one, gets nothing, and no account, profile or endpoint of the person is read.
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    # No page of a browser is answered: see aws/gate.py.
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    # AWS's own managed policies exist, so that a misspelt one fails.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

    from aws import services
    from aws.host import Host

    host = Host(state_dir, options.alarm_seconds_per_minute, options.pythons, options.stand_in_metrics)
    services.start(host)
    fatal = FatalErrors(host, ended)
    threading.excepthook = fatal.thread_died
    logging.getLogger().addHandler(fatal)
    try:
        host.progress(
            {
                "port": host.port,
                "url": host.url,
                "accessKeyId": host.identities.person.id,
                "secretAccessKey": host.identities.person.secret,
                "variables": host.environment(),
            }
        )
        ended.wait()
    finally:
        host.close()
        remove(state_dir)
    return 0


class FatalErrors(logging.Handler):
    """Tells of what leaves nothing to wait for, and ends all: a thread that died, a disk that is full."""

    def __init__(self, host: Host, ended: threading.Event):
        super().__init__(logging.ERROR)
        self._host, self._ended = host, ended

    def thread_died(self, dead: threading.ExceptHookArgs) -> None:
        """For threading.excepthook."""
        threading.__excepthook__(dead)
        self._tell(dead.exc_value)

    def emit(self, record: logging.LogRecord) -> None:
        """A request that failed is its client's to tell, unless the next ones must fail too."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            self._tell(error)

    def _tell(self, error: BaseException | None) -> None:
        if not (self._host.closed or self._ended.is_set()):
            code = errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None
            self._host.progress({"type": "fault", "reason": str(error), "error": code})
            self._ended.set()


def remove(folder: Path) -> None:
    """Removes a folder in which a thread may be writing its last file."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


if __name__ == "__main__":
    code = 1
    try:
        code = main(sys.argv[1:])
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    # Daemon threads may still hold sockets and locks: nothing of theirs matters any more.
    os._exit(code)
