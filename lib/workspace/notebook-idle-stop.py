"""Stop this SageMaker notebook instance when nobody uses it.

A systemd timer runs this program every few minutes; each run makes one check, writes one line and, when the
instance is idle, asks SageMaker to stop it. Standard library only, Python 3.7 or later.

In use:
- the instance started less than the idle timeout ago;
- a kernel is busy, or a command runs in a terminal (silent or not, also under tmux or nohup);
- a kernel or a terminal was active within the idle timeout;
- a terminal is open, or the server had any other request within the idle timeout, but for no longer than
  HOLD after the last activity of a kernel or terminal: JupyterLab in a visible tab polls the server for as
  long as the tab exists, and a shell at its prompt stays open until somebody closes it;
- the server does not answer, or not in a way that this program reads, for less than the idle timeout.
Otherwise it is idle. Open connections to an idle kernel are not use: they are only a tab that was left open.
"""

from __future__ import annotations

import argparse
import http.client
import json
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

HOLD = 12 * 3600
"""Seconds for which an open terminal or requests alone keep the instance: longer than anybody works without
running one cell or one command, short enough that a forgotten tab costs hours and not months."""


class Activity(NamedTuple):
    """A kernel or terminal: its name in words, whether it is busy, its last activity (epoch seconds)."""

    name: str
    busy: bool
    last: float


class Jupyter(NamedTuple):
    """What the Jupyter server said; `problems` has one sentence per question left without an answer."""

    kernels: list[Activity]
    terminals: list[Activity]
    last_request: float
    problems: list[str]


def epoch(timestamp: str) -> float:
    """Seconds since the epoch of Jupyter's UTC timestamp, which has no fraction when that is zero."""
    moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def ask(server: str, path: str) -> Any:
    """Return the server's JSON at `path`, by a request that does not itself count as activity."""
    # The server is reached on loopback only, where its certificate is self-signed and a proxy has no place.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    with opener.open(f"{server}{path}?no_track_activity=1", timeout=10) as response:
        return json.load(response)


def ask_list(server: str, path: str) -> list[Any]:
    """Return the server's JSON list at `path`; anything else is no answer, even if it is empty."""
    answer = ask(server, path)
    if not isinstance(answer, list):
        raise ValueError(f"not a list: {str(answer)[:100]}")
    return answer


def read_kernels(server: str) -> list[Activity]:
    """Return the kernels. Only `busy` is work: a kernel that no client has joined stays in `starting`."""
    return [
        Activity(f"kernel {each['name']}", each["execution_state"] == "busy", epoch(each["last_activity"]))
        for each in ask_list(server, "/api/kernels")
    ]


def read_terminals(server: str) -> list[Activity]:
    """Return the open terminals; none where the server has terminals switched off (404)."""
    try:
        terminals = ask_list(server, "/api/terminals")
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return []
        raise
    return [Activity(f"terminal {each['name']}", False, epoch(each["last_activity"])) for each in terminals]


def read_jupyter(server: str) -> Jupyter:
    """Ask the server everything; what it does not answer becomes a problem, so that the rest still counts."""
    problems: list[str] = []

    def answer(path: str, read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError, AttributeError) as error:
            problems.append(f"{path}: {type(error).__name__}: {error}")
            return otherwise

    return Jupyter(
        answer("/api/kernels", lambda: read_kernels(server), []),
        answer("/api/terminals", lambda: read_terminals(server), []),
        answer("/api/status", lambda: epoch(ask(server, "/api/status")["last_activity"]), 0.0),
        problems,
    )


def terminal_commands(proc: Path) -> list[str]:
    """Return the commands that run in terminals: every process with a pseudo-terminal except the shells.

    A shell leads its session (its process id is its session id). Stopped and dead processes do no work.
    Fields of /proc/PID/stat: proc(5); pseudo-terminals have the major numbers 136 to 143.
    """
    commands = []
    for directory in proc.glob("[0-9]*"):
        try:
            stat = (directory / "stat").read_text(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        pid, name = stat[: stat.rindex(")")].split(" (", 1)
        state, _parent, _group, session, tty = stat[stat.rindex(")") + 2 :].split()[:5]
        if 136 <= (int(tty) >> 8 & 0xFFF) <= 143 and pid != session and state not in "TtZX":
            commands.append(name)
    return sorted(commands)


def reason_to_run(
    jupyter: Jupyter, commands: list[str], now: float, uptime: float, unanswered: float, idle_timeout: float
) -> str | None:
    """Say why the instance is in use, or return None when it is idle. Pure; all times in seconds.

    `unanswered` is how long the server has left a question without an answer.
    """
    if uptime < idle_timeout:
        return f"the instance started {uptime:.0f} s ago"
    if commands:
        return f"{commands[0]} runs in a terminal"
    activities = jupyter.kernels + jupyter.terminals
    for each in activities:
        if each.busy:
            return f"{each.name} is busy"
    for each in activities:
        if now - each.last < idle_timeout:
            return f"{each.name} was active {now - each.last:.0f} s ago"
    if jupyter.problems and unanswered < idle_timeout:
        return f"unknown for {unanswered:.0f} s: {jupyter.problems[0]}"
    worked = max([now - uptime] + [each.last for each in activities])
    if now - worked < HOLD:
        if jupyter.terminals:
            return f"{jupyter.terminals[0].name} is open"
        if now - jupyter.last_request < idle_timeout:
            return f"the last request was {now - jupyter.last_request:.0f} s ago"
    return None


def seconds_unanswered(state: Path, uptime: float, answered: bool) -> float:
    """Return how long the server has not answered, from boot if it never has; `state` remembers it."""
    if answered:
        state.write_text(str(uptime))
        return 0.0
    try:
        return uptime - float(state.read_text())
    except (OSError, ValueError):  # nothing remembered since this boot
        return uptime


def stop(metadata: Path) -> int:
    """Ask SageMaker to stop this instance and return the exit code of the AWS CLI.

    A failure is tried again at the next check, and so is a stop that was accepted and not carried out.
    """
    instance = json.loads(metadata.read_text())
    region = instance["ResourceArn"].split(":")[3]
    command = ["aws", "sagemaker", "stop-notebook-instance", "--region", region]
    command += ["--notebook-instance-name", instance["ResourceName"]]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    """Make one check; exit 0 when in use or stopping, another code when the stop failed."""
    parser = argparse.ArgumentParser(description="stop this notebook instance when it is idle")
    parser.add_argument("--idle-timeout", type=float, required=True, help="seconds")
    parser.add_argument("--server", default="https://localhost:8443")
    parser.add_argument("--metadata", type=Path, default=Path("/opt/ml/metadata/resource-metadata.json"))
    parser.add_argument("--proc", type=Path, default=Path("/proc"))
    parser.add_argument("--state", type=Path, default=Path("/run/notebook-idle-stop"))
    parser.add_argument("--now", type=float, default=time.time(), help="seconds since the epoch")
    args = parser.parse_args()

    uptime = float((args.proc / "uptime").read_text().split()[0])
    jupyter = read_jupyter(args.server)
    unanswered = seconds_unanswered(args.state, uptime, not jupyter.problems)
    commands = terminal_commands(args.proc)
    reason = reason_to_run(jupyter, commands, args.now, uptime, unanswered, args.idle_timeout)
    moment = datetime.fromtimestamp(args.now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    print(f"{moment} notebook-idle-stop: {reason or 'idle: stopping the instance'}", flush=True)
    return stop(args.metadata) if reason is None else 0


if __name__ == "__main__":
    sys.exit(main())
