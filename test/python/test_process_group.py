"""A command with all that it starts, kept by process_group.py."""

import subprocess
import sys
from pathlib import Path

KEEPER = Path(__file__).parents[2] / "lib/python/process_group.py"


def test_a_command_that_has_hardly_begun_is_ended_too():
    for _ in range(8):
        command = [sys.executable, "-I", "-S", str(KEEPER), "sleep", "60"]
        kept = subprocess.run(command, input=b"TERM\n", timeout=30, check=False)
        assert kept.returncode == -15
