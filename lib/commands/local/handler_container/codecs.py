"""How bodies become arrays and arrays bodies, by content type, as the toolkits in the containers have it.

CONTAINERS is sagemaker-containers 2.8, in scikit-learn's and XGBoost's images; INFERENCE is
sagemaker-inference 1.10, in PyTorch's, Hugging Face's and in images of one's own. They differ in CSV.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

# A Python of one's own may have none, and need none.
with suppress(ImportError):
    import numpy as np

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
NPZ = "application/x-npz"

# What handlers get as text; everything else they get as bytes.
TEXT_TYPES = (JSON, CSV)


class UnsupportedFormatError(Exception):
    """A content type that no codec and no handler of the script knows."""

    def __init__(self, content_type: str | None) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework. Please implement input_fn to "
            "deserialize the request data or an output_fn to serialize the response."
        )


@dataclass(frozen=True)
class Codecs:
    """Decoders and encoders by content type."""

    decoders: Mapping[str, Callable[[Any], Any]]
    encoders: Mapping[str, Callable[[Any], str | bytes]]

    def decode(self, body: Any, content_type: str | None) -> Any:
        """A request's body as an array."""
        return _found(self.decoders, content_type)(body)

    def encode(self, array: Any, content_type: str | None) -> str | bytes:
        """An array as an answer's body."""
        return _found(self.encoders, content_type)(array)


def _found(codecs: Mapping[str, Callable[[Any], Any]], content_type: str | None) -> Callable[[Any], Any]:
    if content_type not in codecs:
        raise UnsupportedFormatError(content_type)
    return codecs[content_type]


def _from_json(text: str) -> Any:
    return np.array(json.loads(text))


def _to_json(array: Any) -> str:
    return json.dumps(array, default=lambda value: value.tolist())


def _from_npy(body: bytes) -> Any:
    return np.load(io.BytesIO(body), allow_pickle=True)


def _to_npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _from_csv_rows(text: str) -> Any:
    """Numbers where all are; a single row or column becomes a vector, as in the containers."""
    array = np.array(list(csv.reader(io.StringIO(text), strict=True))).squeeze()
    try:
        return array.astype(None)
    except ValueError:
        return array


def _to_csv_rows(array: Any) -> str:
    rows = np.array(array)
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", strict=True).writerows(
        rows.reshape(-1, 1) if rows.ndim == 1 else rows
    )
    return file.getvalue()


def _from_csv_numbers(text: str) -> Any:
    return np.genfromtxt(io.StringIO(text), dtype=None, delimiter=",")


def _to_csv_numbers(array: Any) -> str:
    file = io.StringIO()
    np.savetxt(file, array, delimiter=",", fmt="%s")
    return file.getvalue()


def _from_npz(body: bytes) -> Any:
    import scipy.sparse  # noqa: PLC0415

    return scipy.sparse.load_npz(io.BytesIO(body))


CONTAINERS = Codecs(
    decoders={JSON: _from_json, CSV: _from_csv_rows, NPY: _from_npy},
    encoders={JSON: _to_json, CSV: _to_csv_rows, NPY: _to_npy},
)
INFERENCE = Codecs(
    decoders={JSON: _from_json, CSV: _from_csv_numbers, NPY: _from_npy, NPZ: _from_npz},
    encoders={JSON: _to_json, CSV: _to_csv_numbers, NPY: _to_npy},
)
