"""Tables as XGBoost's container reads them: CSV and LIBSVM, of requests and of channels."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from handler_container.codecs import CSV, UnsupportedFormatError

_LIBSVM = ("text/libsvm", "text/x-libsvm")


def media_type(content_type: str | None) -> str:
    """A content type without its parameters; LIBSVM where nothing is said, as in the container."""
    name = (content_type or "text/libsvm").split(";")[0].strip().lower()
    return {"csv": CSV, "libsvm": "text/libsvm"}.get(name, name)


def decode(body: str | bytes, content_type: str | None) -> xgboost.DMatrix:
    """The rows of a request: numbers without a label."""
    kind = media_type(content_type)
    if kind not in (CSV, *_LIBSVM):
        raise UnsupportedFormatError(content_type)
    text = body if isinstance(body, str) else body.decode("utf-8")
    lines = text.strip().split("\n")
    return xgboost.DMatrix(_table(lines) if kind == CSV else _sparse(lines)[1])


def read_channel(folder: Path, content_type: str | None, weighted: bool) -> xgboost.DMatrix:
    """The rows of a channel's files, the label first, then (where `weighted`, in CSV) the weight.

    Raises ValueError with what is wrong with them.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name[0] not in "._"]
    lines = [line for path in files for line in path.read_text().strip().split("\n") if line]
    if not lines:
        raise ValueError(f"No data in channel path {folder}")
    kind = media_type(content_type)
    if kind == CSV:
        table = _table(lines)
        first = 2 if weighted else 1
        return xgboost.DMatrix(table[:, first:], label=table[:, 0], weight=table[:, 1] if weighted else None)
    if kind in _LIBSVM:
        labels, table = _sparse(lines)
        return xgboost.DMatrix(table, label=labels)
    raise ValueError(
        f"the content type {content_type} is not read on this machine; text/csv and text/libsvm are"
    )


def _table(lines: list[str]) -> np.ndarray:
    """Numbers between delimiters, which the first line tells; what is empty is missing."""
    found = csv.Sniffer().sniff(lines[0][:512]).delimiter if len(lines[0]) > 1 else ","
    delimiter = "," if found.isalnum() or found == "." else found
    return np.array(
        [[cell or "nan" for cell in line.rstrip("\r").split(delimiter)] for line in lines], dtype=float
    )


def _sparse(lines: Iterable[str]) -> tuple[list[float], Any]:
    """Labels (0 where a line has none) and `index:value` pairs, counted from 0 or 1."""
    import scipy.sparse  # noqa: PLC0415

    labels, rows, columns, values = [], [], [], []
    for row, line in enumerate(lines):
        cells = line.split()
        labels.append(float(cells.pop(0).split(":")[0]) if cells and ":" not in cells[0] else 0.0)
        for cell in cells:
            index, value = cell.split(":", 1)
            rows.append(row)
            columns.append(int(index))
            values.append(float(value))
    first = 1 if columns and min(columns) >= 1 else 0
    return labels, scipy.sparse.csr_matrix((values, (rows, [column - first for column in columns])))
