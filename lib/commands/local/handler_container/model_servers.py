"""The web servers that run handlers: what they give these of a request, and make of the result.

GUNICORN is Flask under gunicorn, by sagemaker-containers; MODEL_SERVER is Multi Model Server or TorchServe,
by sagemaker-inference; HUGGING_FACE is Multi Model Server by that framework's toolkit.
"""

import inspect
import json
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from serving_container.http_server import Answer

from handler_container.codecs import JSON, TEXT_TYPES

_ANY = "*/*"


@dataclass(frozen=True)
class Request:
    """What handlers get of a request."""

    body: str | bytes
    content_type: str | None
    accept: str


@dataclass(frozen=True)
class ModelServer:
    """A web server's ways."""

    # What a request without a content type counts as.
    content_type: str | None
    # What /ping says.
    ping: bytes
    # The answer of a result, for what was accepted.
    answer: Callable[[Any, str], Answer]
    # The answer of an error.
    failure: Callable[[Exception], Answer]
    # Calls a handler.
    call: Callable[..., Any]
    # Whether what a variable says of the type of answers is heard.
    default_accept: bool = True
    # Whether a handler with too many or too few arguments is found at the start.
    checks_handlers: bool = False

    def request(self, headers: Mapping[str, str], body: bytes) -> Request:
        """A request for handlers; text is decoded where the type is exactly JSON's or CSV's."""
        content_type = headers.get("ContentType") or headers.get("Content-Type") or self.content_type
        accept = headers.get("Accept")
        if not accept or accept == _ANY:
            named = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") if self.default_accept else None
            accept = named or JSON
        return Request(
            body.decode("utf-8") if content_type in TEXT_TYPES else body,
            content_type,
            accept,
        )


def _flask_answer(result: Any, _accept: str) -> Answer:
    """As Flask makes a response of what a view returns: a body and its type, a body alone, or an object."""
    if isinstance(result, tuple):
        body, content_type = result[:2]
        return Answer(200, _bytes(body), _with_charset(content_type or JSON))
    if hasattr(result, "get_data"):
        return Answer(result.status_code, result.get_data(), result.content_type)
    if isinstance(result, (dict, list)):
        return Answer(200, f"{json.dumps(result)}\n".encode(), JSON)
    return Answer(200, _bytes(result), "text/html; charset=utf-8")


def _with_charset(content_type: str) -> str:
    """Flask names the charset of texts."""
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type


def _flask_failure(error: Exception) -> Answer:
    """500, as Flask answers every error. What went wrong stands in the log only; here it is the body too."""
    return Answer(500, f"{type(error).__name__}: {error}".encode(), "text/plain; charset=utf-8")


def _model_server_answer(result: Any, accept: str) -> Answer:
    body, content_type = result if isinstance(result, tuple) else (result, accept)
    return Answer(200, _bytes(body), content_type)


def _model_server_failure(error: Exception) -> Answer:
    """The toolkit's errors bring their status (a script may raise them); all others are 500."""
    status = getattr(error, "status_code", 500)
    message = getattr(error, "message", str(error))
    return Answer(status, f"{message}\n{traceback.format_exc()}".encode(), "text/plain; charset=utf-8")


def _hugging_face_answer(result: Any, accept: str) -> Answer:
    """What is neither text nor bytes becomes JSON, a pair of body and type too."""
    if isinstance(result, (str, bytes, bytearray)):
        return Answer(200, _bytes(result), accept)
    try:
        return Answer(200, json.dumps(result, indent=2).encode(), accept)
    except TypeError:
        return _refusal(503, "Unsupported model output data type.")


def _refusal(status: int, message: str) -> Answer:
    document = {"code": status, "type": "InternalServerException", "message": message}
    return Answer(status, f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode(), JSON)


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    raise TypeError(f"a handler returned {type(body).__name__}: an answer's body is text or bytes")


def _with_context(handler: Callable[..., Any], *arguments: Any) -> Any:
    """A handler that takes one argument more gets the context."""
    count = len(inspect.signature(handler).parameters)
    if count == len(arguments) + 1:
        properties = {"gpu_id": None, "model_dir": os.environ.get("SM_MODEL_DIR"), "batch_size": 1}
        return handler(*arguments, SimpleNamespace(system_properties=properties))
    if count != len(arguments):
        raise TypeError(f"{handler.__name__} takes {count} arguments but {len(arguments)} were given.")
    return handler(*arguments)


def wrong_count(handler: Callable[..., Any], least: int) -> str | None:
    """What is wrong with a handler's arguments: these, and perhaps the context."""
    count = len(inspect.signature(handler).parameters)
    if count in (least, least + 1):
        return None
    return f"{handler.__name__} definition takes {least} or {least + 1} arguments but {count} were given."


GUNICORN = ModelServer(
    content_type=JSON,
    ping=b"",
    answer=_flask_answer,
    failure=_flask_failure,
    call=lambda handler, *arguments: handler(*arguments),
)
MODEL_SERVER = ModelServer(
    content_type=None,
    ping=b'{\n  "status": "Healthy"\n}\n',
    answer=_model_server_answer,
    failure=_model_server_failure,
    call=_with_context,
)
# Every error is a refusal of the request: 400, with nothing but its text.
HUGGING_FACE = ModelServer(
    content_type=None,
    ping=MODEL_SERVER.ping,
    answer=_hugging_face_answer,
    failure=lambda error: _refusal(400, str(error)),
    call=_with_context,
    default_accept=False,
    checks_handlers=True,
)
