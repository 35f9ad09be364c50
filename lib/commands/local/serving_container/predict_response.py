"""Predict responses of TensorFlow Serving's REST API, from the output tensors."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from serving_container.dense_tensor import tfs_name
from serving_container.status import invalid_argument

_NUMBERS = ("float64", "int8", "int16", "int32", "int64", "uint8", "uint32", "uint64", "bool")


def response_from_tensors(tensors: Mapping[str, np.ndarray], by_row: bool) -> dict[str, Any]:
    """The document of a predict response: `predictions` by row, `outputs` by column, unnamed if there is one.

    Strings become `{"b64": …}` where the output's name ends in `_bytes`, and text otherwise. Bytes that are
    not UTF-8 are kept as surrogate escapes, so that encoding the text by the same rule gives the raw bytes.
    """
    values = {name: _values(name, tensor) for name, tensor in tensors.items()}
    if not by_row:
        return {"outputs": values if len(values) != 1 else next(iter(values.values()))}
    batch_size = None
    for name, tensor in tensors.items():
        if tensor.ndim == 0:
            raise invalid_argument("Tensor name: ", name, " has no shape information ")
        if batch_size is not None and len(tensor) != batch_size:
            raise invalid_argument(
                f"Tensor name: {name} has inconsistent batch size: {len(tensor)} expecting: {batch_size}"
            )
        batch_size = len(tensor)
    if len(values) == 1:
        return {"predictions": next(iter(values.values()))}
    return {
        "predictions": [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    }


def _values(name: str, tensor: np.ndarray) -> Any:
    if tensor.dtype == object:
        decode = _base64_object if name.endswith("_bytes") else _text
        flat = np.empty(tensor.size, dtype=object)
        flat[:] = [decode(value) for value in tensor.flat]
        return flat.reshape(tensor.shape).tolist()
    if tensor.dtype.name in ("float16", "float32"):
        return shortest_decimals(tensor.astype(np.float32)).tolist()
    if tensor.dtype.name in _NUMBERS:
        return tensor.tolist()
    raise invalid_argument("Failed to write JSON value for tensor type: ", tfs_name(tensor.dtype.name))


def shortest_decimals(tensor: np.ndarray) -> np.ndarray:
    """float64 numbers that print as TensorFlow Serving prints float32 ones: with six significant digits where
    these give the same float32, with nine otherwise. As float64 it has eight more digits, of noise."""
    wide = tensor.astype(np.float64)
    with np.errstate(all="ignore"):
        magnitude = np.floor(np.log10(np.abs(wide)))
        six, nine = (_round_to(wide, digits - 1 - magnitude) for digits in (6, 9))
        decimals = np.where(six.astype(np.float32) == tensor, six, nine)
    # What cannot be scaled (0, NaN, infinities, the smallest denormals) is printed as it is.
    return np.where(decimals.astype(np.float32) == tensor, decimals, wide)


def _round_to(wide: np.ndarray, places: np.ndarray) -> np.ndarray:
    # Dividing by an exact power of ten rounds correctly; multiplying by an inexact one brings noise back.
    scale = 10.0 ** np.abs(places)
    return np.where(places >= 0, np.rint(wide * scale) / scale, np.rint(wide / scale) * scale)


def _base64_object(value: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(value).decode("ascii")}


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
