"""Runs a command, and ends with it all that it started: daemons too, where the system tells of them (Linux).

    python -I -S process_group.py COMMAND [ARGUMENT]...

Takes lines on stdin: TERM asks the command's group to end, KILL ends all. The end of stdin, which a killed
parent cannot prevent, is TERM, and KILL five seconds later. Ends as the command ended: with its exit code or
its signal.
"""

import contextlib
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path

# How long all has to end, after its parent's end, before it is killed; in seconds.
ORPHAN_GRACE = 5
# How long what was killed may take to be gone; only a process of another user does. In seconds.
KILL_GRACE = 5

# Of <linux/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int) -> None:
    """Sets what Linux keeps of a process; nothing elsewhere."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def start(command: list[str]) -> int:
    """The command's process id: it leads a session, and so a group, of its own."""
    keeper = os.getpid()
    # Closed by what becomes of the child: before that, there is no group that a signal could reach.
    begun, beginning = os.pipe()
    pid = os.fork()
    if pid:
        os.close(beginning)
        os.read(begun, 1)
        return pid
    try:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == keeper:
            os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
    finally:
        os._exit(127)


def descendants() -> list[int]:
    """All that descends from this process; what lost its parent has this one for it. Empty but on Linux."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # After the command in brackets, which may hold anything: state, parent.
            state, parent = path.read_bytes().rpartition(b")")[2].split()[:2]
        except OSError:
            continue
        if state != b"Z":
            children.setdefault(int(parent), []).append(int(path.parent.name))
    found = [os.getpid()]
    for pid in found:
        found += children.get(pid, ())
    return found[1:]


def send(group: int, number: int) -> None:
    """Sends a signal to the command's group; SIGKILL to all that descends from it too."""
    targets = [-group, *(descendants() if number == signal.SIGKILL else ())]
    for target in targets:
        # Gone; macOS answers EPERM for a group of which only zombies are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(target, number)


def obey(group: int) -> None:
    """Follows the lines of stdin."""
    for line in sys.stdin:
        send(group, signal.SIGKILL if line.strip() == "KILL" else signal.SIGTERM)
    send(group, signal.SIGTERM)
    time.sleep(ORPHAN_GRACE)
    send(group, signal.SIGKILL)


def end_of(pid: int) -> None:
    """Waits for the command's end, and takes the ends of those that have no other parent any more."""
    while True:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        if ended.si_pid == pid:
            return
        os.waitpid(ended.si_pid, 0)


def end_all(group: int) -> None:
    """Kills until nothing is left."""
    deadline = time.monotonic() + KILL_GRACE
    send(group, signal.SIGKILL)
    while descendants() and time.monotonic() < deadline:
        send(group, signal.SIGKILL)
        time.sleep(0.01)


def main() -> None:
    """Starts the command, and ends as it ends."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    pid = start(sys.argv[1:])
    threading.Thread(target=obey, args=[pid], daemon=True).start()
    end_of(pid)
    # Its process id is nobody else's as long as its end is not taken.
    end_all(pid)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
