"""Containers with handlers: what a script's own and the frameworks' defaults make of requests."""

import io
import json
import textwrap
from pathlib import Path

import numpy as np
import pytest
from handler_container import huggingface
from handler_container.frameworks import FRAMEWORKS, TOOLKIT
from handler_container.service import HandlerService
from serving_container.model_layout import ModelError

# Adds up each row, and tells what it was given.
SUM = """
class Sum:
    def predict(self, data, **_):
        return data.sum(axis=1)

def model_fn(model_dir):
    return Sum()
"""


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Serves a script by the ways of a framework; the answer to one request."""
    count = iter(range(100))

    def start(source: str, framework: str = "sklearn"):
        name = f"script_{tmp_path.name.replace('-', '_')}_{next(count)}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(tmp_path)
        service = HandlerService(FRAMEWORKS.get(framework, TOOLKIT), tmp_path, tmp_path, name)

        def ask(body: bytes, content_type: str | None = "text/csv", accept: str | None = "application/json"):
            headers = {"Content-Type": content_type, "Accept": accept}
            sent = {key: value for key, value in headers.items() if value}
            answer = service.answer("POST", "/invocations", sent, body)
            return answer.status, answer.body, answer.content_type

        ask.service = service
        return ask

    return start


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_defaults_decode_and_encode_csv_json_and_npy(serve) -> None:
    ask = serve(SUM)
    assert ask(b"1,2\n3,4\n") == (200, b"[3.0, 7.0]", "application/json")
    assert ask(b"[[1, 2], [3, 4]]", "application/json", "text/csv") == (
        200,
        b"3.0\n7.0\n",
        "text/csv; charset=utf-8",
    )
    status, body, content_type = ask(npy(np.array([[1, 2]])), "application/x-npy", "application/x-npy")
    assert (status, np.load(io.BytesIO(body)).tolist(), content_type) == (200, [3], "application/x-npy")


def test_without_types_a_request_is_json_and_so_is_its_answer(serve) -> None:
    assert serve(SUM)(b"[[1, 2]]", None, None) == (200, b"[3.0]", "application/json")
    assert serve(SUM)(b"[[1, 2]]", None, "*/*") == (200, b"[3.0]", "application/json")


def test_one_row_of_csv_is_a_vector_as_in_scikit_learns_container(serve) -> None:
    status, body, _ = serve(SUM)(b"1,2\n")
    assert status == 500
    assert b"AxisError" in body


def test_the_inference_toolkit_calls_handlers_with_its_own_rules(serve) -> None:
    source = """
    def model_fn(model_dir, context):
        return 10
    def predict_fn(data, model):
        return data * model
    class Refused(Exception):
        status_code = 422
        message = "too long"
    def input_fn(body, content_type):
        import json
        if content_type != "application/json":
            raise Refused
        return json.loads(body)[0]
    """
    ask = serve(source, "toolkit")
    assert ask(b"[4]", "application/json") == (200, b"40", "application/json")
    status, body, _ = ask(b"1", "text/csv")
    assert status == 422
    assert body.startswith(b"too long\nTraceback")


# A pipeline of transformers in small.
PIPELINE = """
def model_fn(model_dir):
    return lambda inputs, **parameters: [{"text": inputs, **parameters}]
"""


def test_hugging_faces_container_asks_a_pipeline(serve) -> None:
    ask = serve(PIPELINE, "huggingface")
    asked = json.dumps({"inputs": "é", "parameters": {"top_k": 2}}).encode()
    assert ask(asked, "application/json", "*/*") == (
        200,
        '[{"text":"é","top_k":2}]'.encode(),
        "application/json",
    )
    assert ask(b"inputs\na\nb\n", accept="text/csv") == (200, b"text\r\n\"['a', 'b']\"\r\n", "text/csv")
    assert ask(b"sound", "audio/mpeg")[0] == 400
    status, body, _ = ask(b"a\nb\n")
    assert status == 400
    assert json.loads(body)["message"].endswith("default handler. : 400")


def test_hugging_faces_handlers_take_the_context_and_have_their_arguments_counted_at_the_start(serve) -> None:
    source = """
    def model_fn(model_dir, context): return context.system_properties["batch_size"]
    def transform_fn(model, body, content_type, accept): return {"model": model, "body": body}
    """
    status, body, _ = serve(source, "huggingface")(b"[1]", "application/json")
    assert (status, json.loads(body)) == (200, {"model": 1, "body": "[1]"})
    with pytest.raises(ModelError, match="predict_fn definition takes 2 or 3 arguments but 1 were given"):
        serve(PIPELINE + "\ndef predict_fn(data): return data\n", "huggingface")


@pytest.mark.parametrize(
    ("config", "environment", "task"),
    [
        ({"architectures": ["BertForSequenceClassification"]}, {}, "text-classification"),
        ({"architectures": ["TapasForQuestionAnswering"]}, {}, "question-answering"),
        ({"architectures": ["GPT2LMHeadModel"]}, {"HF_TASK": "summarization"}, "summarization"),
    ],
)
def test_the_task_of_a_pipeline_is_named_or_that_of_the_architecture(
    tmp_path: Path, config: dict, environment: dict, task: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert huggingface.task_of(tmp_path, environment) == task


def test_fails_without_a_task_with_what_names_it(serve, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="HF_TASK"):
        serve("", "huggingface")
    (tmp_path / "config.json").write_text('{"architectures": ["Nothing"]}')
    with pytest.raises(ModelError, match="no task is known of 'Nothing'"):
        serve("", "huggingface")
    with pytest.raises(ModelError, match="needs transformers"):
        (tmp_path / "config.json").write_text('{"architectures": ["BertForMaskedLM"]}')
        serve("", "huggingface")


def test_a_transform_fn_takes_the_place_of_all_three(serve) -> None:
    source = """
    def model_fn(model_dir): return {"a": 1}
    def transform_fn(model, body, content_type, accept):
        return f"{model['a']} {body} {content_type} {accept}", "text/plain"
    """
    assert serve(source)(b"x", "text/csv") == (
        200,
        b"1 x text/csv application/json",
        "text/plain; charset=utf-8",
    )
    with pytest.raises(ModelError, match="transform_fn takes the place"):
        serve(source + "\n    def input_fn(body, content_type): return body\n")


def test_what_a_handler_raises_is_an_answer_with_its_reason(serve) -> None:
    ask = serve(SUM + "\ndef predict_fn(data, model):\n    raise ValueError('no such flower')\n")
    assert ask(b"1,2\n3,4")[:2] == (500, b"ValueError: no such flower")
    assert ask(b"1", "image/png")[0] == 500


def test_scikit_learns_script_imports_what_its_container_has(serve, tmp_path: Path) -> None:
    ask = serve(
        SUM
        + "\nfrom sagemaker_containers.beta.framework import content_types, encoders, worker\n"
        + "def output_fn(prediction, accept):\n"
        + "    if accept != content_types.CSV: return worker.Response('no', status=406)\n"
        + "    return worker.Response(encoders.encode(prediction, accept), mimetype=accept)\n"
    )
    assert ask(b"1,2\n3,4\n", accept="text/csv") == (200, b"3.0\n7.0\n", "text/csv; charset=utf-8")
    assert ask(b"1,2\n3,4\n") == (406, b"no", "application/json")


def test_ping_and_unknown_routes(serve) -> None:
    service = serve(SUM).service
    assert service.answer("GET", "/ping", {}, b"").status == 200
    assert service.answer("GET", "/invocations", {}, b"").status == 405
    assert service.answer("GET", "/models", {}, b"").status == 404


def test_fails_before_serving_with_what_the_script_lacks(serve) -> None:
    with pytest.raises(ModelError, match="defines no model_fn"):
        serve("x = 1")
    with pytest.raises(ModelError, match="model_fn failed: FileNotFoundError"):
        serve("def model_fn(model_dir): open(model_dir + '/nothing')")
    with pytest.raises(ModelError, match="failed: ModuleNotFoundError: No module named 'nowhere'"):
        serve("import nowhere")


@pytest.mark.parametrize(
    ("framework", "program", "message"),
    [
        ("sklearn", "serve", "serve.py, the script with model_fn, is not in the source"),
        ("pytorch", "train", "train.py, the script with model_fn, is not in the folder code of the archive"),
    ],
)
def test_fails_without_the_script(tmp_path: Path, framework: str, program: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        HandlerService(FRAMEWORKS[framework], tmp_path, tmp_path, program)
