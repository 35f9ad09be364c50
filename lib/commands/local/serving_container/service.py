"""What the container answers to an HTTP request, apart from HTTP itself: routes, content types, errors."""

import json
import re
import string
import traceback
from collections.abc import Mapping
from urllib.parse import urlsplit

from serving_container.http_server import Answer, error_answer
from serving_container.inference_script import Context, InferenceScript
from serving_container.predictor import Predictor
from serving_container.request_body import UnsupportedMediaTypeError, media_type, to_tfs_json
from serving_container.status import StatusError, invalid_argument

_JSON = "application/json"
_JSON_LINES = "application/jsonlines"
_CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"

# The part of TensorFlow Serving's REST API that handlers use through context.rest_uri.
_MODEL_API = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d+))?(?::(\w+))?")

# What the 2.20 image lets pass; earlier ones put anything into TensorFlow Serving's path.
_ATTRIBUTES = {
    "tfs-model-name": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}"),
    "tfs-model-version": re.compile(r"[0-9]+"),
    "tfs-method": re.compile(r"predict|classify|regress"),
}


class Service:
    """The endpoint's routes over the archive's models and, where it brings one, its inference script."""

    def __init__(
        self, predictors: list[Predictor], script: InferenceScript | None, base_url: str, image: str | None
    ) -> None:
        """Answer with the predictors, the default model's first, by the rules of `image` or the newest."""
        self._predictors = {(predictor.model_name, predictor.version): predictor for predictor in predictors}
        self._default_model = predictors[0].model_name
        self._script = script
        self._base_url = base_url
        self._checks_requests = _checks_requests(image)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request; never raises for a request that is wrong."""
        try:
            return self._route(method, urlsplit(target).path, headers, body)
        except UnsupportedMediaTypeError as error:
            return error_answer(415, str(error))
        except StatusError as error:
            return error_answer(error.http_status, error.message)
        except Exception as error:
            traceback.print_exc()
            return error_answer(500, f"{type(error).__name__}: {error}")

    def _route(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path == "/ping":
            return Answer(200, b"")
        if path == "/invocations":
            attributes = self._attributes(headers)
            if self._script is not None:
                return Answer(*self._script.invoke(body, self._context(headers, attributes, body)))
            return self._invoke(headers, attributes, body)
        model_api = _MODEL_API.fullmatch(path)
        if model_api is None:
            return error_answer(404, "Not Found")
        name, version, call = model_api.groups()
        if method == "GET" and call is None:
            found = [self._find(name, version)] if version else self._all(name)
            return Answer(
                200, json.dumps({"model_version_status": [each.status() for each in found]}).encode()
            )
        if method == "POST" and call is not None:
            return self._predict(self._find(name, version), call, body)
        return error_answer(400, f"Malformed request: {method} {path}")

    def _invoke(self, headers: Mapping[str, str], attributes: Mapping[str, str], body: bytes) -> Answer:
        content_type = headers.get("Content-Type")
        request = to_tfs_json(media_type(content_type) if self._checks_requests else content_type, body)
        name = attributes.get("tfs-model-name", self._default_model)
        predictor = self._find(name, attributes.get("tfs-model-version"))
        answer = self._predict(predictor, attributes.get("tfs-method", "predict"), request)
        # As nginx does: the first accepted type names the answer's, if one of them is JSON.
        accepted = [part.strip() for part in headers.get("Accept", "").split(",")]
        if _JSON in accepted or _JSON_LINES in accepted:
            return Answer(answer.status, answer.body, accepted[0])
        return answer

    def _predict(self, predictor: Predictor, call: str, body: bytes) -> Answer:
        if call != "predict":
            raise StatusError(501, f"method {call!r} is not served locally: use 'predict'")
        return Answer(200, predictor.predict(body))

    def _all(self, name: str) -> list[Predictor]:
        found = [each for (model_name, _), each in sorted(self._predictors.items()) if model_name == name]
        if not found:
            raise StatusError(404, f"Servable not found for request: Latest({name})")
        return found

    def _find(self, name: str, version: str | None) -> Predictor:
        if version is None:
            return self._all(name)[-1]
        digits = version.lstrip("0")
        # More digits than any version has.
        predictor = self._predictors.get((name, int(digits or "0") if len(digits) < 20 else -1))
        if predictor is None:
            raise StatusError(404, f"Servable not found for request: Specific({name}, {version})")
        return predictor

    def _attributes(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The custom attributes for TensorFlow Serving. Raises StatusError for what the image refuses."""
        attributes = {}
        for part in headers.get(_CUSTOM_ATTRIBUTES, "").split(","):
            key, _, value = part.partition("=")
            # Whatever stands before the name, as in the container's pattern, which would be quadratic.
            tail = key[len(key.rstrip(string.ascii_lowercase + "-")) :]
            start = tail.find("tfs-")
            if start < 0 or tail.endswith("tfs-") or not value:
                continue
            if self._checks_requests:
                known = _ATTRIBUTES.get(tail[start:])
                if known is not None and not known.fullmatch(value):
                    raise invalid_argument(f"invalid {tail[start:]}")
            elif "=" in value:
                continue
            attributes[tail[start:]] = value
        return attributes

    def _context(self, headers: Mapping[str, str], attributes: Mapping[str, str], body: bytes) -> Context:
        name = attributes.get("tfs-model-name")
        version = attributes.get("tfs-model-version")
        method = attributes.get("tfs-method")
        uri = f"{self._base_url}/v1/models/{name or self._default_model}"
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


def _checks_requests(image: str | None) -> bool:
    """Whether an image has the rules of 2.20, which look at content types and attributes more closely."""
    tag = re.search(r"tensorflow-inference:(\d+)\.(\d+)", image or "")
    return tag is None or (int(tag[1]), int(tag[2])) >= (2, 20)
