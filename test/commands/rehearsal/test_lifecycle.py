"""However it ends, nothing of it is left: no process, no port, no file."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from emulated import PROJECT, Emulator

SLEEPER = "import time\nprint('asleep', flush=True)\ntime.sleep(600)\n"


def processes_naming(text: str) -> list[int]:
    """The processes with a text in their command line or in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            seen = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in seen and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def begin_training(emulator: Emulator) -> None:
    """Starts a job whose script only sleeps, and waits until it does."""
    import io
    import json
    import tarfile

    s3, iam = emulator.client("s3"), emulator.client("iam")
    s3.create_bucket(Bucket="code")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as file:
        entry = tarfile.TarInfo("train.py")
        entry.size = len(SLEEPER)
        file.addfile(entry, io.BytesIO(SLEEPER.encode()))
    s3.put_object(Bucket="code", Key="sourcedir.tar.gz", Body=archive.getvalue())
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
            }
        ]
    }
    role = iam.create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="job", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    emulator.client("sagemaker").create_training_job(
        TrainingJobName="asleep",
        RoleArn=role,
        AlgorithmSpecification={
            "TrainingImage": "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.19.0-cpu",
            "TrainingInputMode": "File",
        },
        OutputDataConfig={"S3OutputPath": "s3://code/jobs"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
        HyperParameters={
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": '"s3://code/sourcedir.tar.gz"',
        },
    )
    emulator.wait(lambda: any(line.get("logLine") == "asleep" for line in emulator.lines()))


def gone(emulator: Emulator, pid: int) -> bool:
    text = str(emulator.state_dir)
    with socket.socket() as probe:
        listening = probe.connect_ex(("127.0.0.1", emulator.port)) == 0
    return (
        not listening
        and not processes_naming(text)
        and not emulator.state_dir.exists()
        and not Path(f"/proc/{pid}/fd").exists()
    )


@pytest.mark.drill
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT", "closed stdin"])
def test_ends_in_the_middle_of_a_training(tmp_path, ending):
    emulator = Emulator(tmp_path / "state")
    begin_training(emulator)
    assert len(processes_naming(str(emulator.state_dir))) >= 3
    if ending == "closed stdin":
        emulator.process.stdin.close()
    else:
        emulator.process.send_signal(getattr(signal, ending))
    assert emulator.process.wait(30) == 0
    assert gone(emulator, emulator.process.pid)


@pytest.mark.drill
def test_ends_with_a_parent_that_is_killed(tmp_path):
    """The parent cannot clean up; only the pipe that it held tells."""
    state, output = tmp_path / "state", tmp_path / "out"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import subprocess, sys, time
                subprocess.Popen([sys.executable, "lib/commands/rehearsal/emulator.py", "--state-dir", {str(state)!r}, "--exit-with-stdin"],
                                 stdin=subprocess.PIPE, stdout=open({str(output)!r}, "w"))
                time.sleep(600)
                """
            ),
        ],
        cwd=PROJECT,
    )
    deadline = time.monotonic() + 60
    while not (output.exists() and output.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    parent.kill()
    parent.wait()
    while (processes_naming(str(state)) or state.exists()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_naming(str(state)) == [] and not state.exists()


@pytest.mark.drill
def test_its_children_end_when_it_is_killed_itself(tmp_path):
    emulator = Emulator(tmp_path / "state")
    begin_training(emulator)
    emulator.process.kill()
    emulator.process.wait()
    deadline = time.monotonic() + 30
    while processes_naming(str(emulator.state_dir)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_naming(str(emulator.state_dir)) == []


def test_listens_on_loopback_only(emulator):
    addresses = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:] if Path(table).exists() else []:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and int(local.split(":")[1], 16) == emulator.port:
                addresses.add(local.split(":")[0])
    assert addresses == {"0100007F"}


def test_refuses_a_folder_with_something_in_it(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    command = [sys.executable, "lib/commands/rehearsal/emulator.py", "--state-dir", str(tmp_path)]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert ended.returncode == 2 and "is not empty" in ended.stderr
    assert (tmp_path / "mine.txt").exists()
