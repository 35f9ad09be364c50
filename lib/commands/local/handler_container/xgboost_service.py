"""What the container of the built-in algorithm XGBoost answers.

Source: `algorithm_mode/serve.py` of sagemaker-xgboost-container.
"""

import json
import os
import pickle
import threading
from collections.abc import Mapping
from pathlib import Path

import xgboost
from serving_container.http_server import Answer
from serving_container.model_layout import ModelError

from handler_container.codecs import CONTAINERS, CSV, JSON
from handler_container.routes import routed
from handler_container.xgboost_data import decode_for_algorithm

# Accepted, but written only where SAGEMAKER_INFERENCE_OUTPUT selects what is told.
_SELECTED = ("application/jsonlines", "application/x-recordio-protobuf")
_ACCEPTED = (JSON, *_SELECTED, CSV)


class XGBoostService:
    """The one model of an archive, pickled or saved by XGBoost."""

    def __init__(self, model_dir: Path) -> None:
        """Load the model; raises ModelError if there is none."""
        files = [path for path in sorted(model_dir.iterdir()) if path.is_file() and path.name[0] != "."]
        if not files:
            raise ModelError("the archive holds no model")
        if "SAGEMAKER_INFERENCE_OUTPUT" in os.environ:
            raise ModelError("SAGEMAKER_INFERENCE_OUTPUT: what it selects is not told here, a deploy does")
        self._lock = threading.Lock()
        try:
            self._model = pickle.loads(files[0].read_bytes())  # noqa: S301 the person's own model
        except Exception:
            self._model = xgboost.Booster()
            try:
                self._model.load_model(bytearray(files[0].read_bytes()))
            except xgboost.core.XGBoostError as error:
                raise ModelError(f"Model {files[0].name} cannot be loaded: {error}") from error

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request."""
        ping = Answer(200, b"", "text/html; charset=utf-8")
        return routed(method, target, ping, lambda: self._invocation(headers, body))

    def _invocation(self, headers: Mapping[str, str], body: bytes) -> Answer:
        if not body:
            return Answer(204, b"", "text/html; charset=utf-8")
        try:
            data = decode_for_algorithm(body, headers.get("Content-Type"))
        except Exception as error:
            return _refused(415, str(error))
        wanted, known = data.num_col(), self._model.num_features()
        try:
            if wanted > known:
                raise ValueError(f"the request has {wanted} features, the model {known}")
            with self._lock:
                predictions = self._model.predict(data, validate_features=False).tolist()
        except Exception as error:
            return _refused(400, f"Unable to evaluate payload provided: {error}")
        accept = headers.get("Accept", "").split(";")[0].strip().lower()
        if accept in ("", "*/*"):
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", CSV)
        if accept not in _ACCEPTED:
            return _refused(406, f"Accept type {accept} is not supported. Please use {', '.join(_ACCEPTED)}.")
        if accept in _SELECTED:
            return _refused(500, f"the container fails to write {accept} without SAGEMAKER_INFERENCE_OUTPUT")
        if accept == JSON:
            scores = [{"score": score} for score in predictions]
            return Answer(200, json.dumps({"predictions": scores}).encode(), JSON)
        return Answer(200, CONTAINERS.encode(predictions, CSV).encode(), "text/csv; charset=utf-8")


def _refused(status: int, message: str) -> Answer:
    return Answer(status, message.encode(), "text/html; charset=utf-8")
