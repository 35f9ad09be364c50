"""Runs a command that finds a directory of this machine at a place below /opt/ml, as in a container.

    python -I -S opt_ml.py DIRECTORY PLACE WORKING_DIRECTORY COMMAND [ARGUMENT]...

The command, and what it starts, have a mount namespace of their own: for them /opt is a file system in memory
that shows what the machine's /opt holds, but for its `ml`. Nobody else sees it, and the machine's own /opt
stays as it is, whether it has an `ml` or not. Needs Linux, and either root or a kernel that gives everybody
user namespaces; no Docker.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from pathlib import Path

# Where in a container all that is SageMaker's lies.
CONTAINER_BASE = Path("/opt/ml")

# Of <sched.h> and <sys/mount.h>.
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_NOSUID = 2
MS_NODEV = 4
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18


def enter(directory: Path, place: Path) -> None:
    """From now on this process finds `directory` at `place`, which lies below /opt/ml or is it.

    Only for a process with one thread. Raises OSError where the system does not allow it; the process is then
    good for nothing but to end.
    """
    if sys.platform != "linux":
        raise OSError("mount namespaces are Linux's")
    hidden = [path for path in (Path(sys.prefix), directory.resolve()) if _lies_in(path, CONTAINER_BASE)]
    if hidden:
        raise OSError(f"{hidden[0]} would be hidden")
    _leave_common_mounts()
    opt = CONTAINER_BASE.parent
    # Opened now: the paths lead elsewhere as soon as /opt is covered.
    source, machine = (os.open(path, os.O_PATH | os.O_DIRECTORY) for path in (directory, opt))
    _mount("tmpfs", opt, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    for entry in Path(f"/proc/self/fd/{machine}").iterdir():
        if entry.name != CONTAINER_BASE.name:
            _show(entry, opt / entry.name)
    place.mkdir(parents=True)
    _mount(f"/proc/self/fd/{source}", place, None, MS_BIND | MS_REC)
    os.close(source)
    os.close(machine)


def is_possible(directory: Path, place: Path) -> bool:
    """Whether `enter` would succeed, as a child finds out."""
    child = os.fork()
    if child == 0:
        try:
            enter(directory, place)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _lies_in(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _leave_common_mounts() -> None:
    """To mounts of this process's own, as the user that it is."""
    user, group = os.geteuid(), os.getegid()
    try:
        _checked(_libc().unshare(CLONE_NEWNS))
    except PermissionError:
        # Where one's own user is all that there is, everybody may mount.
        _checked(_libc().unshare(CLONE_NEWUSER | CLONE_NEWNS))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    # What is mounted here must not come to be mounted there.
    _mount("none", Path("/"), None, MS_REC | MS_PRIVATE)


def _show(source: Path, target: Path) -> None:
    """Shows a file or directory of the machine at another path."""
    mode = source.lstat().st_mode
    if stat.S_ISLNK(mode):
        target.symlink_to(source.readlink())
        return
    if stat.S_ISDIR(mode):
        target.mkdir()
    else:
        target.touch()
    _mount(str(source), target, None, MS_BIND | MS_REC)


def _mount(source: str, target: Path, kind: str | None, flags: int, data: str | None = None) -> None:
    source_, target_, kind_, data_ = (
        None if text is None else os.fsencode(text) for text in (source, target, kind, data)
    )
    _checked(_libc().mount(source_, target_, kind_, ctypes.c_ulong(flags), data_), target)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, path: Path | None = None) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), *([] if path is None else [str(path)]))


def main() -> None:
    """Becomes the command."""
    directory, place, working_directory, *command = sys.argv[1:]
    try:
        enter(Path(directory), Path(place))
        os.chdir(working_directory)
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]}: {error}", file=sys.stderr, flush=True)
        sys.exit(127)


if __name__ == "__main__":
    main()
