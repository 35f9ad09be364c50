"""Answers requests with the official toolkits, for test_serving_handlers_oracle.py.

python handler_oracle.py {sklearn,toolkit,huggingface} DIRECTORY MODULE… < requests.json > answers.json
"""

import collections
import collections.abc
import importlib
import json
import logging
import os
import sys
from types import SimpleNamespace

logging.disable(logging.CRITICAL)


def flask_answers(directory: str, module: str, requests: list) -> list:
    """By sagemaker-containers, wired as scikit-learn's container wires it."""
    # It is from before Python 3.10, and its images mend it likewise.
    for name in ("Mapping", "Iterable"):
        setattr(collections, name, getattr(collections.abc, name))
    os.environ["SAGEMAKER_BASE_DIR"] = directory
    os.environ["SAGEMAKER_PROGRAM"] = f"{module}.py"
    from sagemaker_containers.beta.framework import content_types, encoders, transformer, worker

    script = importlib.import_module(module)

    def input_fn(body, content_type):
        array = encoders.decode(body, content_type)
        return array.astype("float32") if content_type in content_types.UTF8_TYPES else array

    def output_fn(prediction, accept):
        return worker.Response(encoders.encode(prediction, accept), mimetype=accept)

    handlers = (
        {"transform_fn": script.transform_fn}
        if hasattr(script, "transform_fn")
        else {
            "input_fn": getattr(script, "input_fn", input_fn),
            "predict_fn": getattr(script, "predict_fn", lambda data, model: model.predict(data)),
            "output_fn": getattr(script, "output_fn", output_fn),
        }
    )
    served = transformer.Transformer(model_fn=script.model_fn, **handlers)
    served.initialize()
    client = worker.Worker(transform_fn=served.transform, module_name=module).test_client()
    answers = []
    for headers, body in requests:
        response = client.post("/invocations", data=bytes.fromhex(body), headers=headers)
        answers.append([response.status_code, response.get_data().hex(), response.content_type])
    return answers


def toolkit_answers(directory: str, module: str, requests: list) -> list:
    """By sagemaker-inference."""
    os.environ["SAGEMAKER_PROGRAM"] = f"{module}.py"
    from sagemaker_inference.transformer import Transformer

    served = Transformer()
    answers = []
    for headers, body in requests:
        status = [200]
        content_type = [None]
        context = SimpleNamespace(
            system_properties={"model_dir": directory},
            request_processor=[SimpleNamespace(get_request_properties=lambda headers=headers: headers)],
            set_response_status=lambda code, phrase, status=status: status.__setitem__(0, code),
            set_response_content_type=lambda _, kind, content_type=content_type: content_type.__setitem__(
                0, kind
            ),
        )
        [answer] = served.transform([{"body": bytes.fromhex(body)}], context)
        encoded = answer.encode() if isinstance(answer, str) else bytes(answer)
        answers.append([status[0], encoded.hex(), content_type[0]])
    return answers


def hugging_face_answers(directory: str, module: str, requests: list) -> list:
    """By sagemaker-huggingface-inference-toolkit, and Multi Model Server's way of writing what it returns."""
    os.environ["SAGEMAKER_PROGRAM"] = f"{module}.py"
    from mms.service import PredictionException
    from sagemaker_huggingface_inference_toolkit import handler_service

    handler_service._is_gpu_available = lambda: False
    served = handler_service.HuggingFaceHandlerService()
    answers = []
    for headers, body in requests:
        content_type = [None]
        context = SimpleNamespace(
            system_properties={"model_dir": directory, "batch_size": 1, "gpu_id": None},
            request_processor=[SimpleNamespace(get_request_properties=lambda headers=headers: headers)],
            metrics=SimpleNamespace(add_time=lambda *_: None),
            set_response_content_type=lambda _, kind, content_type=content_type: content_type.__setitem__(
                0, kind
            ),
        )
        try:
            [answer] = served.handle([{"body": bytes.fromhex(body)}], context)
        except PredictionException as error:
            answers.append([error.error_code, error.message.encode().hex(), None])
            continue
        plain = answer if isinstance(answer, (str, bytes, bytearray)) else json.dumps(answer, indent=2)
        encoded = plain.encode() if isinstance(plain, str) else bytes(plain)
        answers.append([200, encoded.hex(), content_type[0]])
    return answers


kind, place, *names = sys.argv[1:]
sys.path.insert(0, place)
answer = {"sklearn": flask_answers, "toolkit": toolkit_answers, "huggingface": hugging_face_answers}[kind]
requests = json.load(sys.stdin)
json.dump([answer(place, name, requests) for name in names], sys.stdout)
