"""Predict requests of TensorFlow Serving's REST API: from the body's bytes to the input tensors."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from serving_container.dense_tensor import dense_tensor, is_base64
from serving_container.signature import Signature, TensorInfo
from serving_container.status import invalid_argument

DEFAULT_SIGNATURE = "serving_default"


def parse_document(body: bytes) -> dict[str, Any]:
    """The JSON object of a request. Raises StatusError with the place of what is no JSON."""
    if not body:
        raise invalid_argument("JSON Parse error: The document is empty")
    try:
        document = json.loads(body)
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
        raise invalid_argument(f"JSON Parse error: {error.msg} at offset: {offset}") from error
    except (ValueError, RecursionError) as error:
        raise invalid_argument("JSON Parse error: Invalid value. ", error) from error
    if not isinstance(document, dict):
        raise invalid_argument("the JSON document is not an object")
    return document


def find_signature(document: Mapping[str, Any], signatures: Mapping[str, Signature]) -> Signature:
    """The signature that a request names in `signature_name`, else `serving_default`."""
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid_argument("'signature_name' key must be a string value.")
    signature = signatures.get(name or DEFAULT_SIGNATURE)
    if signature is None:
        raise invalid_argument(
            f'Serving signature name: "{name or DEFAULT_SIGNATURE}" not found in signature def'
        )
    if not signature.inputs:
        raise invalid_argument("Failed to get input map for signature: ", name or "DEFAULT")
    return signature


def tensors_from_request(document: Mapping[str, Any], signature: Signature) -> dict[str, np.ndarray]:
    """The input tensors of a predict request, from its `instances` (rows) or `inputs` (columns).

    Raises StatusError where TensorFlow Serving would. The signature's shapes are the graph's business.
    """
    if "instances" in document and "inputs" in document:
        raise invalid_argument("expecting only one of 'inputs' or 'instances' keys to exist")
    if "instances" in document:
        return _from_instances(document, signature)
    if "inputs" in document:
        return _from_inputs(document["inputs"], signature.inputs)
    raise invalid_argument("Missing 'inputs' or 'instances' key")


def _from_instances(document: Mapping[str, Any], signature: Signature) -> dict[str, np.ndarray]:
    instances = document["instances"]
    if not isinstance(instances, list):
        raise invalid_argument("expecting 'instances' to be a list")
    if not instances:
        raise invalid_argument("No values in 'instances' array")
    if not isinstance(instances[0], dict) and len(signature.inputs) > 1:
        raise invalid_argument(
            "instances is a plain list, but expecting list of objects as multiple input tensors required ",
            "as per tensorinfo_map",
        )
    named = _is_named(instances[0])
    # Of millions of plain values none is looked at: no object is among them.
    looked_at = instances if dict in set(map(type, instances)) else []
    for index, instance in enumerate(looked_at):
        if _is_named(instance) != named:
            expected, got = ("object", "list") if named else ("value/list", "object")
            raise invalid_argument(f"Expecting {expected} but got {got} at item {index} of input list")
        if named and instance.keys() != signature.inputs.keys():
            raise invalid_argument(
                f"Failed to process element: {index} of 'instances' list. ",
                f"keys must be equal to: {','.join(sorted(signature.inputs))}",
            )
    return {
        name: dense_tensor([row[name] for row in instances] if named else instances, info.dtype)
        for name, info in signature.inputs.items()
    }


def _from_inputs(value: Any, inputs: Mapping[str, TensorInfo]) -> dict[str, np.ndarray]:
    if not _is_named(value):
        if len(inputs) > 1:
            raise invalid_argument(
                "inputs is a plain value/list, but expecting an object as multiple input tensors required ",
                "as per tensorinfo_map",
            )
        name, info = next(iter(inputs.items()))
        return {name: dense_tensor(value, info.dtype)}
    for name in inputs:
        if name not in value:
            raise invalid_argument("Missing named input: ", name, " in 'inputs' object.")
    return {name: dense_tensor(value[name], info.dtype) for name, info in inputs.items()}


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and not is_base64(value)
