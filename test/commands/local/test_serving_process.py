"""The server as a process: what it listens on, how it ends, what it says when it cannot start."""

import signal
import socket
from pathlib import Path

import pytest
from running_server import announced, start_server, stop
from serving_container.model_layout import ModelError
from serving_container.predictor import Predictor


@pytest.fixture
def process(model_dir):
    process = start_server(model_dir, "--exit-with-stdin", keep_errors=True)
    yield process
    stop(process)


def listening_addresses(pid):
    """The local addresses of the process's listening sockets, from /proc."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = str(descriptor.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]


def test_listens_on_loopback_only_and_ends_with_0_on_sigterm(process):
    server = announced(process)
    port = int(server.url.rsplit(":", 1)[1])
    assert server.url == f"http://127.0.0.1:{port}"
    assert listening_addresses(process.pid) == [f"0100007F:{port:04X}"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_ends_with_0_when_stdin_closes_even_with_a_connection_open(process):
    server = announced(process)
    port = int(server.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        assert server.predict([[1, 2]]) == {"predictions": [[5.0]]}
        process.stdin.close()
        assert process.wait(30) == 0


def test_ends_while_it_is_still_loading(process):
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stdout.read() == ""


def test_takes_the_port_it_is_given_and_fails_in_one_line_when_it_is_taken(model_dir):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start_server(model_dir, "--port", str(port), keep_errors=True)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_fails_in_one_line_without_a_model(tmp_path):
    (tmp_path / "model.keras").touch()
    process = start_server(tmp_path, keep_errors=True)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith(
        "error: no model to serve: found model.keras; expected a SavedModel under a numeric"
    )
    assert err.count("\n") == 1


def test_fails_with_one_line_when_the_model_cannot_load(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"not a protobuf")
    with pytest.raises(ModelError, match=f"cannot load the SavedModel in {tmp_path / '1'}: .") as raised:
        Predictor("model", 1, tmp_path / "1")
    assert "\n" not in str(raised.value)
