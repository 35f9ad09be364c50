"""The idle stop of a notebook instance, against a real Jupyter server with a self-signed certificate."""

import ast
import importlib.util
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client import BlockingKernelClient

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "lib/workspace/notebook-idle-stop.py"
HOUR = 3600
STOP = [
    "sagemaker stop-notebook-instance --region eu-west-1 --notebook-instance-name unet-notebook",
]

spec = importlib.util.spec_from_file_location("notebook_idle_stop", PROGRAM)
idle_stop = importlib.util.module_from_spec(spec)
spec.loader.exec_module(idle_stop)


@dataclass
class Server:
    """A Jupyter server: its address, its process and its runtime folder."""

    url: str
    process: subprocess.Popen
    runtime: Path

    def call(self, method: str, path: str, body: object = None):
        request = urllib.request.Request(self.url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, context=ssl._create_unverified_context()) as response:
            return json.loads(response.read() or "null")

    def empty(self):
        for kind, key in (("kernels", "id"), ("terminals", "name")):
            for each in self.call("GET", f"/api/{kind}?no_track_activity=1"):
                self.call("DELETE", f"/api/{kind}/{each[key]}")

    def kernel(self) -> tuple[str, BlockingKernelClient]:
        """Start a kernel and join it; the caller stops the client's channels."""
        kernel = self.call("POST", "/api/kernels", {"name": "python3"})["id"]
        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=30)
        return kernel, client

    def until_kernel(self, kernel: str, state: str):
        """Wait until the server knows that the kernel is in `state`."""
        eventually(lambda: self.call("GET", f"/api/kernels/{kernel}")["execution_state"] == state)


def eventually(condition):
    for _ in range(900):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("never happened")


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jupyter")
    subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=elsewhere",
        shell=True,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "root").mkdir()
    options = {
        "ip": "127.0.0.1",
        "port": 0,
        "certfile": folder / "cert.pem",
        "keyfile": folder / "key.pem",
        "root_dir": folder / "root",
        "open_browser": False,
        "disable_check_xsrf": True,
        "allow_root": True,
    }
    command = [sys.executable, "-m", "jupyter_server", "--IdentityProvider.token="]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(folder), "JUPYTER_CONFIG_DIR": str(folder)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            env={**environment, "SHELL": "/bin/bash"},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        info = folder / f"jpserver-{process.pid}.json"
        eventually(lambda: info.exists() and info.read_text().endswith("}"))
        server = Server(json.loads(info.read_text())["url"].rstrip("/"), process, folder)
        # The file comes before the first answer.
        eventually(lambda: answers(urllib.parse.urlsplit(server.url).port))
        yield server
        server.empty()
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def empty_jupyter(jupyter):
    jupyter.empty()
    return jupyter


class Instance:
    """A notebook instance: its metadata, its /proc, an AWS CLI that records, and the program's memory."""

    def __init__(self, folder: Path, program: Path = PROGRAM):
        self.folder = folder
        self.program = program
        (folder / "bin").mkdir()
        (folder / "proc").mkdir()
        self.aws()
        arn = "arn:aws:sagemaker:eu-west-1:123456789012:notebook-instance/unet-notebook"
        metadata = {"ResourceArn": arn, "ResourceName": "unet-notebook"}
        (folder / "metadata.json").write_text(json.dumps(metadata))

    def aws(self, exit_code: int = 0):
        aws = self.folder / "bin/aws"
        aws.write_text(f'#!/bin/sh\necho "$*" >>{self.folder}/calls\nexit {exit_code}\n')
        aws.chmod(0o755)

    def stops(self) -> list[str]:
        calls = self.folder / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def check(self, url: str, later: float = 2 * HOUR, uptime: float = 100 * HOUR, idle_timeout: int = HOUR):
        """Run the program as it is run `later` seconds from now, `uptime` seconds after the boot."""
        (self.folder / "proc/uptime").write_text(f"{uptime:.2f} 0.00\n")
        options = {
            "idle-timeout": idle_timeout,
            "server": url,
            "metadata": self.folder / "metadata.json",
            "proc": self.folder / "proc",
            "state": self.folder / "state",
            "now": time.time() + later,
        }
        return subprocess.run(
            [sys.executable, "-I", self.program, *(f"--{name}={value}" for name, value in options.items())],
            # A proxy would be asked for loopback too, and is not there.
            env={"PATH": f"{self.folder}/bin:/usr/bin:/bin", "https_proxy": "http://127.0.0.1:1"},
            capture_output=True,
            text=True,
            timeout=50,
        )

    def see_terminals_of(self, server: Server):
        """Let /proc show the processes of the server's terminals, and no others of this machine."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                parents = [process.name]
                while parents[-1] not in ("0", "1", str(server.process.pid)):
                    stat = Path("/proc", parents[-1], "stat").read_text()
                    parents.append(stat[stat.rindex(")") + 2 :].split()[1])
            except OSError:
                continue
            if parents[-1] == str(server.process.pid) and not (self.folder / "proc" / process.name).exists():
                (self.folder / "proc" / process.name).symlink_to(process)


@pytest.fixture
def instance(tmp_path):
    return Instance(tmp_path)


def test_an_idle_instance_is_stopped_once(empty_jupyter, instance):
    result = instance.check(empty_jupyter.url)
    assert instance.stops() == STOP
    assert result.returncode == 0
    assert re.fullmatch(r"\S+Z notebook-idle-stop: idle: stopping the instance\n", result.stdout)


def test_an_instance_that_has_just_started_is_not_stopped(empty_jupyter, instance):
    assert "the instance started 3599 s ago" in instance.check(empty_jupyter.url, uptime=HOUR - 1).stdout
    assert instance.stops() == []


def test_a_recent_request_keeps_the_instance(empty_jupyter, instance):
    empty_jupyter.call("PUT", "/api/contents/text.txt", {"type": "file", "format": "text", "content": "a"})
    assert "the last request was" in instance.check(empty_jupyter.url, later=0, uptime=2 * HOUR).stdout
    assert instance.stops() == []


def test_requests_without_work_keep_the_instance_for_twelve_hours_and_no_longer(empty_jupyter, instance):
    empty_jupyter.call("GET", "/api/contents")
    instance.check(empty_jupyter.url, later=0, uptime=12 * HOUR - 600)
    assert instance.stops() == []
    instance.check(empty_jupyter.url, later=0, uptime=12 * HOUR + 600)
    assert instance.stops() == STOP


def test_the_checks_themselves_are_no_activity(empty_jupyter, instance):
    def last_activity():
        return empty_jupyter.call("GET", "/api/status")["last_activity"]

    before = last_activity()
    instance.check(empty_jupyter.url, later=0)
    assert last_activity() == before


def test_a_running_kernel_keeps_the_instance_and_an_idle_one_does_not(empty_jupyter, instance):
    kernel, client = empty_jupyter.kernel()
    try:
        client.execute("import time; print('on', flush=True)\nwhile True: time.sleep(0.1)")
        empty_jupyter.until_kernel(kernel, "busy")
        assert "kernel python3 is busy" in instance.check(empty_jupyter.url, later=30 * HOUR).stdout
        assert instance.stops() == []

        empty_jupyter.call("POST", f"/api/kernels/{kernel}/interrupt", {})
        empty_jupyter.until_kernel(kernel, "idle")
        assert "kernel python3 was active" in instance.check(empty_jupyter.url, later=HOUR - 600).stdout
        assert instance.stops() == []

        instance.check(empty_jupyter.url)
        assert instance.stops() == STOP
    finally:
        client.stop_channels()


def test_an_open_terminal_keeps_the_instance_until_the_hold_ends(empty_jupyter, instance):
    empty_jupyter.call("POST", "/api/terminals", {})
    assert "terminal 1 was active" in instance.check(empty_jupyter.url, later=HOUR - 600).stdout
    assert "terminal 1 is open" in instance.check(empty_jupyter.url).stdout
    instance.see_terminals_of(empty_jupyter)
    assert "terminal 1 is open" in instance.check(empty_jupyter.url, later=12 * HOUR - 600).stdout
    assert instance.stops() == []
    instance.check(empty_jupyter.url, later=12 * HOUR + 600)
    assert instance.stops() == STOP


def test_a_silent_command_in_a_terminal_keeps_the_instance(empty_jupyter, instance, tmp_path):
    script = tmp_path / "silent"
    script.write_text("#!/bin/bash\nnohup sleep 90 >/dev/null 2>&1 &\nexec bash --norc\n")
    script.chmod(0o755)
    empty_jupyter.call("POST", "/api/terminals", {"shell_command": [str(script)]})

    def seen():
        instance.see_terminals_of(empty_jupyter)
        return instance.check(empty_jupyter.url, later=30 * HOUR).stdout

    instance.aws(exit_code=1)  # until the shell has started its command, nothing keeps the instance
    eventually(lambda: "sleep runs in a terminal" in seen())


def test_a_server_without_terminals_is_idle_too(instance):
    status = {"last_activity": "2020-01-01T00:00:00Z"}
    (instance.folder / "state").write_text(str(100 * HOUR - 120))  # it answered at the check before
    with answering({"/api/kernels": [], "/api/status": status}) as url:  # 404 for terminals
        instance.check(url)
    assert instance.stops() == STOP


def answering(answers: dict):
    """A server that answers `answers` by path (a str as it is, the rest as JSON) and 404 elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer = answers.get(self.path.split("?")[0])
            self.send_response(404 if answer is None else 200)
            self.end_headers()
            if answer is not None:
                self.wfile.write((answer if isinstance(answer, str) else json.dumps(answer)).encode())

        def log_message(self, *args):
            pass

    class Running(ThreadingHTTPServer):
        def __enter__(self):
            threading.Thread(target=self.serve_forever, daemon=True).start()
            return f"http://127.0.0.1:{self.server_port}"

        def __exit__(self, *args):
            self.shutdown()
            self.server_close()

    return Running(("127.0.0.1", 0), Handler)


IDLE = {
    "/api/kernels": [],
    "/api/terminals": [],
    "/api/status": {"last_activity": "2020-01-01T00:00:00.500000Z"},
}
BUSY = {"name": "python3", "execution_state": "busy", "last_activity": "2020-01-01T00:00:00.000001Z"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"/api/kernels": "<html>log in</html>"},
        {"/api/kernels": {}},
        {"/api/kernels": [{"name": "python3"}]},
        {"/api/kernels": [{**BUSY, "last_activity": "yesterday"}]},
        {"/api/kernels": None},
        {"/api/terminals": {"message": "Forbidden"}},
        {"/api/terminals": [{"name": "1", "last_activity": 5}]},
        {"/api/status": {}},
        {"/api/status": "[" * 3},
    ],
    ids=str,
)
def test_a_wrong_answer_is_not_idle_until_the_timeout_has_passed_with_no_other(instance, wrong):
    with answering({**IDLE, "/api/terminals": []}) as url:
        instance.check(url, later=0, uptime=HOUR - 1)  # in use, and answered
    with answering({**IDLE, **wrong}) as url:
        for uptime in (HOUR, 2 * HOUR - 2):
            result = instance.check(url, uptime=uptime)
            assert f"unknown for {uptime - (HOUR - 1)} s: {next(iter(wrong))}: " in result.stdout
        assert instance.stops() == []
        instance.check(url, uptime=2 * HOUR - 1)
    assert instance.stops() == STOP


def test_a_busy_kernel_keeps_the_instance_whatever_else_goes_wrong(instance):
    with answering({"/api/kernels": [BUSY], "/api/status": "nonsense"}) as url:
        assert "kernel python3 is busy" in instance.check(url).stdout
    assert instance.stops() == []


def test_a_server_that_is_down_counts_from_its_last_answer(empty_jupyter, instance):
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"https://127.0.0.1:{free.getsockname()[1]}"
    instance.check(empty_jupyter.url, later=0, uptime=5 * HOUR)
    assert instance.stops() == []
    assert "unknown for 120 s: /api/kernels: URLError" in instance.check(nobody, uptime=5 * HOUR + 120).stdout
    instance.check(empty_jupyter.url, later=0, uptime=5.5 * HOUR)  # it came back
    instance.check(nobody, uptime=6 * HOUR)
    assert instance.stops() == []
    instance.check(nobody, uptime=6.5 * HOUR)
    assert instance.stops() == STOP


def test_a_server_that_never_comes_up_counts_from_boot(instance):
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"https://127.0.0.1:{free.getsockname()[1]}"
    instance.check(nobody, uptime=HOUR - 1)
    assert instance.stops() == []
    instance.check(nobody, uptime=HOUR)
    assert instance.stops() == STOP


def test_a_stop_that_fails_is_told_and_tried_again(empty_jupyter, instance):
    instance.aws(exit_code=254)
    assert instance.check(empty_jupyter.url).returncode == 254
    instance.aws()
    assert instance.check(empty_jupyter.url).returncode == 0
    assert instance.stops() == STOP * 2


def test_the_installed_program_stops_the_instance(empty_jupyter, tmp_path):
    """Render the lifecycle script, hold it against ShellCheck, run it, and run what it installed."""
    render = "process.stdout.write(require('./lib/workspace/notebook-idle-stop').idleStopScript(7200))"
    script = subprocess.run(
        ["node", "-r", "ts-node/register", "-e", render], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    shellcheck = [Path(sys.executable).with_name("shellcheck"), "-"]
    checked = subprocess.run(shellcheck, input=script, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")

    root = tmp_path / "root"
    instance = Instance(tmp_path, program=root / "usr/local/bin/notebook-idle-stop")
    systemctl = tmp_path / "bin/systemctl"
    systemctl.write_text("#!/bin/sh\n")
    systemctl.chmod(0o755)
    path = f"{tmp_path}/bin:{Path(sys.executable).parent}:/usr/bin:/bin"
    subprocess.run(["bash"], input=script, text=True, check=True, env={"PATH": path, "DESTDIR": str(root)})
    service = (root / "etc/systemd/system/notebook-idle-stop.service").read_text()
    idle_timeout = int(
        re.search(r" -I /usr/local/bin/notebook-idle-stop --idle-timeout (\d+) >>", service)[1]
    )

    instance.check(empty_jupyter.url, later=3 * HOUR, uptime=2 * HOUR - 1, idle_timeout=idle_timeout)
    assert instance.stops() == []
    instance.check(empty_jupyter.url, later=3 * HOUR, uptime=2 * HOUR, idle_timeout=idle_timeout)
    assert instance.stops() == STOP


def test_the_program_is_python_3_7():
    ast.parse(PROGRAM.read_text(), feature_version=(3, 7))


def test_only_commands_that_run_in_terminals_are_commands(tmp_path):
    stats = [
        "10 (bash) S 1 10 10 34816 10 0",  # a shell
        "11 (python train.py) S 10 11 10 34816 10 0",
        "12 (a) (b) R 10 12 10 36607 10 0",  # the last pseudo-terminal of major 143
        "13 (vim) T 10 13 10 34816 10 0",  # stopped
        "14 (sleep) Z 10 14 10 34816 10 0",  # dead
        "15 (ipykernel) R 9 15 9 0 -1 0",  # no terminal
        "16 (agetty) S 1 16 1 1088 16 0",  # a serial line, major 4
    ]
    for stat in stats:
        (tmp_path / stat.split()[0]).mkdir()
        (tmp_path / stat.split()[0] / "stat").write_text(stat + "\n")
    (tmp_path / "17").mkdir()  # ended meanwhile
    assert idle_stop.terminal_commands(tmp_path) == ["a) (b", "python train.py"]


moments = st.floats(min_value=0, max_value=1e6)
activities = st.builds(idle_stop.Activity, st.just("kernel python3"), st.booleans(), moments)
NOW = 1e6


@given(
    st.lists(activities, max_size=3),
    st.lists(activities.map(lambda each: each._replace(busy=False, name="terminal 1")), max_size=2),
    moments,
    st.lists(st.just("/api/kernels: no answer"), max_size=1),
    st.lists(st.just("sleep"), max_size=1),
    moments,
    moments,
    st.integers(min_value=600, max_value=200_000),
)
def test_idle_is_when_nothing_is_in_use(kernels, terminals, request, problems, commands, up, silent, timeout):
    jupyter = idle_stop.Jupyter(kernels, terminals, request, problems)
    reason = idle_stop.reason_to_run(jupyter, commands, NOW, up, silent, timeout)
    work = [each.last for each in kernels + terminals]
    quiet = [up, *(NOW - each for each in work)]
    in_use = (
        min(quiet) < timeout
        or bool(commands)
        or any(each.busy for each in kernels)
        or (bool(problems) and silent < timeout)
    )
    held = min(quiet) < idle_stop.HOLD and (bool(terminals) or NOW - request < timeout)
    assert (reason is not None) == (in_use or held)
