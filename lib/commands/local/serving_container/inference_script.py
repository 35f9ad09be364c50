"""The archive's own `code/inference.py`, which the container runs between client and TensorFlow Serving."""

import importlib.util
import io
import json
import sys
import threading
import traceback
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from serving_container.model_layout import ModelError

# The fields that tfs_utils.py of the container gives a handler.
Context = namedtuple(
    "Context",
    "model_name, model_version, method, rest_uri, grpc_port, channel, "
    "custom_attributes, request_content_type, accept_header, content_length",
)


class RequestStream:
    """A request's body as gunicorn gives it to a handler: read once, without seek, tell and getvalue."""

    def __init__(self, body: bytes) -> None:
        self._stream = io.BytesIO(body)
        self.read = self._stream.read
        self.readline = self._stream.readline
        self.readlines = self._stream.readlines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)


class InferenceScript:
    """The handlers of an `inference.py`: `handler(data, context)`, or `input_handler` and `output_handler`
    around TensorFlow Serving's REST API; without the file, one that passes bodies on as they are.
    One request at a time, as the container's one worker runs them."""

    def __init__(self, code_dir: Path) -> None:
        """Import the script; raises ModelError if it fails or has no handlers."""
        self._lock = threading.Lock()
        if not (code_dir / "inference.py").is_file():
            self._handler = _around_tensorflow_serving(
                lambda data, _: data.read(),
                lambda response, context: (response.content, context.accept_header),
            )
            return
        sys.path[:0] = [str(code_dir), *([str(code_dir / "lib")] if (code_dir / "lib").is_dir() else [])]
        spec = importlib.util.spec_from_file_location("inference", code_dir / "inference.py")
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            traceback.print_exc()
            missing = isinstance(error, ModuleNotFoundError) and (code_dir / "requirements.txt").is_file()
            way_out = (
                "; install code/requirements.txt into the Python environment that serves" if missing else ""
            )
            raise ModelError(f"code/inference.py failed: {type(error).__name__}: {error}{way_out}") from error
        self._handler = _handler(module)

    def invoke(self, body: bytes, context: Context) -> tuple[int, bytes, str]:
        """The HTTP status, body and content type of the answer; a handler that raises gives 500."""
        try:
            with self._lock:
                answer, content_type = self._handler(RequestStream(body), context)
            if not isinstance(answer, (bytes, str)):
                raise TypeError(
                    f"a handler returns text or bytes and a content type, not {type(answer).__name__}"
                )
            return (
                200,
                answer.encode() if isinstance(answer, str) else answer,
                content_type or "application/json",
            )
        except Exception as error:
            traceback.print_exc()
            return 500, json.dumps({"error": str(error)}).encode(), "application/json"


def find_code_dir(model_dir: Path) -> Path | None:
    """The archive's `code` folder if the container starts its Python service for it."""
    code_dir = model_dir.resolve() / "code"
    starts = any((code_dir / name).exists() for name in ("inference.py", "requirements.txt", "lib"))
    return code_dir if starts else None


def _handler(module: Any) -> Callable[[Any, Context], tuple[Any, str]]:
    if hasattr(module, "handler"):
        return module.handler
    if not (hasattr(module, "input_handler") and hasattr(module, "output_handler")):
        raise ModelError(
            "code/inference.py has no handlers: define handler(data, context), "
            "or both input_handler(data, context) and output_handler(response, context)"
        )

    return _around_tensorflow_serving(module.input_handler, module.output_handler)


def _around_tensorflow_serving(
    input_handler: Callable[[Any, Context], Any], output_handler: Callable[[Any, Context], tuple[Any, str]]
) -> Callable[[Any, Context], tuple[Any, str]]:
    # The container's handlers get a requests.Response; TensorFlow depends on requests, so it is there.
    import requests  # noqa: PLC0415

    session = requests.Session()
    # A proxy of the environment must not carry requests from this process to itself.
    session.trust_env = False

    def handler(data: Any, context: Context) -> tuple[Any, str]:
        response = session.post(context.rest_uri, data=input_handler(data, context))
        return output_handler(response, context)

    return handler
