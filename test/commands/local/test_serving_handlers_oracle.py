"""Handlers against the official toolkits: sagemaker-containers, sagemaker-inference, Hugging Face's."""

import io
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from handler_container.frameworks import FRAMEWORKS, TOOLKIT
from handler_container.service import HandlerService

pytestmark = [pytest.mark.drill, pytest.mark.timeout(600)]

# Flask last: the images have a newer one than sagemaker-containers asks for.
_TOOLKITS = ["sagemaker-inference==1.10.1", "sagemaker-containers==2.8.6.post2", "scikit-learn", "protobuf<4"]
# By themselves, since they ask for a server in Java and for packages of sound.
_HUGGING_FACE = ["sagemaker-huggingface-inference-toolkit==2.6.0", "multi-model-server==1.1.11"]
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


# Of sagemaker-containers, which sagemaker-inference's images have not.
_RESPONSE = f"""{_SUM}
from sagemaker_containers.beta.framework import content_types, encoders, worker
def output_fn(prediction, accept):
    if accept == "text/html":
        return worker.Response("none", status=406)
    return worker.Response(encoders.encode(prediction, accept), mimetype=accept)
"""

# A pipeline in the place of one of transformers: it tells what it was given.
_PIPELINE = """
def model_fn(model_dir):
    return lambda inputs, **parameters: [{"given": repr(inputs), "parameters": parameters}]
"""
_HUGGING_FACE_SCRIPTS = {
    "defaults": _PIPELINE,
    "context": _PIPELINE.replace("(model_dir)", "(model_dir, context)"),
    "odd": _PIPELINE + "\ndef predict_fn(data, model):\n    import numpy, datetime\n"
    "    return {'a': numpy.int64(5), 'b': numpy.arange(3), 'd': datetime.datetime(2020, 1, 2)}\n",
    "nan": _PIPELINE + "\ndef predict_fn(data, model):\n    return float('nan')\n",
    "pair": _PIPELINE + "\ndef output_fn(prediction, accept):\n    return 'a', accept\n",
    "object": _PIPELINE + "\ndef output_fn(prediction, accept):\n    return {'a': [1]}\n",
    "bytes_in": _PIPELINE
    + "\ndef input_fn(body, kind):\n    return {'inputs': body, 'parameters': {'k': 1}}\n",
    "fails": _PIPELINE + "\ndef predict_fn(data, model):\n    raise ValueError('no such word')\n",
    "transform": _PIPELINE + "\ndef transform_fn(model, body, kind, accept, context):\n"
    "    return repr((body, kind, accept, context is not None))\n",
}
_HUGGING_FACE_BODIES = [
    ("application/json", json.dumps({"inputs": "a b", "parameters": {"top_k": 2}}).encode()),
    ("text/csv", b"inputs\na\nb\n"),
    ("text/csv", b"question,context\nwho,she\n"),
    ("text/csv", b"answer\nyes\n"),
    ("audio/mpeg", b"sound"),
    ("application/octet-stream", b"x"),
]


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


def _requests(bodies: list) -> list:
    return [
        ({key: value for key, value in (("Content-Type", kind), ("Accept", accept)) if value}, body)
        for kind, body in bodies
        for accept in _ACCEPTS
    ]


_REQUESTS = _requests(_BODIES)


def _pip(place: Path) -> list[str]:
    """Installs into an environment; a test imports a small part of all that would be compiled."""
    python = str(place / "bin/python")
    return [python, "-m", "pip", "install", "--no-compile", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def toolkits(tmp_path_factory) -> Path:
    """A Python with the official toolkits."""
    place = tmp_path_factory.mktemp("toolkits")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = _pip(place)
    for packages in (_TOOLKITS, ["Flask==3.1.3"]):
        subprocess.run([*pip, *packages], check=True)
    return place / "bin/python"


@pytest.fixture(scope="module")
def hugging_face(tmp_path_factory) -> Path:
    """A Python with Hugging Face's toolkit."""
    place = tmp_path_factory.mktemp("hugging-face")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = _pip(place)
    subprocess.run([*pip, _TOOLKITS[0], "transformers<5", "Pillow", "setuptools<81"], check=True)
    subprocess.run([*pip, "--no-deps", *_HUGGING_FACE], check=True)
    return place / "bin/python"


@pytest.mark.parametrize(
    ("framework", "script"),
    [*product(["sklearn", "toolkit"], _SCRIPTS), ("sklearn", "response")],
)
def test_answers_as_the_toolkit_does(toolkits, tmp_path, monkeypatch, framework: str, script: str) -> None:
    name = f"{framework}_{script}"
    source = {**_SCRIPTS, "response": _RESPONSE}[script]
    if framework == "toolkit" and "predict_fn" not in source:
        source += "\ndef predict_fn(data, model):\n    return model.predict(data)\n" * (
            "transform_fn" not in source
        )
    (tmp_path / f"{name}.py").write_text(source)
    _compare(toolkits, tmp_path, monkeypatch, framework, [name], _REQUESTS)


def test_answers_as_hugging_faces_toolkit_does(hugging_face, tmp_path, monkeypatch) -> None:
    for script, source in _HUGGING_FACE_SCRIPTS.items():
        (tmp_path / f"huggingface_{script}.py").write_text(source)
    names = [f"huggingface_{script}" for script in _HUGGING_FACE_SCRIPTS]
    # All of them by one process: it takes seconds to import transformers.
    requests = _requests([*_BODIES, *_HUGGING_FACE_BODIES])
    _compare(hugging_face, tmp_path, monkeypatch, "huggingface", names, requests)


def _compare(python, place: Path, monkeypatch, framework: str, names: list[str], requests: list) -> None:
    asked = subprocess.run(
        [python, Path(__file__).parent / "handler_oracle.py", framework, place, *names],
        input=json.dumps([(headers, body.hex()) for headers, body in requests]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"},
    )
    monkeypatch.syspath_prepend(place)
    for name, answers in zip(names, json.loads(asked.stdout), strict=True):
        service = HandlerService(FRAMEWORKS.get(framework, TOOLKIT), place, place, name)
        for (headers, body), (status, expected, content_type) in zip(requests, answers, strict=True):
            answer = service.answer("POST", "/invocations", headers, body)
            context = f"{name} {headers} {body!r}: {answer}, not {status} {bytes.fromhex(expected)!r}"
            assert answer.status == status, context
            if status == 200:
                # numpy's versions write the same values with other headers.
                assert _plain(answer.body) == _plain(bytes.fromhex(expected)), context
                assert answer.content_type == content_type, context


def _plain(body: bytes) -> object:
    """Text where it is an array of NumPy's: one without numbers equals nothing, not even itself."""
    if not body.startswith(b"\x93NUMPY"):
        return body
    return repr(np.load(io.BytesIO(body), allow_pickle=True).tolist())
