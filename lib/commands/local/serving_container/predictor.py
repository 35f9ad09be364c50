"""A loaded SavedModel that answers TensorFlow Serving's predict calls."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from serving_container.model_layout import ModelError, ModelVersion
from serving_container.predict_request import find_signature, parse_document, tensors_from_request
from serving_container.predict_response import response_from_tensors
from serving_container.signature import Signature, read_signatures
from serving_container.status import StatusError, invalid_argument


class Predictor:
    """One model version in memory. Every method may be called from several threads at once."""

    def __init__(self, model: ModelVersion) -> None:
        """Load the SavedModel; raises ModelError if TensorFlow cannot."""
        import tensorflow as tf  # noqa: PLC0415 takes seconds, and a wrong layout is reported without it

        tf.get_logger().setLevel("ERROR")
        self.model = model
        self._op_error = tf.errors.OpError
        # A session over the signatures' tensors is what TensorFlow Serving itself runs.
        session = tf.compat.v1.Session(graph=tf.Graph())
        try:
            with session.graph.as_default():
                meta_graph = tf.compat.v1.saved_model.load(session, ["serve"], str(model.path))
        except Exception as error:
            reason = " ".join(str(error).split())
            raise ModelError(f"cannot load the SavedModel in {model.path}: {reason}") from error
        self.signatures = read_signatures(meta_graph)
        self._runners = {
            name: _runner(session, signature)
            for name, signature in self.signatures.items()
            if signature.outputs
        }

    def predict(self, body: bytes) -> bytes:
        """The JSON answer to a predict request's JSON. Raises StatusError."""
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
            raise StatusError(_code_name(error), error.message) from error
        response = response_from_tensors(
            dict(zip(signature.outputs, outputs, strict=True)), by_row="instances" in document
        )
        text = json.dumps(response, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogateescape")

    def status(self) -> dict[str, Any]:
        """The answer of the model status API for this version."""
        return {
            "model_version_status": [
                {
                    "version": str(self.model.version),
                    "state": "AVAILABLE",
                    "status": {"error_code": "OK", "error_message": ""},
                }
            ]
        }


def _runner(session: Any, signature: Signature) -> Callable[..., Sequence[np.ndarray]]:
    return session.make_callable(
        [info.tensor_name for info in signature.outputs.values()],
        feed_list=[info.tensor_name for info in signature.inputs.values()],
    )


def _code_name(error: Any) -> str:
    # InvalidArgumentError -> INVALID_ARGUMENT: the classes are named after the canonical codes.
    name = type(error).__name__.removesuffix("Error")
    return "".join(
        f"_{letter}" if letter.isupper() and i else letter for i, letter in enumerate(name)
    ).upper()
