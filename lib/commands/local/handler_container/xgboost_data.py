"""Tables as XGBoost's container reads them: CSV and LIBSVM, of requests and of channels."""

import csv
from collections.abc import Iterable
from email.message import Message
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
    """The rows of a request to a script: numbers without a label.

    A last line break is a row of CSV, which then has too few columns; what LIBSVM leaves out is zero.
    """
    kind = (content_type or "").split(";")[0].strip()
    text = body if isinstance(body, str) else body.decode("utf-8")
    if kind == CSV:
        return xgboost.DMatrix(_table(text.split("\n")))
    if kind in _LIBSVM:
        _, table = _sparse(text.strip().split("\n"))
        return xgboost.DMatrix(np.empty((0, 0)) if table is None else table.toarray())
    raise UnsupportedFormatError(kind)


def decode_for_algorithm(body: bytes, content_type: str | None) -> xgboost.DMatrix:
    """The rows of a request to the built-in algorithm; what LIBSVM leaves out is missing."""
    kind = media_type(content_type)
    lines = body.strip().decode("utf-8").split("\n")
    if kind == CSV:
        header = Message()
        header["Content-Type"] = content_type.lower()
        if header.get_param("label_size", "1") != "1":
            raise ValueError(f"{content_type} is not accepted: label_size must be 1")
        return xgboost.DMatrix(_table(lines))
    if kind in _LIBSVM:
        _, table = _sparse(lines)
        if table is None:
            raise ValueError("no line has an index:value")
        return xgboost.DMatrix(table)
    raise UnsupportedFormatError(content_type)


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
        if table is None:
            raise ValueError(f"No index:value in channel path {folder}")
        return xgboost.DMatrix(table, label=[float(label) for label in labels])
    raise ValueError(
        f"the content type {content_type} is not read on this machine; text/csv and text/libsvm are"
    )


def _table(lines: list[str]) -> np.ndarray:
    """Numbers between delimiters, which the first line tells; what is empty is missing."""
    found = csv.Sniffer().sniff(lines[0][:512]).delimiter
    delimiter = "," if found.isalnum() else found
    return np.array([[cell or "nan" for cell in line.split(delimiter)] for line in lines]).astype(float)


def _sparse(lines: Iterable[str]) -> tuple[list[str], Any]:
    """Labels ("0" where there is none) and `index:value` pairs, counted from 0 or 1; None without a pair."""
    import scipy.sparse  # noqa: PLC0415

    labels, rows, columns, values = [], [], [], []
    for row, line in enumerate(lines):
        cells = line.split()
        labels.append(cells[0] if cells and ":" not in cells[0] else "0")
        for index, value, *_ in (cell.split(":") for cell in cells if ":" in cell):
            rows.append(row)
            columns.append(int(index))
            values.append(float(value))
    if not columns:
        return labels, None
    first = 1 if min(columns) >= 1 else 0
    shape = (len(labels), max(columns) - first + 1)
    return labels, scipy.sparse.csr_matrix((values, (rows, [column - first for column in columns])), shape)
