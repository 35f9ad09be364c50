"""What a container with handlers answers to an HTTP request: its routes, and the way through the handlers."""

import importlib
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serving_container.http_server import Answer
from serving_container.model_layout import ModelError

from handler_container.frameworks import Framework
from handler_container.model_servers import GUNICORN, wrong_count
from handler_container.routes import routed

# What scripts import of sagemaker-containers, of XGBoost's container and of the toolkit.
_STAND_INS = (
    str(Path(__file__).parent / "stand_ins"),
    str(Path(__file__).parents[1] / "training_container/sagemaker_toolkit"),
)

# The handlers, and how many arguments each takes beside the context.
_ARGUMENTS = {"model_fn": 1, "input_fn": 2, "predict_fn": 2, "output_fn": 2, "transform_fn": 4}


class HandlerService:
    """A model behind `transform_fn`, or `input_fn`, `predict_fn` and `output_fn`.

    One request at a time, as each of the container's processes takes them.
    """

    def __init__(self, framework: Framework, model_dir: Path, code_dir: Path, module_name: str) -> None:
        """Import the script and load the model; raises ModelError where either fails."""
        self._server = framework.server
        self._lock = threading.Lock()
        sys.path.insert(0, str(code_dir))
        if framework.server is GUNICORN:
            sys.path.extend(_STAND_INS)
        # The toolkits take their own handlers in the place of a script that is not there: no error tells it.
        path = code_dir / f"{module_name}.py"
        if not path.is_file() and not (framework.model_fn and module_name == "inference"):
            place = "the folder code of the archive" if framework.model_fn else "the source"
            raise ModelError(f"{module_name}.py, the script with model_fn, is not in {place}")
        script = None
        if path.is_file():
            try:
                script = importlib.import_module(module_name)
            except Exception as error:
                traceback.print_exc()
                raise ModelError(f"{module_name}.py failed: {type(error).__name__}: {error}") from error

        own = {name: found for name in _ARGUMENTS if (found := getattr(script, name, None))}
        self._transform = own.get("transform_fn")
        if self._transform and not own.keys().isdisjoint({"input_fn", "predict_fn", "output_fn"}):
            raise ModelError("transform_fn takes the place of input_fn, predict_fn and output_fn")
        if framework.server.checks_handlers:
            problems = [wrong_count(function, _ARGUMENTS[name]) for name, function in own.items()]
            if wrong := [problem for problem in problems if problem]:
                raise ModelError("; ".join(wrong))
        self._input = own.get("input_fn", framework.input_fn)
        self._predict = own.get("predict_fn", framework.predict_fn)
        self._output = own.get("output_fn", framework.output_fn)
        model_fn = own.get("model_fn", framework.model_fn)
        if model_fn is None:
            raise ModelError(f"{module_name}.py defines no model_fn(model_dir), which loads the model")
        if self._predict is None and self._transform is None:
            raise ModelError(f"{module_name}.py defines no predict_fn(data, model), and its image has none")
        try:
            self._model = self._server.call(model_fn, str(model_dir))
        except ModelError:
            raise
        except Exception as error:
            traceback.print_exc()
            raise ModelError(f"model_fn failed: {type(error).__name__}: {error}") from error

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request; what a handler raises is one too."""
        return routed(method, target, Answer(200, self._server.ping), lambda: self._invocation(headers, body))

    def _invocation(self, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            with self._lock:
                request = self._server.request(headers, body)
                return self._server.answer(self._result(request), request.accept)
        except Exception as error:
            traceback.print_exc()
            return self._server.failure(error)

    def _result(self, request: Any) -> Any:
        call = self._server.call
        if self._transform:
            return call(self._transform, self._model, request.body, request.content_type, request.accept)
        data = call(self._input, request.body, request.content_type)
        prediction = call(self._predict, data, self._model)
        return call(self._output, prediction, request.accept)
