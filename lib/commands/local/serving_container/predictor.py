"""A loaded SavedModel that answers TensorFlow Serving's predict calls."""

import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from serving_container.model_layout import ModelError
from serving_container.predict_request import find_signature, parse_document, tensors_from_request
from serving_container.predict_response import response_from_tensors
from serving_container.signature import Signature, read_signatures
from serving_container.status import HTTP_STATUS, StatusError, invalid_argument

# A body's JSON takes many times its size in memory, and more threads than processors make nothing faster.
_AT_ONCE = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


class Predictor:
    """One model version in memory. Every method may be called from several threads at once."""

    def __init__(self, model_name: str, version: int, path: Path) -> None:
        """Load the SavedModel; raises ModelError if TensorFlow cannot."""
        import tensorflow as tf  # noqa: PLC0415 takes seconds, and a wrong layout is reported without it

        tf.get_logger().setLevel("ERROR")
        self.model_name = model_name
        self.version = version
        self._op_error = tf.errors.OpError
        # A session over the signatures' tensors is what TensorFlow Serving itself runs.
        session = tf.compat.v1.Session(graph=tf.Graph())
        try:
            with session.graph.as_default():
                meta_graph = tf.compat.v1.saved_model.load(session, ["serve"], str(path))
        except Exception as error:
            reason = " ".join(str(error).split())
            raise ModelError(f"cannot load the SavedModel in {path}: {reason}") from error
        self.signatures = read_signatures(meta_graph)
        if not self.signatures:
            raise ModelError(f"the SavedModel in {path} has no signature, by which requests are answered")
        self._runners = {
            name: _runner(session, signature)
            for name, signature in self.signatures.items()
            if signature.outputs
        }

    def predict(self, body: bytes) -> bytes:
        """The JSON answer to a predict request's JSON. Raises StatusError."""
        with _AT_ONCE:
            return self._predict(body)

    def _predict(self, body: bytes) -> bytes:
        document = parse_document(body)
        signature = find_signature(document, self.signatures)
        if signature.name not in self._runners:
            raise invalid_argument("Cannot convert empty tensor map to JSON")
        try:
            inputs = tensors_from_request(document, signature)
        except RecursionError as error:
            raise invalid_argument("JSON Value: nested too deeply") from error
        try:
            outputs = self._runners[signature.name](*(inputs[name] for name in signature.inputs))
        except self._op_error as error:
            raise StatusError(HTTP_STATUS.get(type(error).__name__, 500), error.message) from error
        response = response_from_tensors(
            dict(zip(signature.outputs, outputs, strict=True)), by_row="instances" in document
        )
        text = json.dumps(response, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogateescape")

    def status(self) -> dict[str, Any]:
        """What the model status API says of this version."""
        return {
            "version": str(self.version),
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }


def _runner(session: Any, signature: Signature) -> Callable[..., Sequence[np.ndarray]]:
    from tensorflow.core.protobuf import config_pb2  # noqa: PLC0415 see Predictor

    options = config_pb2.CallableOptions()
    options.feed.extend(info.tensor_name for info in signature.inputs.values())
    options.fetch.extend(info.tensor_name for info in signature.outputs.values())
    # Python's Session.run looks at the signature's shapes. TensorFlow Serving runs the C++ session, as this
    # does, which leaves them to the graph's operations.
    return session._make_callable_from_options(options)
