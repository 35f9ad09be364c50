"""`npm run watch` as a person runs it, against jobs that really train: on a terminal, in a pipe, left, rejoined, signed out."""

import http.server
import io
import json
import os
import pty
import re
import signal
import subprocess
import tarfile
import threading
import urllib.error
import urllib.request

import pytest
from emulated import PROJECT

#: Says a metric for each epoch; lasts as long as it is told to.
SCRIPT = """
import argparse, os, pathlib, time
parser = argparse.ArgumentParser()
for name in ('--epochs', '--fail'):
    parser.add_argument(name, type=int, default=0)
parser.add_argument('--wait', type=float, default=0)
arguments = parser.parse_args()
for epoch in range(arguments.epochs):
    print(f'epoch {epoch}: accuracy={epoch / 100};', flush=True)
    time.sleep(arguments.wait)
if arguments.fail:
    raise ValueError('no such luck')
"""


@pytest.fixture
def start(emulator, role):
    """Starts a job by name and hyperparameters, whose source is SCRIPT."""
    s3, sagemaker, made = emulator.client("s3"), emulator.client("sagemaker"), []
    s3.create_bucket(Bucket="watch-test")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as file:
        entry = tarfile.TarInfo("train.py")
        entry.size = len(SCRIPT)
        file.addfile(entry, io.BytesIO(SCRIPT.encode()))
    s3.put_object(Bucket="watch-test", Key="sourcedir.tar.gz", Body=archive.getvalue())

    def begin(name: str, **hyperparameters: str) -> str:
        sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=role,
            AlgorithmSpecification={
                "TrainingImage": "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.19.0-cpu",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "accuracy", "Regex": "accuracy=([0-9.]+);"}],
            },
            OutputDataConfig={"S3OutputPath": "s3://watch-test/jobs"},
            ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
            StoppingCondition={"MaxRuntimeInSeconds": 600},
            HyperParameters={
                "sagemaker_program": '"train.py"',
                "sagemaker_submit_directory": '"s3://watch-test/sourcedir.tar.gz"',
                **hyperparameters,
            },
        )
        made.append(name)
        return name

    yield begin
    for name in made:
        if sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "InProgress":
            sagemaker.stop_training_job(TrainingJobName=name)
        emulator.wait(
            lambda name=name: (
                sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
                in ("Completed", "Failed", "Stopped")
            )
        )
        sagemaker.delete_training_job(TrainingJobName=name)
    for item in s3.list_objects_v2(Bucket="watch-test").get("Contents", []):
        s3.delete_object(Bucket="watch-test", Key=item["Key"])
    s3.delete_bucket(Bucket="watch-test")


def watch(emulator, job: str, environment: dict[str, str] | None = None, **streams) -> subprocess.Popen:
    return subprocess.Popen(
        ["node", "-r", "ts-node/register", "bin/watch.ts", job],
        cwd=PROJECT,
        env=emulator.environment() if environment is None else environment,
        **streams,
    )


class Screen:
    """What a watch writes to a terminal, read while it runs."""

    def __init__(self, emulator, job: str):
        master, slave = pty.openpty()
        self.process = watch(emulator, job, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self.text = ""
        self.reader = threading.Thread(target=self._read, args=(master,), daemon=True)
        self.reader.start()

    def _read(self, master: int) -> None:
        # A terminal whose last user has gone answers with an error.
        try:
            while data := os.read(master, 65536):
                self.text += data.decode(errors="replace")
        except OSError:
            pass

    def ended(self) -> int:
        code = self.process.wait(120)
        self.reader.join(10)
        return code


def test_on_a_terminal_it_is_left_and_rejoined_and_ends_with_the_job(emulator, start):
    job = start("watched", epochs="60", wait="0.2")
    first = Screen(emulator, job)
    emulator.wait(lambda: "▁" in first.text)
    first.process.send_signal(signal.SIGINT)
    assert first.ended() == 130
    assert f"left, the job goes on; rejoin with: npm run watch -- {job}" in first.text
    assert "InProgress · Training" in first.text and "so far, at most" in first.text

    second = Screen(emulator, job)
    assert second.ended() == 0
    # The last block: the history from the first epoch on, which the second watch never saw live.
    last = second.text.rsplit("watched · Completed", 1)[1]
    assert re.search(r"accuracy +0\.59 +▁[▁▂▃▄▅▆▇█]{40,}█", last)
    assert "epoch 59: accuracy=0.59;" in last
    assert "training job watched completed" in last


def test_in_a_pipe_it_writes_plain_lines_and_fails_with_the_job(emulator, start):
    job = start("watched-failing", epochs="3", fail="1")
    ended = watch(emulator, job, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = ended.communicate(timeout=120)
    assert ended.returncode == 1
    assert output.startswith("training job watched-failing failed: ") and "no such luck" in output
    assert "logStream:group=/aws/sagemaker/TrainingJobs;prefix=watched-failing" in output
    assert "\x1b" not in errors
    lines = errors.splitlines()
    order = [
        next(at for at, line in enumerate(lines) if part in line)
        for part in (
            "· Starting ·",
            "· Training ·",
            "| epoch 0: accuracy=0.0;",
            "| epoch 2: accuracy=0.02;",
            "· Failed ·",
        )
    ]
    assert order == sorted(order)
    assert any(re.fullmatch(r"accuracy 0\.02", line) for line in lines)


class Gate(http.server.BaseHTTPRequestHandler):
    """Lets requests through to the emulator while their session is a valid one."""

    url, valid, refused = "", "", 0
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["X-Amz-Security-Token"] != Gate.valid:
            Gate.refused += 1
            return self.answer(
                400,
                json.dumps(
                    {"__type": "ExpiredTokenException", "message": "The security token is expired"}
                ).encode(),
            )
        # Its Host is the emulator's own, which answers to no other.
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        request = urllib.request.Request(Gate.url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request) as answer:
                self.answer(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.read())

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.drill
def test_it_goes_on_by_itself_after_a_new_sign_in(emulator, start, tmp_path):
    """The new credentials are in the file that the process has read before: only reading it again finds them."""
    credentials = tmp_path / "credentials"

    def sign_in(session: str) -> None:
        credentials.write_text(
            f"[default]\naws_access_key_id={emulator.key_id}\naws_secret_access_key={emulator.secret}\n"
            f"aws_session_token={session}\n"
        )

    Gate.url, Gate.valid, Gate.refused = emulator.url, "FIRST", 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sign_in("FIRST")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    job = start("watched-signed-out", epochs="40", wait="0.5")
    output = tmp_path / "errors"
    with output.open("w") as errors:
        watching = watch(emulator, job, environment, stdout=subprocess.DEVNULL, stderr=errors)
    emulator.wait(lambda: "| epoch 0" in output.read_text())
    Gate.valid = "SECOND"
    emulator.wait(lambda: "the AWS credentials have expired" in output.read_text())
    assert "sign in again; the job goes on, and so does this watch then" in output.read_text()
    refused = Gate.refused
    emulator.wait(lambda: Gate.refused > refused)
    sign_in("SECOND")
    assert watching.wait(120) == 0
    text = output.read_text()
    assert "AWS answers again" in text
    epochs = [int(number) for number in re.findall(r"^\| epoch (\d+):", text, re.MULTILINE)]
    assert epochs == list(range(40))
    server.shutdown()


def test_a_job_that_does_not_exist_is_one_line(emulator):
    ended = watch(emulator, "absent", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = ended.communicate(timeout=300)
    assert (ended.returncode, output) == (1, "")
    assert errors.splitlines()[-1].startswith("there is no training job absent in us-east-1")
