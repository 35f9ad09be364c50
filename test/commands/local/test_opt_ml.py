"""A directory of this machine at /opt/ml, for one process and what it starts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running_server import LOCAL

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mount namespaces are Linux's")

#: Another user than root, whom it takes root to become.
OTHER_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
#: As where the system gives nobody a namespace: a user without capabilities.
REFUSING = ["unshare", "--user", "--map-root-user", "sh", "-c"]
NO_NAMESPACES = 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all "$0" "$@"'


@pytest.fixture
def machine():
    """What /opt of the machine holds; it is the same afterwards."""
    entries = sorted(Path("/opt").iterdir())
    yield [path.name for path in entries]
    assert sorted(Path("/opt").iterdir()) == entries


@pytest.fixture
def tree(tmp_path):
    """A directory that another user reaches and may write to."""
    # Where others may write, programs of later tests keep no cache: those above are only passed through.
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    tmp_path.chmod(0o777)
    (tmp_path / "code").mkdir()
    return tmp_path


@pytest.mark.parametrize("user", [[], OTHER_USER], ids=["oneself", "no root"])
def test_shows_the_directory_beside_what_the_machine_has(tree, machine, user):
    shutil.copy(LOCAL / "opt_ml.py", tree)
    command = ["sh", "-c", "pwd; id -u; ls /opt; echo written >/opt/ml/new; touch /opt/beside"]
    answer = subprocess.run(
        [
            *user,
            "/usr/bin/env",
            "python3",
            "-I",
            "-S",
            tree / "opt_ml.py",
            tree,
            "/opt/ml",
            "/opt/ml/code",
            *command,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    identity = "65534" if user else str(os.geteuid())
    assert answer == ["/opt/ml/code", identity, *sorted({*machine, "ml"})]
    assert (tree / "new").read_text() == "written\n"


def test_where_the_system_refuses_it_says_so(tree, machine):
    program = (
        f"import sys; sys.path.append({str(LOCAL)!r}); from opt_ml import *; "
        f"print(is_possible(Path({str(tree)!r}), CONTAINER_BASE))"
    )
    for prefix, possible in (([], "True"), ([*REFUSING, NO_NAMESPACES], "False")):
        command = [*prefix, sys.executable, "-I", "-c", program]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == possible, answer.stderr
