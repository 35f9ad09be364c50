"""Containers with handlers, against the official toolkits: sagemaker-containers and sagemaker-inference."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from handler_container.frameworks import FRAMEWORKS, TOOLKIT
from handler_container.service import HandlerService

pytestmark = [pytest.mark.drill, pytest.mark.timeout(600)]

# Flask last: the images have a newer one than sagemaker-containers asks for.
_TOOLKITS = ["sagemaker-inference==1.10.1", "sagemaker-containers==2.8.6.post2", "scikit-learn", "protobuf<4"]
_SUM = """
class Sum:
    def predict(self, data, **_):
        return data.sum(axis=-1)
def model_fn(model_dir):
    return Sum()
"""
_SCRIPTS = {
    "defaults": _SUM,
    "text": f"{_SUM}\ndef output_fn(prediction, accept):\n    return f'{{prediction}} {{accept}}'\n",
    "pair": f"{_SUM}\ndef output_fn(prediction, accept):\n    return b'a,b', 'text/csv'\n",
    "bytes_in": f"{_SUM}\ndef input_fn(body, kind):\n    import numpy\n"
    "    return numpy.array([[len(body), isinstance(body, str)]])\n",
    "fails": f"{_SUM}\ndef predict_fn(data, model):\n    raise ValueError('no such flower')\n",
    "transform": f"{_SUM}\ndef transform_fn(model, body, kind, accept):\n"
    "    return repr((body, kind, accept)), 'text/x'\n",
}


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


_BODIES = [
    ("text/csv", b"1,2\n3,4\n"),
    ("text/csv", b"1.5,2\n"),
    ("text/csv", b"1\n2\n"),
    ("text/csv", b"a,b\n"),
    ("text/csv; charset=utf-8", b"1,2\n3,4\n"),
    ("application/json", b"[[1, 2], [3, 4]]"),
    ("application/json", b"[1, 2]"),
    ("application/json", b"{"),
    ("application/json", b'{"instances": [[1, 2]]}'),
    ("application/x-npy", _npy(np.array([[1.5, 2], [3, 4]]))),
    ("application/x-npy", b"no array"),
    ("image/png", b"\x89PNG"),
    (None, b"[[1, 2]]"),
]
_ACCEPTS = ["application/json", "text/csv", "application/x-npy", "*/*", None, "text/html"]
_REQUESTS = [
    ({key: value for key, value in (("Content-Type", kind), ("Accept", accept)) if value}, body)
    for kind, body in _BODIES
    for accept in _ACCEPTS
]


@pytest.fixture(scope="module")
def toolkits(tmp_path_factory) -> Path:
    """A Python with the official toolkits."""
    place = tmp_path_factory.mktemp("toolkits")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = [place / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for packages in (_TOOLKITS, ["Flask==3.1.3"]):
        subprocess.run([*pip, *packages], check=True)
    return place / "bin/python"


@pytest.mark.parametrize("framework", ["sklearn", "toolkit"])
@pytest.mark.parametrize("script", _SCRIPTS)
def test_answers_as_the_toolkit_does(toolkits, tmp_path, monkeypatch, framework: str, script: str) -> None:
    name = f"{framework}_{script}"
    source = _SCRIPTS[script]
    if framework == "toolkit" and "predict_fn" not in source:
        source += "\ndef predict_fn(data, model):\n    return model.predict(data)\n" * (
            "transform_fn" not in source
        )
    (tmp_path / f"{name}.py").write_text(source)
    asked = subprocess.run(
        [toolkits, Path(__file__).parent / "handler_oracle.py", framework, tmp_path, name],
        input=json.dumps([(headers, body.hex()) for headers, body in _REQUESTS]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"},
    )
    monkeypatch.syspath_prepend(tmp_path)
    service = HandlerService(FRAMEWORKS.get(framework, TOOLKIT), tmp_path, tmp_path, name)
    for (headers, body), (status, expected, content_type) in zip(
        _REQUESTS, json.loads(asked.stdout), strict=True
    ):
        answer = service.answer("POST", "/invocations", headers, body)
        context = f"{headers} {body!r}: {answer}"
        assert answer.status == status, context
        if status == 200:
            # numpy's versions write the same values with other headers.
            assert _plain(answer.body) == _plain(bytes.fromhex(expected)), context
            assert answer.content_type == content_type, context


def _plain(body: bytes) -> object:
    return np.load(io.BytesIO(body), allow_pickle=True).tolist() if body.startswith(b"\x93NUMPY") else body
