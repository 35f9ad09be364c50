"""What the container answers to an HTTP request, apart from HTTP itself: routes, content types, errors."""

import json
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from serving_container.inference_script import Context, InferenceScript
from serving_container.predictor import Predictor
from serving_container.request_body import UnsupportedMediaTypeError, to_tfs_json
from serving_container.status import StatusError

_JSON = "application/json"
_JSON_LINES = "application/jsonlines"
_CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"

# The part of TensorFlow Serving's REST API that handlers use through context.rest_uri.
_MODEL_API = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d+))?(?::(\w+))?")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = _JSON


class Service:
    """The endpoint's routes over one model and, where the archive brings it, its inference script."""

    def __init__(self, predictor: Predictor, script: InferenceScript | None, base_url: str) -> None:
        self._predictor = predictor
        self._script = script
        self._base_url = base_url

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request; never raises for a request that is wrong."""
        try:
            return self._route(method, path, headers, body)
        except UnsupportedMediaTypeError as error:
            return _error(415, str(error))
        except StatusError as error:
            return _error(error.http_status, error.message)
        except Exception as error:
            traceback.print_exc()
            return _error(500, f"{type(error).__name__}: {error}")

    def _route(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path == "/ping":
            return Answer(200, b"")
        if path == "/invocations":
            if self._script is not None:
                return Answer(*self._script.invoke(body, self._context(headers, body)))
            return self._invoke(headers, body)
        model_api = _MODEL_API.fullmatch(path)
        if model_api is None:
            return _error(404, "Not Found")
        name, version, call = model_api.groups()
        self._require(name, version)
        if method == "GET" and call is None:
            return Answer(200, json.dumps(self._predictor.status()).encode())
        if method == "POST" and call is not None:
            return self._predict(call, body)
        return _error(400, f"Malformed request: {method} {path}")

    def _invoke(self, headers: Mapping[str, str], body: bytes) -> Answer:
        request = to_tfs_json(headers.get("Content-Type"), body)
        attributes = _tfs_attributes(headers)
        name = attributes.get("tfs-model-name", self._predictor.model.model_name)
        self._require(name, attributes.get("tfs-model-version"))
        answer = self._predict(attributes.get("tfs-method", "predict"), request)
        # As nginx does: the first accepted type names the answer's, if one of them is JSON.
        accepted = [part.strip() for part in headers.get("Accept", "").split(",")]
        if _JSON in accepted or _JSON_LINES in accepted:
            return Answer(answer.status, answer.body, accepted[0])
        return answer

    def _predict(self, call: str, body: bytes) -> Answer:
        if call != "predict":
            raise StatusError("UNIMPLEMENTED", f"method {call!r} is not served locally: use 'predict'")
        return Answer(200, self._predictor.predict(body))

    def _require(self, name: str, version: str | None) -> None:
        model = self._predictor.model
        if name != model.model_name or version not in (None, str(model.version)):
            wanted = f"Latest({name})" if version is None else f"Specific({name}, {version})"
            raise StatusError("NOT_FOUND", f"Servable not found for request: {wanted}")

    def _context(self, headers: Mapping[str, str], body: bytes) -> Context:
        attributes = _tfs_attributes(headers)
        name = attributes.get("tfs-model-name")
        version = attributes.get("tfs-model-version")
        method = attributes.get("tfs-method")
        uri = f"{self._base_url}/v1/models/{name or self._predictor.model.model_name}"
        uri += f"/versions/{version}" if version else ""
        return Context(
            model_name=name,
            model_version=version,
            method=method,
            rest_uri=f"{uri}:{method or 'predict'}",
            grpc_port=None,
            channel=None,
            custom_attributes=headers.get(_CUSTOM_ATTRIBUTES),
            request_content_type=headers.get("Content-Type") or _JSON,
            accept_header=headers.get("Accept") or _JSON,
            content_length=len(body),
        )


def _tfs_attributes(headers: Mapping[str, str]) -> dict[str, str]:
    header = headers.get(_CUSTOM_ATTRIBUTES, "")
    return dict(re.findall(r"(tfs-[a-z\-]+)=([^,=]+)(?=,|$)", header))


def _error(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"error": message}).encode())
