"""The official training toolkits as an oracle: jobs come in as JSON lines, their environment goes out.

A job: {"files": {"hyperparameters": …, "inputdataconfig": …, "resourceconfig": …}, "container": {variables},
"cpus": 2, "gpus": 0, "toolkit": "tensorflow" | "general", "run": false, "code": {"train.py": "…"}}.
An answer: {"environment": …, "argv": […], "cwd": …} or {"error": "…"}. With "run" the script is really run:
{"probe": what it wrote to the file `probe.json` in SM_OUTPUT_DATA_DIR, "failure": the failure file, if any}.
More questions: {"ours": {job of training_environment.py}}, {"shell": "/bin/sh", "arguments": […]} and
{"regex": "…", "lines": […]}.

Run as `python toolkit_oracle.py BASE_DIRECTORY`; ends with its stdin.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path
from unittest import mock

logging.disable()
BASE = Path(sys.argv[1])
os.environ["SAGEMAKER_BASE_DIR"] = str(BASE)

# TensorFlow takes seconds to load; the toolkit needs it for parameter servers and the names of errors only.
tensorflow = types.ModuleType("tensorflow")
errors_impl = types.ModuleType("tensorflow.python.framework.errors_impl")
errors_impl.InvalidArgumentError = type("InvalidArgumentError", (Exception,), {})
errors_impl.ResourceExhaustedError = type("ResourceExhaustedError", (Exception,), {})
framework = types.ModuleType("tensorflow.python.framework")
framework.errors_impl = errors_impl
sys.modules.update(
    {
        "tensorflow": tensorflow,
        "tensorflow.python": types.ModuleType("tensorflow.python"),
        "tensorflow.python.framework": framework,
        "tensorflow.python.framework.errors_impl": errors_impl,
    }
)

sys.path.insert(0, str(Path(__file__).parents[3] / "lib/commands/local"))

import boto3  # noqa: E402
from sagemaker_tensorflow_container import training  # noqa: E402
from sagemaker_training import entry_point, environment, files, mpi, process, trainer  # noqa: E402
from training_container.toolkit import entry_point_environment  # noqa: E402

# Scripts that are really run must not write between the answers.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

# Of the oracle's own process, not of the job.
OWN_VARIABLES = {"PATH", "HOME", "LANG", "SM_STUDIO_LOCAL_MODE"}
START_PATH = list(sys.path)


def run_job(job: dict) -> dict:
    """What the entry point of one job gets."""
    prepare(job)
    captured: dict = {}

    def capture(command, cwd, env):
        captured.update(argv=list(command), cwd=str(cwd), environment=dict(env))

    async def create_subprocess_exec(*command, env, cwd, **_):
        capture(command, cwd, env)
        return mock.Mock(stdout=None, stderr=None, wait=mock.AsyncMock(return_value=0))

    def popen(command, env, cwd, **_):
        capture(command, cwd, env)
        return mock.Mock(wait=mock.Mock(return_value=0))

    run = job.get("run", False)
    patches = [
        mock.patch.object(environment, "num_cpus", lambda: job["cpus"]),
        mock.patch.object(environment, "num_gpus", lambda: job["gpus"]),
        mock.patch.object(environment, "num_neurons", lambda _: 0),
        mock.patch.object(environment, "validate_smddprun", lambda: False),
        mock.patch.object(environment, "validate_smddpmprun", lambda: False),
        mock.patch.object(
            boto3, "client", lambda *_, **__: mock.Mock(get_bucket_location=lambda **_: NO_LOCATION)
        ),
        mock.patch.object(training, "_run_ps", lambda *_: None),
        mock.patch.object(training, "_wait_until_master_is_down", lambda *_: None),
        mock.patch.object(mpi.MasterRunner, "_setup", lambda _: None),
        mock.patch.object(mpi.time, "sleep", lambda _: None),
        mock.patch.object(mpi, "_write_status_file", lambda *_: True),
        # The code lies there already: its download is of no interest here.
        mock.patch.object(files, "download_and_extract", lambda **_: None),
        mock.patch.object(entry_point.modules, "install", lambda *_: None),
    ]
    if not run:
        patches += [
            # Eighty milliseconds per job, for nothing but this variable (as the jobs that really run show).
            mock.patch.object(
                boto3.session, "Session", lambda: mock.Mock(region_name=os.environ.get("AWS_DEFAULT_REGION"))
            ),
            mock.patch.object(asyncio, "create_subprocess_exec", create_subprocess_exec),
            mock.patch.object(process, "subprocess", types.SimpleNamespace(Popen=popen)),
        ]
    for patch in patches:
        patch.start()
    try:
        trainer.train()
    except SystemExit as exit:
        captured["exit_code"] = exit.code
    finally:
        for patch in reversed(patches):
            patch.stop()
    probe = BASE / "output" / "data" / "probe.json"
    if probe.exists():
        captured["probe"] = json.loads(probe.read_text())
    failure = BASE / "output" / "failure"
    if failure.exists():
        captured["failure"] = failure.read_text()
    if "argv" not in captured and not run:
        return {"error": captured.get("failure", "nothing was started")}
    return captured


NO_LOCATION = {"LocationConstraint": None}


def prepare(job: dict) -> None:
    """A fresh /opt/ml tree and process environment for one job."""
    for child in BASE.iterdir():
        shutil.rmtree(child) if child.is_dir() else child.unlink()
    config = BASE / "input" / "config"
    config.mkdir(parents=True)
    (BASE / "output" / "data").mkdir(parents=True)
    (BASE / "code").mkdir()
    for name, content in job["files"].items():
        (config / f"{name}.json").write_text(json.dumps(content))
    for name, text in job["code"].items():
        (BASE / "code" / name).parent.mkdir(parents=True, exist_ok=True)
        (BASE / "code" / name).write_text(text)
    sys.path[:] = START_PATH
    kept = {name: value for name, value in os.environ.items() if name in OWN_VARIABLES}
    os.environ.clear()
    os.environ.update(kept, SM_STUDIO_LOCAL_MODE="true", SAGEMAKER_BASE_DIR=str(BASE), **job["container"])
    if job["toolkit"] == "tensorflow":
        os.environ["SAGEMAKER_TRAINING_MODULE"] = "sagemaker_tensorflow_container.training:main"


def through_shell(shell: str, arguments: list[str]) -> list[str]:
    """What a program gets whose command a toolkit before 5.1.4 joined with blanks and handed to a shell."""
    command = " ".join(["printf", r"'%s\0'", *arguments])
    printed = subprocess.run([shell, "-c", command], capture_output=True, text=True, cwd=BASE, check=False)
    return printed.stdout.split("\0")[:-1] if printed.returncode == 0 else [printed.stderr]


def matches(question: dict) -> list[str | None]:
    """What Python's `re` finds in each line: the first group of the last match."""
    try:
        pattern = re.compile(question["regex"])
    except re.error as error:
        return [f"error: {error}"]
    found = [[match.group(1) for match in pattern.finditer(line)] for line in question["lines"]]
    return [groups[-1] if groups else None for groups in found]


def answer(question: dict) -> object:
    if "ours" in question:
        return entry_point_environment(question["ours"])
    if "shell" in question:
        return through_shell(question["shell"], question["arguments"])
    if "regex" in question:
        return matches(question)
    return run_job(question)


def main() -> None:
    for line in sys.stdin:
        try:
            result = answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - a test must see it, whatever it is
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), file=ANSWERS, flush=True)


if __name__ == "__main__":
    main()
