import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from hypothesis import settings

LOCAL = Path(__file__).resolve().parents[2] / "lib" / "local"
sys.path.insert(0, str(LOCAL))

# A loaded machine must not fail a test; what a run finds it prints, and leaves nothing behind.
settings.register_profile("local", deadline=None, database=None, print_blob=True)
settings.load_profile("local")


@dataclass
class Server:
    """A running server process and the URL that it announced."""

    process: subprocess.Popen
    url: str

    def invoke(self, body, content_type="application/json", **headers):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        headers = {"Content-Type": content_type, **headers}
        return requests.post(f"{self.url}/invocations", data=data, headers=headers, timeout=60)

    def predict(self, body):
        response = self.invoke(body)
        assert response.status_code == 200, response.text
        return response.json()

    def error(self, body, status=400, **arguments):
        response = self.invoke(body, **arguments)
        assert response.status_code == status, response.text
        assert response.json().keys() == {"error"}
        return response.json()["error"]


def start_server(model_dir, *arguments, **options):
    """The server's process, before it has announced anything."""
    return subprocess.Popen(
        [sys.executable, str(LOCAL / "server.py"), "--model-dir", str(model_dir), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if options.get("keep_errors") else None,
        text=True,
    )


def announced(process):
    """The server once it listens."""
    line = process.stdout.readline()
    assert line, "the server ended before it listened"
    return Server(process, json.loads(line)["url"])


def stop(process):
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory):
    """A model archive with one signature for each thing that the contract distinguishes."""
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self):
            self.weights = tf.Variable([[1.0], [2.0]])

    model = Model()

    def signature(function, **inputs):
        return tf.function(function).get_concrete_function(
            **{name: tf.TensorSpec(shape, dtype, name) for name, (shape, dtype) in inputs.items()}
        )

    def echo(dtype):
        return signature(lambda v: {"w": tf.identity(v)}, v=(None, dtype))

    folder = tmp_path_factory.mktemp("model")
    tf.saved_model.save(
        model,
        str(folder / "1"),
        signatures={
            "serving_default": signature(lambda x: {"y": x @ model.weights}, x=([None, 2], tf.float32)),
            "serving_image": signature(
                lambda image_bytes: {"mask_bytes": tf.strings.join([b"\xff\x00", image_bytes])},
                image_bytes=([None], tf.string),
            ),
            "text": signature(lambda v: {"w": tf.identity(v)}, v=([None], tf.string)),
            "two": signature(
                lambda a, b: {"sum": a + tf.cast(b, tf.float32), "text": tf.strings.as_string(b)},
                a=([None], tf.float32),
                b=([None], tf.int64),
            ),
            "uneven": signature(lambda v: {"p": v, "q": v[1:]}, v=([None], tf.float32)),
            "total": signature(lambda v: {"sum": tf.reduce_sum(v)}, v=([None], tf.float32)),
            "pick": signature(lambda v: {"w": tf.gather([1.0, 2.0], v)}, v=([None], tf.int32)),
            "half": signature(lambda v: {"w": v}, v=([None], tf.float16)),
            **{f"echo_{dtype.name}": echo(dtype) for dtype in (tf.float32, tf.float64, tf.int64, tf.bool)},
            "echo_uint8": echo(tf.uint8),
            "echo_string": signature(lambda v: {"w_bytes": tf.identity(v)}, v=(None, tf.string)),
        },
    )
    return folder


@pytest.fixture(scope="session")
def server(model_dir):
    """The server over `model_dir`, shared by the tests that only ask."""
    process = start_server(model_dir)
    yield announced(process)
    stop(process)
