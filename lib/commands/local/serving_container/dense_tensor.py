"""One JSON value as a tensor, by TensorFlow Serving's rules (tensorflow/serving util/json_tensor.cc).

Values are checked and flattened level by level with built-ins that run at C speed; only where one fails the
level is walked, to say which.
"""

import base64
import json
import math
from itertools import chain
from typing import Any

import numpy as np

from serving_container.status import StatusError, invalid_argument

# Bits of the mantissa.
_FLOATS = {"float32": 24, "float64": 53}
_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint32", "uint64")

_KINDS = {type(None): "Null", dict: "Object", list: "Array", str: "String", int: "Number", float: "Number"}

# Values are quoted in messages up to this many characters; TensorFlow Serving quotes the whole document.
_QUOTED_CHARACTERS = 500

# Values are looked at one by one only in the block of so many that has the wrong one.
_BLOCK = 1000


def dense_tensor(value: Any, dtype: str) -> np.ndarray:
    """The tensor of a JSON scalar or of nested lists of one shape.

    Raises StatusError naming a value that is wrong, and its place.
    """
    shape = _shape_of_first(value)
    flat = [value]
    for level, size in enumerate(shape):
        if set(map(type, flat)) != {list} or set(map(len, flat)) != {size}:
            place, wrong = next((i, v) for i, v in enumerate(flat) if type(v) is not list or len(v) != size)
            what = f"size: {len(wrong)}" if type(wrong) is list else f"JSON Value: {quote(wrong)}"
            raise invalid_argument(
                f"Encountered {what} at level: {level} expected a list of size: {size}",
                _at(place, shape[:level]),
            )
        flat = list(chain.from_iterable(flat))
    if dtype not in (*_FLOATS, *_INTEGERS, "bool", "string"):
        raise StatusError(501, f"Conversion of JSON Value to type: {tfs_name(dtype)}")
    array = _array(flat, dtype)
    if array is None:
        raise _leaf_error(flat, shape, dtype)
    try:
        return array.reshape(shape)
    except ValueError as error:
        raise invalid_argument(f"JSON Value: nested too deeply for a tensor: {len(shape)} levels") from error


def is_base64(value: Any) -> bool:
    """Whether a JSON value is a `{"b64": "…"}` object, which stands for a string of bytes."""
    return isinstance(value, dict) and value.keys() == {"b64"} and isinstance(value["b64"], str)


def _shape_of_first(value: Any) -> tuple[int, ...]:
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return tuple(shape)


def _array(flat: list[Any], dtype: str) -> np.ndarray | None:
    """The leaves as an array, or None if one of them is not of the dtype."""
    types = set(map(type, flat))
    if dtype == "string" and types <= {str, dict}:
        array = np.empty(len(flat), dtype=object)
        try:
            array[:] = [_bytes(value) for value in flat]
        except ValueError:
            return None
        return array
    if dtype in _FLOATS and types <= {int, float}:
        return _float_array(flat, dtype, with_integers=int in types)
    if dtype in _INTEGERS and types <= {int}:
        limits = np.iinfo(dtype)
        in_range = not flat or (min(flat) >= limits.min and max(flat) <= limits.max)
        return np.array(flat, dtype=dtype) if in_range else None
    if dtype == "bool" and types <= {bool}:
        return np.array(flat, dtype=bool)
    return None


def _float_array(flat: list[Any], dtype: str, with_integers: bool) -> np.ndarray | None:
    try:
        wide = np.array(flat, dtype=np.float64)
    except OverflowError:
        return None
    magnitude = np.abs(wide)
    # Only beyond the exact integers does it matter which of the values were written as integers.
    if (
        with_integers
        and np.any(magnitude >= 2.0 ** _FLOATS[dtype])
        and any(_is_lossy(v, dtype) for v in flat)
    ):
        return None
    if np.any(np.isfinite(wide) & (magnitude > np.finfo(dtype).max)):
        return None
    return wide.astype(dtype, copy=False)


def _leaf_error(flat: list[Any], shape: tuple[int, ...], dtype: str) -> StatusError:
    blocks = range(0, len(flat), _BLOCK)
    start = next(at for at in blocks if _array(flat[at : at + _BLOCK], dtype) is None)
    block = enumerate(flat[start : start + _BLOCK], start)
    place, value = next((place, value) for place, value in block if _array([value], dtype) is None)
    if dtype in _FLOATS and type(value) in (int, float):
        reason = f"Cannot convert JSON value: {quote(value)} to {tfs_name(dtype)} without loss of precision."
    elif dtype == "string" and is_base64(value):
        reason = "Unable to base64 decode"
    elif dtype == "string" and isinstance(value, dict):
        reason = f"JSON Value: {quote(value)} not formatted correctly for base64 data"
    else:
        kind = str(value) if isinstance(value, bool) else _KINDS[type(value)]
        reason = f"JSON Value: {quote(value)} Type: {kind} is not of expected type: {tfs_name(dtype)}"
    return invalid_argument(reason, _at(place, shape))


def _at(place: int, shape: tuple[int, ...]) -> str:
    """Where the value with this place among all of its level stands, as indices: ` at [0][3]`."""
    indices = []
    for size in reversed(shape):
        place, index = divmod(place, size)
        indices.append(f"[{index}]")
    return f" at {''.join(reversed(indices))}" if indices else ""


def _is_lossy(value: int | float, dtype: str) -> bool:
    # Integers beyond 64 bits reach TensorFlow Serving as floating point numbers.
    if type(value) is int and -(2**63) <= value < 2**64:
        return abs(value) > 2 ** _FLOATS[dtype] - 1
    return value not in (math.inf, -math.inf) and abs(value) > float(np.finfo(dtype).max)


def _bytes(value: str | dict[str, Any]) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if not is_base64(value):
        raise ValueError(value)
    # Padding may be left out and white space put in, as in absl::Base64Unescape.
    text = "".join(value["b64"].split()).rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def tfs_name(dtype: str) -> str:
    """A dtype as TensorFlow's C++ side writes it: float, double, half."""
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype, dtype)


def quote(value: Any) -> str:
    """A JSON value for an error message, its beginning only: a request may be large and deep."""
    text = ""
    for part in json.JSONEncoder(indent=4, ensure_ascii=False).iterencode(value):
        text += part
        if len(text) > _QUOTED_CHARACTERS:
            return text[:_QUOTED_CHARACTERS] + "…"
    return text
