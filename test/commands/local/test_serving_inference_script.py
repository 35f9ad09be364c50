"""An archive that brings its own code/inference.py."""

import shutil
import signal
import sys
import textwrap
from pathlib import Path

import pytest
from running_server import announced, start_server, stop

HANDLERS = """
import json
import pre_processing

def input_handler(data, context):
    if context.request_content_type == "image/fail":
        raise ValueError("cannot decode")
    numbers = pre_processing.split(data.read())
    return json.dumps({"instances": [numbers]})

def output_handler(response, context):
    response.raise_for_status()
    return json.dumps({"answer": response.json()["predictions"][0]}), context.accept_header
"""

HANDLER = """
import json

print("at import")

def handler(data, context):
    if context.request_content_type == "text/nothing":
        return None
    if context.request_content_type == "text/seek":
        data.seek(0)
    print("in a request")
    fields = {name: getattr(context, name) for name in context._fields}
    return json.dumps({"body": data.read().decode(), **fields}).encode(), "application/json"
"""


def archive_with(model_dir, folder, files):
    shutil.copytree(model_dir / "1", folder / "1")
    for name, text in files.items():
        path = folder / "code" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="module")
def handlers(model_dir, tmp_path_factory):
    files = {
        "inference.py": HANDLERS,
        "lib/pre_processing.py": "def split(body): return [float(part) for part in body.split(b';')]",
    }
    process = start_server(archive_with(model_dir, tmp_path_factory.mktemp("handlers"), files))
    yield announced(process)
    stop(process)


@pytest.fixture(scope="module")
def handler(model_dir, tmp_path_factory):
    process = start_server(
        archive_with(model_dir, tmp_path_factory.mktemp("handler"), {"inference.py": HANDLER})
    )
    yield announced(process)
    stop(process)


def test_input_and_output_handlers_stand_around_the_model(handlers):
    response = handlers.invoke("3;4", "text/semicolons", Accept="application/vnd.answer")
    assert (response.status_code, response.json()) == (200, {"answer": [11.0]})
    assert response.headers["Content-Type"] == "application/vnd.answer"


def test_fails_with_500_and_the_message_when_a_handler_raises(handlers):
    assert handlers.error("", 500, content_type="image/fail") == "cannot decode"
    assert "400 Client Error" in handlers.error("1;2;3", 500, content_type="text/semicolons")


def test_a_handler_gets_the_request_and_its_context(handler):
    attributes = "tfs-model-version=1,trace=7"
    response = handler.invoke("hi", "text/x", **{"X-Amzn-SageMaker-Custom-Attributes": attributes})
    assert response.json() == {
        "body": "hi",
        "model_name": None,
        "model_version": "1",
        "method": None,
        "rest_uri": f"{handler.url}/v1/models/model/versions/1:predict",
        "grpc_port": None,
        "channel": None,
        "custom_attributes": attributes,
        "request_content_type": "text/x",
        "accept_header": "*/*",
        "content_length": 2,
    }


def test_a_handlers_stream_is_read_once_and_not_sought(handler):
    assert "'RequestStream' object has no attribute 'seek'" in handler.error(
        "", 500, content_type="text/seek"
    )


def test_code_without_a_script_passes_bodies_on_as_they_are_with_200(model_dir, tmp_path):
    process = start_server(archive_with(model_dir, tmp_path, {"requirements.txt": ""}))
    try:
        server = announced(process)
        assert server.predict({"instances": [[1, 2]]}) == {"predictions": [[5.0]]}
        assert "is not an object" in server.predict([[1, 2]])["error"]
    finally:
        stop(process)


def test_fails_with_500_when_a_handler_returns_something_else(handler):
    assert "NoneType" in handler.error("", 500, content_type="text/nothing")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"inference.py": "x = 1"},
            "error: code/inference.py has no handlers: define handler(data, context)",
        ),
        (
            {"inference.py": "import not_there_at_all", "requirements.txt": "not_there_at_all"},
            "ModuleNotFoundError: No module named 'not_there_at_all'; install code/requirements.txt into",
        ),
        (
            {"inference.py": HANDLER + "import numpy as np"},
            "error: code/ imports numpy, which the inference image does not have: add the line numpy to",
        ),
    ],
)
def test_fails_to_start_with_the_reason(model_dir, tmp_path, files, message):
    process = start_server(archive_with(model_dir, tmp_path, files), keep_errors=True)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert message in err.splitlines()[-1]


def test_what_a_script_prints_goes_to_stderr_and_sigint_ends_with_0(model_dir, tmp_path):
    process = start_server(archive_with(model_dir, tmp_path, {"inference.py": HANDLER}), keep_errors=True)
    try:
        assert announced(process).invoke(b"hello").status_code == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (0, "")
        assert "at import" in err
        assert "in a request" in err
    finally:
        stop(process)


def test_a_script_finds_its_archive_at_opt_ml_model_and_the_machine_s_own_opt_stays(model_dir, tmp_path):
    before = sorted(Path("/opt").iterdir())
    script = """
        import pathlib
        words = pathlib.Path("/opt/ml/model/code/words.txt").read_text()

        def handler(data, context):
            return words + __file__, "text/plain"
    """
    files = {"inference.py": textwrap.dedent(script), "words.txt": "of the archive, "}
    process = start_server(archive_with(model_dir, tmp_path, files))
    try:
        answer = announced(process).invoke("", "text/plain").text
    finally:
        stop(process)
    assert answer == "of the archive, /opt/ml/model/code/inference.py"
    assert sorted(Path("/opt").iterdir()) == before


def test_fails_where_the_system_allows_no_opt_ml_for_a_script_that_names_it(model_dir, tmp_path):
    # A user without capabilities, in a namespace that may have no other.
    python = tmp_path / "python"
    refusing = 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all "$0" "$@"'
    python.write_text(
        f"#!/bin/sh\nexec unshare --user --map-root-user sh -c '{refusing}' {sys.executable} \"$@\"\n"
    )
    python.chmod(0o755)
    script = 'WORDS = open("/opt/ml/model/code/words.txt").read()\n'
    archive = archive_with(model_dir, tmp_path / "model", {"inference.py": script})
    process = start_server(archive, python=python, keep_errors=True)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "error: code/inference.py:1: /opt/ml/model/code/words.txt is not there on this machine" in said
